// What speaks for an answer and against it: bars over the waveform, and the part that decides most.

import { drawAxis } from "./axis.js";

const LEAST = 0.05; // of the probability: less decides nothing
const HALF = 0.5; // of the largest: neighbours that weigh as much belong to the same part
const FULL = 0.2; // the weight of a bar that is as tall as may be, or the largest one

// The part that speaks for the answer most, in seconds: { start_s, end_s, windows, weight } with the weight of its
// strongest window; null where none decides.
export function finding(attributions) {
  const most = attributions.reduce((best, one, i) => (one.weight > (attributions[best]?.weight ?? 0) ? i : best), -1);
  if (most < 0 || attributions[most].weight < LEAST) return null;
  const { weight } = attributions[most];
  const joined = (one, next) => Math.min(one.weight, next.weight) >= HALF * weight && next.start_s - one.end_s < 0.01;
  let [first, last] = [most, most];
  while (last + 1 < attributions.length && joined(attributions[last], attributions[last + 1])) last += 1;
  while (first > 0 && joined(attributions[first - 1], attributions[first])) first -= 1;
  return { start_s: attributions[first].start_s, end_s: attributions[last].end_s, windows: last - first + 1, weight };
}

// Draws into the parts of a box; `from` is where in the whole recording it begins.
export function drawEvidence(box, { waveform, duration_s }, attributions, from) {
  const scale = Math.max(FULL, ...attributions.map((one) => Math.abs(one.weight)));
  const path = (name) => box.querySelector(`:scope > svg .${name}`);
  path("sound-wave").setAttribute("d", outline(waveform));
  for (const [name, sign] of [["speaks-for", 1], ["speaks-against", -1]]) {
    path(name).setAttribute("d", attributions.filter((one) => sign * one.weight > 0)
      .map((one) => bar(one, duration_s, scale)).join(""));
  }
  drawAxis(box.querySelector(".axis"), from, from + duration_s);
}

function bar(one, duration, scale) {
  const [left, right] = [one.start_s, one.end_s].map((time) => (1000 * time / duration).toFixed(1));
  return `M${left} 50V${(50 - 48 * one.weight / scale).toFixed(1)}H${right}V50Z`;
}

// Peaks in 0 to 1 as a shape of 1000 by 100.
function outline(peaks) {
  const loudest = Math.max(...peaks, 1e-6);
  const at = (sign) => (peak, i) => `${(1000 * i / Math.max(1, peaks.length - 1)).toFixed(1)} ${(50 + sign * 48 * peak / loudest).toFixed(1)}`;
  return `M${[...peaks.map(at(-1)), ...peaks.map(at(1)).reverse()].join("L")}Z`;
}
