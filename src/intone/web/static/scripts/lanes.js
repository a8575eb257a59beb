// Who speaks when: a lane for each person, a name that the visitor may change, and a button to hear that one alone.

import { tagged } from "./marks.js";
import { asOne, grouped, LEAST, WORD } from "./segments.js";
import { filled } from "./words.js";

const LETTER = 12; // pixels that a letter takes: a lane is read beside its legend, and people take short turns
const STEP = 6; // pixels from stroke to stroke of what is hatched

// The names of the people, which stay in `data.names` by their numbers. Whenever one changes, `part` gets a `renamed`
// event; whoever shows a name elsewhere in it has `data-name` with the number.
export function offerNames(part, data) {
  const place = part.querySelector("[data-people]");
  if (!place) return;
  const inputs = [...place.querySelectorAll("[data-rename]")];
  data.names = Object.fromEntries(inputs.map((one) => [one.dataset.rename, one.defaultValue]));
  for (const input of inputs) {
    const number = input.dataset.rename;
    input.addEventListener("input", () => {
      const name = data.names[number] = input.value.trim() || input.defaultValue;
      for (const one of part.querySelectorAll(`[data-name="${number}"]`)) one.textContent = name;
      place.querySelector(`[data-alone="${number}"]`).setAttribute("aria-label", filled(place.dataset.listenTo, { name }));
      part.dispatchEvent(new CustomEvent("renamed"));
    });
    input.addEventListener("change", () => { input.value = data.names[number]; });
  }
}

// Shows the lanes of an answer, or nothing where one person speaks. `current` is what `followed` in timeline.js returns,
// `timeAt` gives the time at a place on the screen.
export function showLanes(place, { look, current, timeAt }, signal) {
  const lanes = [...(place?.querySelectorAll("[data-bars]") ?? [])];
  let [segments, drawn] = [[], [0, 1]];
  let now = 0;

  for (const lane of lanes) {
    lane.addEventListener("click", (event) => {
      const time = timeAt(event.clientX);
      const own = segments.filter((one) => one.speaker === Number(lane.dataset.bars) || one.overlap);
      const hit = own.find((one) => one.start_s <= time && time < one.end_s);
      if (hit) current.play(hit.start_s);
    }, { signal });
  }
  for (const button of place?.querySelectorAll("[data-alone]") ?? []) {
    button.addEventListener("click", () => current.listen(Number(button.dataset.alone)), { signal });
  }

  return {
    show(found, from, to) {
      if (!(to > from)) return; // nothing is in sight while the page is printed
      [segments, drawn] = [found, [from, to]];
      for (const lane of lanes) draw(lane, segments, drawn, look);
      this.at(now);
    },
    // Marks the time that is played.
    at(time) {
      now = time;
      const [from, to] = drawn;
      for (const line of place?.querySelectorAll(".now") ?? []) {
        const x = (line.parentElement.clientWidth * (now - from)) / (to - from);
        line.setAttribute("d", now ? `M${x.toFixed(1)} 0V100` : "");
      }
    },
    // Who is heard alone: a number, or null.
    hear(who) {
      for (const button of place?.querySelectorAll("[data-alone]") ?? []) {
        const heard = Number(button.dataset.alone) === who;
        button.querySelector("span").textContent = heard ? place.dataset.stop : place.dataset.listen;
        button.querySelector("path").setAttribute("d", heard ? "M5 5h10v10H5Z" : "M6 4v12l10-6Z");
      }
    },
  };
}

function draw(lane, segments, span, look) {
  const [width, height] = [lane.clientWidth, lane.clientHeight];
  if (!width) return;
  const svg = tagged("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  svg.append(...bars(segments, Number(lane.dataset.bars), span, { width, height, top: 0, size: 13 }, look), tagged("path", { class: "now" }));
  lane.replaceChildren(svg);
}

// The parts of a lane as elements of an SVG: the segments of one person, and hatched those in which several speak.
export function bars(segments, number, [from, to], { width, height, top, size }, look) {
  const scale = width / (to - from);
  const edges = (one) => [Math.max(0, (one.start_s - from) * scale), Math.min(width, (one.end_s - from) * scale)];
  const near = segments.filter((one) => one.end_s > from && one.start_s < to);
  const own = grouped(near.filter((one) => one.speaker === number), LEAST / scale).map(asOne);
  return [
    ...own.flatMap((one) => block(one.label, edges(one), { height, top, size }, look)),
    ...near.filter((one) => one.overlap).map((one) => hatched(edges(one), { height, top }, look)),
  ];
}

function block(label, [left, right], { height, top, size }, look) {
  const wide = right - left;
  const box = tagged("rect", { x: left.toFixed(1), y: top, width: Math.max(1, wide - 1).toFixed(1), height, rx: 2, fill: look.colour(label),
    "data-label": label });
  if (wide <= LETTER) return [box];
  const text = tagged("text", { x: ((left + right) / 2).toFixed(1), y: top + height / 2 + 0.36 * size, "text-anchor": "middle",
    "font-weight": 700, "font-size": size, fill: look.paper("card") }, wide > WORD ? look.word(label) : look.letter(label));
  return [box, text];
}

// Strokes from the lower left to the upper right, cut at the edges.
function hatched([left, right], { height, top }, look) {
  const slope = height / 2;
  let d = "";
  for (let x = Math.floor((left - slope) / STEP) * STEP; x < right; x += STEP) {
    const [begin, end] = [Math.max(0, (left - x) / slope), Math.min(1, (right - x) / slope)];
    if (begin < end) {
      const at = (part) => `${(x + slope * part).toFixed(1)} ${(top + height * (1 - part)).toFixed(1)}`;
      d += `M${at(begin)}L${at(end)}`;
    }
  }
  return tagged("path", { d, stroke: look.paper("soft"), "stroke-width": 1.5, fill: "none", "data-several": "" });
}
