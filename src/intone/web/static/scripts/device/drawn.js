// What the page's script draws and takes away of an answer, packed: `drawn` in answers.py, `packed` in views.py.

import { Real, rounded } from "./decimals.js";
import { told } from "./texts.js";
import { held } from "./values.js";

// `order`: the names of the views. The probabilities and weights are bytes in base64, as answer.js unpacks them.
export function drawn(answer, order, { rules, texts }) {
  const one = answer.views[answer.classes];
  const who = one.speakers?.length ? { who: one.segments.map((segment) => segment.speaker ?? 0) } : {};
  return new Map(Object.entries({
    ...who,
    duration_s: new Real(one.duration_s),
    waveform: held(answer.waveform),
    valence: held(valence(answer.views, order, rules)),
    segments: times(one.segments),
    attributions: times(one.attributions),
    views: new Map(order.map((name) => [name, packed(answer.views[name], rules, texts)])),
  }));
}

const times = (all = []) => all.map((one) => [new Real(one.start_s), new Real(one.end_s)]);

// Of every segment, the probability that it is positive less that it is negative, from the finest view.
function valence(views, order, rules) {
  const finest = views["8"] ?? views[order[0]];
  return finest.segments.map(({ probabilities }) => {
    const signed = Object.entries(probabilities).map(([name, share]) => rules.signs[rules.tones[name]] * share);
    return rounded(signed.reduce((sum, share) => sum + share, 0), 3);
  });
}

function packed({ attributions = [], summary, ...view }, rules, texts) {
  const classes = Object.keys(view.probabilities);
  const names = [...classes, rules.neither];
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
  const text = Array.from(new Uint8Array(view.buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(text);
}
