// The peaks of a signal in equal parts, as the page draws them: the port of `Outline` in web/answers.py.

import { halfEven, peakOf } from "./numbers.js";

// At most `facts.outline.points` numbers, 0 to 1.
export function outlineOf(samples, facts) {
  const { points, samples: few } = facts.outline;
  const peaks = Array.from({ length: Math.ceil(samples.length / few) }, (_, i) =>
    peakOf(samples.subarray(i * few, (i + 1) * few)));
  const count = Math.min(points, peaks.length);
  const step = peaks.length / count;
  const starts = Array.from({ length: count }, (_, i) => Math.floor(i * step));
  return starts.map((start, i) => {
    const peak = peaks.slice(start, starts[i + 1]).reduce((a, b) => Math.max(a, b));
    const steps = halfEven(Math.fround(Math.min(peak, 1) * 10_000));
    return Math.fround(steps / 10_000);
  });
}
