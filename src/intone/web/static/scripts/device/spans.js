// From the probability of a voice in every window to the segments of speech between pauses: the port of the second half
// of audio/vad.py. A run of windows is [first, last + 1]; a span is { start, end, speech_s } in samples and seconds.

import { halfEven } from "./numbers.js";

// The segments of speech in `samples` samples, from the probability of a voice in each window; `voiced` are its runs.
export function spansOf(probability, samples, facts, voiced = runsAbove(probability, facts)) {
  const settings = facts.speech;
  const whole = joined(voiced, windowsIn(settings.pause_s, facts));
  const longest = windowsIn(settings.longest_s, facts);
  const parts = whole.flatMap((run) => cut(run, probability, longest, settings.smoothed));
  return widened(gathered(parts, facts), voiced, samples, facts);
}

// Runs of windows above `end` that somewhere rise above `begin`.
export function runsAbove(probability, facts) {
  const [begin, end] = [Math.fround(facts.speech.begin), Math.fround(facts.speech.end)];
  const runs = [];
  let [first, most] = [null, 0];
  for (let i = 0; i <= probability.length; i++) {
    if (i < probability.length && probability[i] > end) {
      first ??= i;
      most = Math.max(most, probability[i]);
    } else if (first !== null) {
      if (most > begin) runs.push([first, i]);
      [first, most] = [null, 0];
    }
  }
  return runs;
}

// Seconds of runs of windows.
export const secondsOf = (runs, facts) =>
  (runs.reduce((total, [first, last]) => total + last - first, 0) * facts.speech.window) / facts.rate;

export const windowsIn = (seconds, facts) => halfEven((seconds * facts.rate) / facts.speech.window);

// Runs with those joined between which the pause is no longer.
export function joined(runs, pause) {
  const found = [];
  for (const [first, last] of runs) {
    if (found.length && first - found.at(-1)[1] <= pause) found.at(-1)[1] = last;
    else found.push([first, last]);
  }
  return found;
}

// A run in parts of at most `longest` windows, cut where speech is least likely in its middle half.
function cut([first, last], probability, longest, smoothed) {
  if (last - first <= longest) return [[first, last]];
  const quarter = (last - first) >> 2;
  let [at, least] = [0, Infinity];
  for (let i = first + quarter; i + smoothed <= last - quarter; i++) {
    let mean = 0;
    for (let k = 0; k < smoothed; k++) mean += probability[i + k] * (1 / smoothed);
    if (mean < least) [at, least] = [i + (smoothed >> 1), mean];
  }
  return [[first, at], [at, last]].flatMap((part) => cut(part, probability, longest, smoothed));
}

// Runs with the short ones joined to their neighbours, across the shortest pauses first.
function gathered(runs, facts) {
  const [shortest, longest, near] = ["shortest_s", "longest_s", "near_s"]
    .map((name) => windowsIn(facts.speech[name], facts));
  const pauses = runs.slice(1).map(([first], i) => first - runs[i][1]);
  const [begins, ends] = [runs.map((_, i) => i), runs.map((_, i) => i)]; // of the group that ends, or begins, with one
  for (const i of pauses.map((_, number) => number).sort((a, b) => pauses[a] - pauses[b])) {
    const [first, last] = [begins[i], ends[i + 1]];
    const shorter = Math.min(runs[i][1] - runs[first][0], runs[last][1] - runs[i + 1][0]);
    if (shorter < shortest && pauses[i] <= near && runs[last][1] - runs[first][0] <= longest) {
      [begins[last], ends[first]] = [first, last];
    }
  }
  return runs.flatMap(([first], i) => (begins[ends[i]] === i ? [[first, runs[ends[i]][1]]] : []));
}

// Runs in windows as spans in samples with a margin, which ends half-way to the neighbour.
function widened(parts, voiced, samples, facts) {
  const { window, margin_s: marginS } = facts.speech;
  const margin = halfEven(marginS * facts.rate);
  return parts.map(([first, last], i) => {
    const [start, end] = [first * window, last * window];
    const left = i ? Math.floor((parts[i - 1][1] * window + start) / 2) : 0;
    const right = i + 1 < parts.length ? Math.floor((end + parts[i + 1][0] * window) / 2) : samples;
    const inside = voiced.map(([a, b]) => [Math.max(a, first), Math.max(a, first, Math.min(b, last))]);
    const speechS = secondsOf(inside, facts);
    return { start: Math.max(left, start - margin), end: Math.min(right, end + margin), speech_s: speechS };
  });
}
