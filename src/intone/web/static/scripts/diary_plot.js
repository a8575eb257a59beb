// The diary as a plot: time from left to right, valence upwards; an emotion has its colour and its letter, confidence is
// how solid a mark is. The table beside it says the same.

import { tagged } from "./marks.js";

const HEIGHT = 240;
const [LEFT, RIGHT, TOP, BOTTOM] = [4, 4, 32, 54]; // with room for the words beyond the marks
export const DASHES = "5 4";
const SOLID = { clear: 100, likely: 45, unclear: 12 }; // percent of the colour
const DAY_MS = 86_400_000;

// `words` are those of the scale; `title` gives what a mark says of an entry.
export function drawDiary(place, entries, marked, words, title) {
  const width = Math.max(240, place.clientWidth);
  const svg = tagged("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": words.title });
  const times = entries.map((one) => wall(one.at).getTime());
  const [first, last] = [times[0], times.at(-1)];
  const x = (time) => (first === last ? width / 2 : LEFT + 10 + ((time - first) / (last - first)) * (width - LEFT - RIGHT - 20));
  const y = (value) => TOP + ((1 - value) / 2) * (HEIGHT - TOP - BOTTOM);
  svg.append(...grid(width, y, words), ...axis(first, last, x, width));
  entries.forEach((one, i) => svg.append(mark(one, x(times[i]), y(one.valence), marked, title(one))));
  place.replaceChildren(svg);
}

// The local date and time of an entry where it was made, wherever it is read.
export const wall = (at) => new Date(at.slice(0, 19));

function grid(width, y, words) {
  const line = (value, dashes) => tagged("path", { d: `M${LEFT} ${y(value)}H${width - RIGHT}`, class: "diary-line", "stroke-dasharray": dashes });
  const word = (value, text, by) => tagged("text", { x: LEFT, y: y(value) + by, class: "diary-word" }, text);
  return [line(1, "none"), line(0, DASHES), line(-1, "none"),
    word(1, words.positive, -16), word(-1, words.negative, 24)];
}

// A few dates; with the hour where all is within two days.
function axis(first, last, x, width) {
  const near = last - first < 2 * DAY_MS;
  const parts = near ? { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } : { day: "numeric", month: "short", year: last - first > 300 * DAY_MS ? "numeric" : undefined };
  const format = new Intl.DateTimeFormat(document.documentElement.lang, parts);
  const many = first === last ? 1 : Math.max(2, Math.min(5, Math.floor(width / 170)));
  const times = Array.from({ length: many }, (_, i) => first + (i / Math.max(1, many - 1)) * (last - first));
  return times.map((time, i) => tagged("text", { x: x(time), y: HEIGHT - 8, class: "diary-word",
    "text-anchor": many === 1 ? "middle" : ["start", "middle", "end"][i === 0 ? 0 : i === many - 1 ? 2 : 1] }, format.format(time)));
}

function mark(entry, x, y, marked, title) {
  const group = tagged("g", { class: "diary-mark", "data-id": entry.id });
  const dot = tagged("circle", { cx: x, cy: y, r: 10 });
  dot.style.stroke = marked.colour(entry.label);
  dot.style.fill = `color-mix(in srgb, ${marked.colour(entry.label)} ${SOLID[entry.confidence] ?? SOLID.unclear}%, var(--card))`;
  const letter = tagged("text", { x, y: y + 4.5, "text-anchor": "middle" }, marked.letter(entry.label));
  letter.style.fill = entry.confidence === "clear" ? "var(--card)" : "var(--ink)";
  group.append(tagged("title", {}, title), dot, letter);
  return group;
}
