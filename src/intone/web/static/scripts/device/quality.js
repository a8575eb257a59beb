// How good a recording is: the port of audio/quality.py, where it is said how it is measured and what limits stand on.

import { irfft, rfft } from "./fft.js";
import { halfEven, peakOf } from "./numbers.js";
import { said } from "./refusal.js";

// Measures a recording window by window, from its segments of speech.
export class Gauge {
  constructor(facts) {
    this.facts = facts.quality;
    this.rate = facts.rate;
    this.bins = new Map(); // of powers in decibels: how many, and their sum
    this.heaps = [{ near: 0, loud: 0 }, { near: 0, loud: 0 }];
    this.samples = 0;
    this.peak = 0;
  }

  // Add a window with its segments.
  add(signal, spans) {
    if (!spans.length) return;
    for (const one of this.surrounded(signal, spans)) this.powers(one).forEach((power) => this.note(power));
    const speech = new Float32Array(spans.reduce((total, { start, end }) => total + end - start, 0));
    let at = 0;
    for (const { start, end } of spans) {
      speech.set(signal.subarray(start, end), at);
      at += end - start;
    }
    this.peak = Math.max(this.peak, peakOf(speech));
    this.samples += speech.length;
    const ordered = speech.slice().sort();
    this.heap(this.heaps[0], ordered);
    this.heap(this.heaps[1], ordered.map((one) => -one).reverse());
  }

  // { snrDb, heaped, peak, steps, flatTops, noisy, clipped }; `levels` are those of the whole recording, or null.
  read(levels) {
    const heaped = Math.max(...this.heaps.map(({ near, loud }) => near / Math.max(loud, 1)));
    const perSecond = (count) => (count * this.rate) / Math.max(this.samples, this.rate);
    const [steps, flatTops] = levels ? [levels.steps, perSecond(levels.flatTops)] : [Infinity, 0];
    const snrDb = this.snrDb();
    return {
      snrDb, heaped, peak: this.peak, steps, flatTops,
      noisy: snrDb < this.facts.noisy_db,
      clipped: heaped > this.facts.clipped || flatTops > this.facts.flat_tops,
    };
  }

  // The segments, each with what is around it, no sample twice.
  * surrounded(signal, spans) {
    const around = halfEven(this.facts.around_s * this.rate);
    let done = 0;
    for (const { start, end } of spans) {
      const from = Math.max(done, start - around);
      done = end + around;
      yield signal.subarray(from, done);
    }
  }

  // The mean square of every 20 ms, above 400 Hz; frames of digital silence are left out.
  powers(part) {
    const { frame, rise_hz: [low, high] } = this.facts;
    const size = Math.max(2, 2 ** Math.ceil(Math.log2(part.length)));
    const spectrum = rfft(part, size);
    spectrum.re.forEach((_, k) => {
      const gain = Math.min(Math.max(((k * this.rate) / size - low) / (high - low), 0), 1);
      spectrum.re[k] *= gain;
      spectrum.im[k] *= gain;
    });
    const above = irfft(spectrum, size);
    const found = [];
    for (let at = 0; at + frame <= part.length; at += frame) {
      if (!part.subarray(at, at + frame).some((one) => one !== 0)) continue;
      found.push(above.subarray(at, at + frame).reduce((total, one) => total + one * one, 0) / frame);
    }
    return found;
  }

  note(power) {
    const { lowest_db: lowest, highest_db: highest, bin_db: width } = this.facts;
    const decibels = 10 * Math.log10(Math.max(power, 10 ** (lowest / 10)));
    const last = halfEven((highest - lowest) / width) - 1;
    const bin = Math.min(Math.max(Math.trunc((decibels - lowest) / width), 0), last);
    const known = this.bins.get(bin) ?? { count: 0, total: 0 };
    this.bins.set(bin, { count: known.count + 1, total: known.total + power });
  }

  // The louder half of the frames against the quietest.
  snrDb() {
    const ordered = [...this.bins].sort(([a], [b]) => a - b);
    const found = ordered.map(([, { count, total }]) => ({ power: total / count, count }));
    if (!found.length) return Infinity;
    const [noise, middle] = [percentile(found, this.facts.quietest), percentile(found, 50)];
    const loud = found.filter(({ power }) => power >= middle);
    const louder = loud.reduce((total, { power, count }) => total + power * count, 0)
      / loud.reduce((total, { count }) => total + count, 0);
    return noise <= 0 ? Infinity : 10 * Math.log10(Math.max(louder - noise, 1e-3 * noise) / noise);
  }

  // Count the samples near the upper extreme, and all loud ones, of samples in rising order.
  heap(counted, ordered) {
    const { extreme: share, loud, near, over } = this.facts;
    const extreme = ordered[Math.floor((share / 100) * (ordered.length - 1))] ?? 0;
    if (extreme <= 0) return;
    const [least, close, most] = [loud, near, over].map((part) => Math.fround(part * extreme));
    for (const one of ordered) {
      if (one < least || one >= most) continue;
      counted.loud += 1;
      if (one >= close) counted.near += 1;
    }
  }
}

// Of powers that rise, each as often as it occurred, interpolated linearly.
function percentile(found, share) {
  const all = found.reduce((total, { count }) => total + count, 0);
  const rank = (share / 100) * (all - 1);
  const [below, above] = [Math.floor(rank), Math.ceil(rank)].map((place) => {
    let upTo = 0;
    return found.find(({ count }) => (upTo += count) > place).power;
  });
  return below + (above - below) * (rank % 1);
}

// Why an answer about a recording is not confident, as sentences.
export function doubts(found, facts) {
  if (found.steps < facts.quality.coarse) {
    return [said("The recording is coarse (its loudest sample is {steps:.0f} steps above zero), as with few bits or at "
      + "a very low level, which changes answers: record it again at a higher level or with more bits.",
    { steps: found.steps })];
  }
  if (found.peak < facts.quality.quiet) {
    return [said("The recording is very quiet ({decibels:.0f} dB of full scale): record it again closer to the "
      + "microphone or at a higher level.", { decibels: 20 * Math.log10(Math.max(found.peak, 1e-9)) })];
  }
  return [];
}

// What makes the answer about a recording less reliable, as sentences.
export function warnings(found) {
  const noise = said("The recording is noisy (about {decibels:.0f} dB above the noise): record in a quieter place or "
    + "closer to the microphone.", { decibels: Math.max(0, found.snrDb) });
  const clipping = said("The recording is clipped (its loudest parts are cut off): record it again at a lower level.");
  return [...(found.noisy ? [noise] : []), ...(found.clipped ? [clipping] : [])];
}
