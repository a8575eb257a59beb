// Whether a supposed voice is synthesized tones: half of the spectrum is empty in most of its frames (audio/vad.py).

import { rfft } from "./fft.js";
import { largest, median, stepsTo } from "./numbers.js";

// `voiced`: the runs of windows with a supposed voice, [first, last + 1] each.
export function areTones(signal, voiced, facts) {
  const { window, frame, band_hz: [lowest, highest], empty_db: emptyDb, most_frames: most } = facts.speech;
  const inside = [];
  for (const [first, last] of voiced) {
    for (let i = first; i < last; i++) {
      const centre = i * window + window / 2;
      if (centre >= frame / 2 && centre + frame / 2 <= signal.length) inside.push(centre);
    }
  }
  if (!inside.length) return false;
  const chosen = stepsTo(inside.length - 1, Math.min(inside.length, most)).map((i) => inside[i]);
  const step = facts.rate / frame;
  const [first, last] = [Math.floor(lowest / step) + 1, Math.ceil(highest / step)];
  const shape = blackman(frame);
  const between = chosen.map((centre) => {
    const start = centre - frame / 2;
    const { re, im } = rfft(shape.map((gain, i) => gain * signal[start + i]), frame);
    const spectrum = re.map((one, k) => Math.hypot(one, im[k])).subarray(first, last);
    return median(spectrum) / Math.max(largest(spectrum), 1e-12);
  });
  return median(between) < 10 ** (emptyDb / 20);
}

function blackman(size) {
  const angle = (2 * Math.PI) / (size - 1);
  return Float64Array.from({ length: size }, (_, i) =>
    0.42 - 0.5 * Math.cos(angle * i) + 0.08 * Math.cos(2 * angle * i));
}
