// The diary: answers over days, in this browser only, off until it is switched on.

import * as files from "./diary_files.js";
import { DASHES, drawDiary } from "./diary_plot.js";
import { rowOf, said, whenOf } from "./diary_table.js";
import * as entries from "./entries.js";
import { drawLegend } from "./legend.js";
import { live, marks, tagged } from "./marks.js";
import { save } from "./names.js";
import { filled, stamp } from "./words.js";

const FIRST = 20; // rows of the table; a button shows all
const LARGEST = 8_000_000; // bytes of a file that is read

// Returns { offer(facts, place), given }: what puts an answer into the diary, and the table of marks.
export function offerDiary(place) {
  const $ = (selector) => place.querySelector(selector);
  const [given, words] = [JSON.parse(place.dataset.marks), JSON.parse(place.dataset.words)];
  const marked = marks(given, live);
  const labels = Object.keys(given);
  let whole = false;
  let pending = null; // the answer that waits for the diary to be switched on

  function say(sentence) {
    $(".said").textContent = sentence;
  }

  function show() {
    const [on, known] = [entries.isOn(), entries.all(labels)];
    for (const one of place.querySelectorAll("[data-while]")) one.hidden = (one.dataset.while === "on") !== on;
    for (const one of place.querySelectorAll("[data-any]")) one.hidden = entries.count() === 0;
    const counted = known.entries.length ? filled(words.count, { count: known.entries.length }) : words.empty;
    $(".diary-count").textContent = [counted, known.broken ? filled(words.broken, known) : "", entries.isStored() ? "" : words.unstored]
      .filter(Boolean).join(" ");
    if (on && place.open) draw(known.entries);
    for (const tell of offered) tell();
  }

  function draw(found) {
    const compared = found.filter((one) => one.voice).length;
    const newest = [...found].reverse();
    const seen = whole ? newest : newest.slice(0, FIRST);
    if (found.length) {
      drawDiary($(".diary-plot"), found, marked, words,
        (one) => filled(words.mark, { when: whenOf(one), label: marked.word(one.label), note: one.note }).trim());
    }
    drawLegend($(".legend"), labels.filter((label) => found.some((one) => one.label === label)), marked);
    $(".legend").append(middleLine(compared === found.length ? words.voice : words.neither));
    place.dataset.compared = String(compared > 0);
    $("[data-compared]").textContent = compared ? filled(words.compared, { compared, count: found.length }) : "";
    $("tbody").replaceChildren(...seen.map((one) => rowOf(one, marked, words, () => edit(one))));
    $("[data-shown]").textContent = seen.length < found.length ? filled(words.shown, { shown: seen.length, count: found.length }) : "";
    $("[data-do=more]").hidden = seen.length === found.length;
  }

  async function ask(name) {
    const dialog = $(`[data-ask=${name}]`);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => { dialog.addEventListener("close", resolve, { once: true }); });
    return dialog.returnValue;
  }

  async function edit(entry) {
    const text = $("[data-ask=edit] textarea");
    $("[data-ask=edit] [data-about]").textContent = said(entry, marked);
    text.value = entry.note;
    const answer = await ask("edit");
    if (answer === "keep") say(entries.annotate(entry.id, text.value, labels) ? words.changed : words.gone);
    if (answer === "remove") {
      entries.remove(entry.id);
      say(words.removed);
    }
    show();
  }

  // Into the diary, or a sentence why not.
  function keep(facts) {
    if (entries.count() >= entries.MOST) return words.full;
    facts.id ??= entries.newId();
    return entries.put(entryOf(facts)) ? words.kept : words.unstored;
  }

  function turnOn() {
    const stored = entries.turn(true);
    say(stored ? words.on : words.unstored);
    if (pending) say(keep(pending));
    pending = null;
    show();
    $(".diary-count").focus();
  }

  async function turnOff() {
    const answer = await ask("off");
    if (!answer) return;
    if (answer === "remove") entries.removeAll();
    entries.turn(false);
    say(words.off);
    show();
    $("[data-do=on]").focus();
  }

  async function clear() {
    if ((await ask("clear")) !== "remove") return;
    entries.removeAll();
    say(words.none);
    show();
    place.querySelector("summary").focus();
  }

  async function load(file) {
    const found = file.size > LARGEST ? null : files.read(await file.text(), labels);
    if (!found) {
      say(words.unread);
      return;
    }
    const fresh = found.entries.filter((one) => !entries.isKept(one.id));
    const room = fresh.slice(0, Math.max(0, entries.MOST - entries.count()));
    for (const one of room) entries.put(one);
    say(room.length < fresh.length ? words.full : filled(words.imported, { added: room.length,
      known: found.entries.length - fresh.length, broken: found.broken }));
    show();
  }

  function exported(kind) {
    const known = entries.all(labels).entries;
    const [text, type] = kind === "csv" ? [files.toCsv(known), "text/csv"] : [files.toJson(known), "application/json"];
    save(new Blob([text], { type: `${type};charset=utf-8` }), `intone-diary-${stamp(new Date()).slice(0, 10)}.${kind}`);
    say(words.exported);
  }

  const actions = {
    on: turnOn,
    off: turnOff,
    clear,
    csv: () => exported("csv"),
    json: () => exported("json"),
    import: () => $("[data-import]").click(),
    more() {
      whole = true;
      show();
    },
  };
  for (const button of place.querySelectorAll("[data-do]")) button.addEventListener("click", actions[button.dataset.do]);
  $("[data-import]").addEventListener("change", async (event) => {
    if (event.target.files.length) await load(event.target.files[0]);
    event.target.value = "";
  });
  const offered = [];
  window.addEventListener("storage", (event) => entries.isDiary(event.key) && show()); // another tab wrote
  place.addEventListener("toggle", show);
  new ResizeObserver(() => place.open && show()).observe($(".diary-plot"));
  show();

  // The button of an answer.
  function offer(facts, where) {
    const [button, status, note] = ["[data-diary-button]", "[role=status]", "textarea"].map((one) => where.querySelector(one));
    facts.mixed = where.dataset.mixed === "true";
    const tell = () => {
      const there = entries.isOn() && facts.id && entries.isKept(facts.id);
      button.textContent = there ? words.there : words.added;
      button.setAttribute("aria-disabled", String(Boolean(there)));
    };
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if (entries.isOn()) {
        status.textContent = keep(facts);
        show();
        return;
      }
      pending = facts;
      place.open = true;
      say(words.pending);
      $("[data-do=on]").focus();
    });
    note.addEventListener("change", () => {
      if (facts.id && entries.isKept(facts.id)) entries.annotate(facts.id, note.value, labels);
      show();
    });
    offered.splice(0, offered.length, ...offered.filter((one) => one.part.isConnected), Object.assign(tell, { part: where }));
    tell();
  }

  return { offer, given };
}

// What the diary keeps of an answer: its emotion, or its widest classes, and not the probabilities.
function entryOf({ id, when, data, mixed, name, note }) {
  const seen = data.views["8"] ?? Object.values(data.views)[0];
  return { id, at: stamp(when), label: mixed ? "mixed" : seen.label, valence: meanValence(data.valence),
    confidence: mixed ? "" : seen.confidence ?? "", voice: seen.adapted_to?.emotion === "neutral",
    duration_s: Number(data.duration_s.toFixed(1)), file: name.slice(0, 120), note };
}

function meanValence(segments) {
  const seconds = segments.reduce((sum, one) => sum + one.end_s - one.start_s, 0);
  const sum = segments.reduce((all, one) => all + one.value * (one.end_s - one.start_s), 0);
  return seconds ? Number((sum / seconds).toFixed(2)) : 0;
}

function middleLine(text) {
  const [item, svg] = [document.createElement("li"), tagged("svg", { width: 26, height: 8 })];
  svg.append(tagged("path", { d: "M0 4H26", class: "diary-line", "stroke-dasharray": DASHES }));
  item.append(svg, ` ${text}`);
  return item;
}
