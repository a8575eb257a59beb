// The page with JavaScript: the same form, answered without leaving the page.

import { acceptDrops } from "./drop.js";
import { alertOf, analyse } from "./analysis.js";
import { unpacked } from "./answer.js";
import { offerCorrection } from "./correction.js";
import { listed } from "./many.js";
import { offerPictures } from "./pictures.js";
import { offerRecording } from "./recorder.js";
import { offerTakeaway } from "./takeaway.js";
import { offerTables } from "./table.js";
import { showTimeline } from "./timeline.js";
import { offerVoice } from "./voice.js";
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
  if (running) return;
  await endRecording();
  const chosen = [...files.files];
  const list = listed(document.getElementById("many"), show);
  let several = false;
  running = new AbortController();
  const { reference, problem } = await voice(chosen);
  running = null;
  compared = reference ? { reference } : {};
  for (const file of chosen.length ? chosen : [undefined]) {
    const result = await analysed(file, {});
    const parts = result.parts ?? [result];
    several ||= chosen.length > 1 || parts.length > 1;
    if (several) for (const part of parts) list.add(file, part);
    else show(result, file);
    if (parts.every((part) => !part.answer && !part.alert)) break;
  }
  if (several) list.first();
  if (problem) alertPlace.replaceChildren(alertOf(problem));
}

async function analysed(file, options) {
  running = new AbortController();
  beginWaiting();
  try {
    const sex = form.querySelector("[name=sex]:checked").value;
    const [channel, track] = [form.elements.channel.value, form.elements.track.value];
    return await analyse(form, file, { sex, channel, track, ...compared, ...options }, running.signal, showProgress);
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
  offerTables(part.querySelectorAll("[data-segments]"), data, JSON.parse(part.querySelector("[data-timeline]").dataset.words));
  offerTakeaway(part.querySelector("[data-takeaway]"), data);
  offerPictures(part.querySelector("[data-pictures]"), file);
  offerCorrection(part.querySelector("[data-correction]"), file);
  part.querySelector("[data-explain]")?.addEventListener("click", () => explain(file, { ...part.dataset }));
  return data;
}

async function explain(file, asked) {
  if (running) return;
  const before = [...answer.children];
  const classes = answer.querySelector("[name=view]:checked")?.value;
  const result = await analysed(file, { ...asked, explain: "true", ...(classes && { classes }) });
  if (!result.answer && !result.alert) {
    answer.replaceChildren(...before);
    return;
  }
  show(result, file);
  const heading = answer.querySelector("[data-why] h3");
  heading?.focus();
}

function showAlert(part) {
  alertPlace.replaceChildren(part);
  window.scrollTo({ top: 0 });
  alertPlace.scrollIntoView({ block: "nearest" });
}

document.documentElement.dataset.script = "";
form.addEventListener("submit", send);
acceptDrops(files);
const recorder = form.querySelector("[data-recorder]");
const voice = offerVoice(form, recorder.cloneNode(true));
const endRecording = offerRecording(recorder, files);
