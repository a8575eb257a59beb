// The page with JavaScript: the same form, answered without leaving the page.

import { acceptDrops } from "./drop.js";
import { alertOf, analyse } from "./analysis.js";
import { unpacked } from "./answer.js";
import { offerCorrection } from "./correction.js";
import { offerDiary } from "./diary.js";
import { offerExamples } from "./examples.js";
import { offerNames } from "./lanes.js";
import { offerLive } from "./live.js";
import { offerTable } from "./many.js";
import "./offline.js";
import { offerPictures } from "./pictures.js";
import { offerRecording } from "./recorder.js";
import { offerPrint, offerTakeaway } from "./takeaway.js";
import { offerTables } from "./table.js";
import { showTimeline } from "./timeline.js";
import { offerVoice } from "./voice.js";
import { offerWhere, onServer } from "./where.js";
import { offerWhy } from "./why.js";
import { percent } from "./words.js";

const form = document.getElementById("form");
const answer = document.getElementById("answer");
const alertPlace = document.getElementById("alert");
const status = document.getElementById("status");
const button = form.querySelector("button[type=submit]");
const files = form.elements.file;
const known = new WeakMap(); // the data of every answer that has been shown
let running = null;
let compared = {}; // what the recordings that were sent last are compared with

async function send(event) {
  event.preventDefault();
  form.removeAttribute("data-fresh");
  if (running) return;
  await recording.end();
  const chosen = [...files.files];
  running = new AbortController();
  const { reference, problem } = isExample(chosen[0]) ? {} : await voice(chosen);
  running = null;
  compared = reference ? { reference } : {};
  let said = problem;
  if (chosen.length > 1) {
    said ??= await several(chosen);
  } else {
    table.clear();
    const result = await analysed(chosen[0], {});
    if (result.answer || result.parts) recording.sent(chosen[0]);
    showResult(result, chosen[0]);
    if (!result.alert) said ??= result.said;
  }
  if (said) alertPlace.replaceChildren(alertOf(said));
}

// Resolves to what is to be said about any of them.
async function several(chosen) {
  let said;
  running = new AbortController(); // the table cancels by itself
  button.setAttribute("aria-disabled", "true");
  alertPlace.replaceChildren();
  try {
    await table.analyse(chosen, async (file, signal, report) => {
      const result = await asker(file)({}, signal, report);
      said ??= result.said;
      return result;
    });
  } finally {
    running = null;
    button.removeAttribute("aria-disabled");
  }
  return said;
}

async function analysed(file, options, by = where) {
  running = new AbortController();
  beginWaiting();
  try {
    return await asker(file, {}, by)(options, running.signal, showProgress);
  } finally {
    running = null;
    endWaiting();
  }
}

function beginWaiting() {
  button.setAttribute("aria-disabled", "true");
  status.textContent = form.dataset.waiting;
  alertPlace.replaceChildren();
  answer.replaceChildren(document.getElementById("waiting").content.cloneNode(true));
  answer.querySelector("[data-cancel]").addEventListener("click", () => running?.abort());
  answer.scrollIntoView({ block: "nearest" });
}

function showProgress(share) {
  const place = answer.querySelector(".progress");
  if (!place) return;
  place.hidden = false;
  answer.querySelector(".pulse").hidden = true;
  place.querySelector("progress").value = share;
  place.querySelector("[data-share]").textContent = percent(share);
}

function endWaiting() {
  button.removeAttribute("aria-disabled");
  status.textContent = "";
  answer.replaceChildren();
}

// A recording has one answer, or one for each of its channels or tracks.
function showResult(result, file) {
  if (result.parts) table.list(file, result.parts);
  else show(result, file);
}

function show(result, file) {
  if (result.answer) showAnswer(result.answer, file);
  else if (result.alert) showAlert(result.alert);
  else status.textContent = form.dataset.cancelled;
}

function showAnswer(part, file) {
  alertPlace.replaceChildren();
  answer.replaceChildren(part);
  status.textContent = part.querySelector("[data-status]").textContent;
  if (!known.has(part)) known.set(part, equipped(part, file));
  showTimeline(part.querySelector("[data-timeline]"), file, known.get(part));
  window.scrollTo({ top: 0 });
  part.querySelector("h2").focus({ preventScroll: true });
}

// Once for every answer, however often it is shown.
function equipped(part, file) {
  const data = unpacked(JSON.parse(part.querySelector("[data-answer]").textContent));
  part.querySelector("[data-file]").textContent = file?.name ?? "";
  offerNames(part, data);
  offerTables(part.querySelectorAll("[data-segments]"), data, JSON.parse(part.querySelector("[data-timeline]").dataset.words));
  offerTakeaway({ part, data, recording: file, given: diary.given }, diary);
  offerPictures(part.querySelector("[data-pictures]"), file);
  offerCorrection(part.querySelector("[data-correction]"), file);
  offerWhy(part.querySelector("[data-why]"), asker(file, part.dataset), Object.values(data.views)[0].speakers);
  part.querySelector("[data-each]")?.addEventListener("click", () => again(file, { speakers: "channels" }));
  part.querySelector("[data-apart]")?.addEventListener("click", () => again(file, {}, onServer));
  return data;
}

// Asks about a recording as it is asked now: (options, signal, report) -> what `analyse` resolves to. Where there is an
// answer already, of the `channel` and `track` that it is about.
function asker(file, { channel, track } = {}, by = where) {
  const value = (name) => (form.elements[name]?.disabled ? undefined : form.elements[name]?.value);
  const asked = { sex: value("sex"), channel: channel ?? value("channel"), track: track ?? value("track"),
    speakers: value("speakers"), ...compared };
  for (const name of Object.keys(asked)) if (asked[name] === undefined) delete asked[name];
  return (options, signal, report) => analyse(form, by, file, { ...asked, ...options }, signal, report);
}

// Another answer about the same recording; where there is none, the one before stays.
async function again(file, options, by = where) {
  if (running) return;
  const before = [...answer.children];
  const result = await analysed(file, options, by);
  if (result.answer || result.alert || result.parts) showResult(result, file);
  else answer.replaceChildren(...before);
}

function showAlert(part) {
  alertPlace.replaceChildren(part);
  window.scrollTo({ top: 0 });
  alertPlace.scrollIntoView({ block: "nearest" });
}

// A key that is held down presses one button, and not those that come after it.
function pressOnce(event) {
  if (event.repeat && ["Enter", " "].includes(event.key) && event.target.matches("button")) event.preventDefault();
}

document.documentElement.dataset.script = "";
document.addEventListener("keydown", pressOnce);
form.addEventListener("submit", send);
const table = offerTable(document.getElementById("many"), answer, show);
acceptDrops(files);
files.addEventListener("change", () => form.toggleAttribute("data-fresh", files.files.length > 0));
const diary = offerDiary(document.querySelector("[data-diary]"));
offerPrint(answer);
const place = form.querySelector("[data-recorder]");
const where = offerWhere(form);
const voice = offerVoice(form, place.cloneNode(true), where);
const live = offerLive(place.querySelector("[data-live]"), where.onDevice, () => form.elements.sex.value);
const recording = offerRecording(place, files, button, live);
const isExample = offerExamples(form.querySelector(".examples"), files, () => form.requestSubmit(),
  (sentence) => showAlert(alertOf(sentence)));
