// Why the chosen segment sounds as it does: it is analysed alone, and each quarter of a second of it silenced in turn.

import { unpacked } from "./answer.js";
import { drawEvidence, finding } from "./evidence.js";
import { live, marks } from "./marks.js";
import { clock, filled, percent } from "./words.js";

// `ask(options, signal, report)` analyses the recording of this answer, as `analyse` in analysis.js does; `people` are its
// speakers.
export function offerWhy(place, ask, people = []) {
  const channels = Object.fromEntries(people.map(({ number, channel }) => [number, channel]));
  const heardOn = ({ speaker }) => channels[speaker] && { channel: channels[speaker] }; // the mix has the others too
  const card = place.closest(".answer");
  const look = marks(JSON.parse(card.querySelector("[data-timeline]").dataset.marks), live);
  const button = place.querySelector("[data-explain]");
  const waiting = waitingIn(place);
  const view = () => card.querySelector("[name=view]:checked")?.value;
  let chosen = null;
  let found = null; // what was explained last

  function name(sentence, one) {
    return filled(sentence, { start: clock(one.start_s), end: clock(one.end_s), label: look.word(one.label) });
  }

  function choose(one) {
    chosen = one ?? null;
    button.hidden = !chosen || waiting.going();
    if (chosen) button.textContent = name(place.dataset.ask, chosen);
  }

  async function explain() {
    const [one, classes] = [chosen, view()];
    const { answer, alert } = await waiting.during(name(place.dataset.working, one), (signal, report) => ask(
      { explain: "true", speakers: 1, start_s: one.start_s, end_s: one.end_s, ...(classes && { classes }), ...heardOn(one) },
      signal, report));
    choose(chosen);
    place.querySelector("[data-failure]").replaceChildren(...(alert ? [alert] : []));
    if (!answer) {
      button.focus();
      return;
    }
    found = { one, data: unpacked(JSON.parse(answer.querySelector("[data-answer]").textContent)) };
    show();
    place.querySelector("h3").focus();
  }

  // In the classes that are shown now: the segment's label there, and what speaks for it.
  function show() {
    const { one, data } = found;
    const seen = data.views[view()] ?? Object.values(data.views)[0];
    const box = place.querySelector(".evidence");
    box.hidden = false;
    place.querySelector("h3").textContent = name(place.dataset.title, { ...one, label: seen.label });
    place.querySelector("[data-finding]").textContent = said(finding(seen.attributions), one.start_s);
    place.querySelector("[data-alone-said]").textContent = chosen?.start_s === one.start_s && chosen.label !== seen.label
      ? filled(place.dataset.alone, { label: look.word(seen.label) }) : "";
    drawEvidence(box, data, seen.attributions, one.start_s);
  }

  function said(part, from) {
    if (!part) return place.dataset.none;
    return filled(part.windows > 1 ? place.dataset.foundRun : place.dataset.found, {
      start: clock(from + part.start_s), end: clock(from + part.end_s), points: Math.round(100 * part.weight) });
  }

  button.addEventListener("click", explain);
  card.addEventListener("segment", (event) => choose(event.detail));
  card.addEventListener("change", (event) => {
    if (event.target.name === "view" && found) queueMicrotask(show); // the timeline has chosen the segment's label then
  });
  new ResizeObserver(() => found && show()).observe(place);
}

// The progress of what is asked for, and a button that ends it; so does another recording.
function waitingIn(place) {
  const [box, button] = [place.querySelector(".progress"), place.querySelector("[data-explain]")];
  const bar = box.querySelector("progress");
  let stop = null;
  box.querySelector("[data-stop]").addEventListener("click", () => stop?.abort());
  document.getElementById("form").addEventListener("submit", () => stop?.abort());

  async function during(sentence, work) {
    stop = new AbortController();
    [button.hidden, box.hidden] = [true, false];
    bar.removeAttribute("value"); // until something is known of it
    box.querySelector("[role=status]").textContent = sentence;
    box.querySelector("[data-stop]").focus(); // the button that had the focus is gone
    try {
      return await work(stop.signal, (share) => {
        bar.value = share;
        bar.setAttribute("aria-valuetext", percent(share));
      });
    } finally {
      stop = null;
      box.hidden = true;
    }
  }

  return { during, going: () => stop !== null };
}
