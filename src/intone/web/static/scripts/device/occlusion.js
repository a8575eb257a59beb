// Which time windows speak for an answer: the port of recognition/occlusion.py, where it is said how it is measured.

import { halfEven, rounded, stepsTo, sum } from "./numbers.js";

// A segment without each of its time windows: { start, end, row } each, in samples of the recording.
export async function occluded(segment, start, facts, rowOf) {
  const length = segment.length;
  const count = Math.max(1, halfEven(length / facts.rate / facts.occlusion.window_s));
  const edges = stepsTo(length, 1 + count);
  const found = [];
  for (let i = 0; i < count; i++) {
    const row = await rowOf(without(segment, edges[i], edges[i + 1], facts));
    found.push({ start: start + edges[i], end: start + edges[i + 1], row });
  }
  return found;
}

// The attribution of every time window; `answer`: the probability of the answer, from a pooled row.
export function attributions({ rows, weights, occluded: all }, answer, facts) {
  const whole = rows[0].map((_, k) => sum(rows.map((row, i) => row[k] * weights[i])));
  const before = answer(whole);
  return all.flatMap((some, i) => some.map(({ start, end, row }) => ({
    start_s: rounded(start / facts.rate, 3),
    end_s: rounded(end / facts.rate, 3),
    weight: before - answer(whole.map((one, k) => one + weights[i] * (row[k] - rows[i][k]))),
  })));
}

// A signal with silence between two samples, and fades within it on both sides.
export function without(segment, start, end, facts) {
  const fade = Math.min(halfEven(facts.occlusion.fade_s * facts.rate), Math.floor((end - start) / 2));
  const found = segment.slice().fill(0, start, end);
  for (let i = 0; i < fade; i++) {
    const gain = Math.fround((1 + Math.cos((Math.PI * i) / fade)) / 2);
    if (start > 0) found[start + i] = segment[start + i] * gain; // nothing is before it to fade from
    if (end < segment.length) found[end - 1 - i] = segment[end - 1 - i] * gain;
  }
  return found;
}
