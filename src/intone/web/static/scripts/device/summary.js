// A longer recording in a few lines: the port of recognition/summary.py, where it is said what each number means.

import { rounded, sum } from "./numbers.js";

// What there is to say of a view besides its answer; null for one that is short or has hardly any segments.
export function summary({ duration_s: durationS, label, segments }, facts) {
  const { long_s: longS, fewest, holds } = facts.summary;
  if (durationS <= longS || segments.length < fewest || !sum(segments.map(secondsOf))) return null;
  const shares = sharesOf(segments);
  const strongest = strongestOf(segments, facts)
    .map(({ start_s, end_s, label: name }) => ({ start_s, end_s, label: name }));
  return {
    holds: (shares[label] ?? 0) >= holds,
    shares,
    strongest,
    changes: changesIn(segments, facts),
    valence: thirds(segments, facts),
  };
}

const secondsOf = ({ start_s: start, end_s: end }) => end - start;

function sharesOf(segments) {
  const totals = new Map();
  for (const one of segments) totals.set(one.label, (totals.get(one.label) ?? 0) + one.end_s - one.start_s);
  const whole = sum([...totals.values()]);
  return Object.fromEntries([...totals].sort(([, a], [, b]) => b - a).map(([name, total]) => [name, total / whole]));
}

function strongestOf(segments, facts) {
  const telling = segments.filter(({ label }) => facts.sides[label] !== "neutral");
  const probability = ({ label, probabilities }) => probabilities[label] ?? 0;
  return [...(telling.length ? telling : segments)]
    .sort((a, b) => probability(b) - probability(a))
    .slice(0, facts.summary.strongest)
    .sort((a, b) => a.start_s - b.start_s);
}

// Runs of one label that last; shorter ones belong to the run before them.
function changesIn(segments, facts) {
  const runs = [];
  for (const one of segments) {
    if (runs.at(-1)?.label !== one.label) runs.push({ time_s: one.start_s, label: one.label, seconds: 0 });
    runs.at(-1).seconds += secondsOf(one);
  }
  const lasting = runs.filter(({ seconds }) => seconds >= facts.summary.lasting_s);
  return lasting.filter(({ label }, i) => i && label !== lasting[i - 1].label)
    .map(({ time_s, label }) => ({ time_s, label }));
}

// The mean valence of each third of the speech; a segment across a border counts for both by its parts.
function thirds(segments, facts) {
  const whole = sum(segments.map(secondsOf));
  const sums = [0, 0, 0];
  let at = 0;
  for (const one of segments) {
    const seconds = secondsOf(one);
    for (let third = 0; third < 3; third++) {
      const part = Math.min(at + seconds, ((third + 1) * whole) / 3) - Math.max(at, (third * whole) / 3);
      sums[third] += facts.summary.signs[facts.sides[one.label]] * Math.max(0, part);
    }
    at += seconds;
  }
  return sums.map((one) => Math.max(-1, Math.min(1, rounded((3 * one) / whole, 3))));
}
