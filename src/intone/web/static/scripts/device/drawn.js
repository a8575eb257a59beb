// What the page's script draws and takes away of an answer, packed: `drawn` in answers.py, `packed` in views.py.

import { Real } from "./decimals.js";
import { rounded, sum } from "./numbers.js";
import { told } from "./texts.js";
import { held } from "./values.js";

// Probabilities and weights are bytes in base64, as answer.js unpacks them. `names`: those of the views, the
// finest first.
export function drawn(answer, names, { facts, texts }) {
  const one = answer.views[answer.classes];
  const who = one.speakers?.length ? { who: one.segments.map((segment) => segment.speaker ?? 0) } : {};
  return new Map(Object.entries({
    ...who,
    duration_s: new Real(one.duration_s),
    waveform: held(answer.waveform),
    valence: held(valence(answer.views[names[0]], facts)),
    segments: times(one.segments),
    attributions: times(one.attributions),
    views: new Map(names.map((name) => [name, packed(answer.views[name], facts, texts)])),
  }));
}

const times = (all = []) => all.map((one) => [new Real(one.start_s), new Real(one.end_s)]);

// Of every segment of a view, the probability that it is positive less that it is negative.
function valence({ segments }, { sides, summary: { signs } }) {
  const signed = ([name, share]) => signs[sides[name]] * share;
  return segments.map((one) => rounded(sum(Object.entries(one.probabilities).map(signed)), 3));
}

function packed({ attributions = [], summary, ...view }, { decision: { neither } }, texts) {
  const classes = Object.keys(view.probabilities);
  const names = [...classes, neither];
  return new Map([
    ...held({ ...view, segments: [], reasons: view.reasons.map((one) => told(one, texts)) }),
    ["names", names],
    ["labels", view.segments.map((one) => names.indexOf(one.label))],
    ["shares", bytes(view.segments.flatMap((one) => classes.map((name) => one.probabilities[name])))],
    ["weights", bytes(attributions.map((one) => one.weight))],
  ]);
}

// Numbers as doubles, the lowest byte first.
function bytes(numbers) {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((one, i) => view.setFloat64(8 * i, one, true));
  return btoa(Array.from(new Uint8Array(view.buffer), (one) => String.fromCharCode(one)).join(""));
}
