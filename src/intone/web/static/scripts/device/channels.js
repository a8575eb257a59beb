// Which channels of a recording make its signal: the port of audio/channels.py, where it is said why.

import { spectrumOfAny } from "./fft.js";
import { halfEven, largest, placeOfLargest, sum } from "./numbers.js";
import { said } from "./refusal.js";

export const OWN_VOICES = "The channels hold different voices in turn, as those of a call do, and were mixed: choose "
  + "the speakers 'channels', so that each channel is one of them.";

// Makes one signal of blocks, and notes what it finds in them.
export class Mixer {
  constructor(facts, rate) {
    this.facts = facts.channels;
    this.rate = rate;
    this.power = [];
    this.cancelled = [];
    this.alone = [];
    this.loudest = 0;
    this.frames = 0;
    this.taken = new Set();
    this.chosen = null;
  }

  // The mean of a block, or the loudest channel where the mean would lose it.
  mixed(block) {
    if (!alike(block)) {
      const { byChannel, summed } = this.powers(block);
      this.count(byChannel);
      const chosen = this.keptFromCancelling(byChannel, summed);
      if (chosen !== null) {
        this.taken.add(chosen + 1);
        return block[chosen];
      }
    }
    return meanOf(block);
  }

  // The numbers of the channels that have sound and are not all the same, the loudest first.
  worthTrying() {
    const order = this.power.map((_, i) => i).sort((a, b) => this.power[b] - this.power[a]);
    return order.filter((one) => this.power[one] > 0).map((one) => one + 1);
  }

  notes() {
    if (this.taken.size) {
      const numbers = [...this.taken].sort((a, b) => a - b).join(", ");
      return [said("The channels cancel one another where they are mixed (opposite phase), so that channel {numbers} "
        + "was analysed there alone.", { numbers })];
    }
    return this.areSpeakers() ? [said(OWN_VOICES)] : [];
  }

  // Of every frame the power of each channel, and that of their sum, in the voice band.
  powers(block) {
    const { frame_s: frameS, band_hz: [lowest, highest], low_rate: lowRate } = this.facts;
    const few = Math.max(1, Math.floor(this.rate / lowRate));
    const low = block.map((samples) => thinned(samples, few));
    const size = Math.max(1, halfEven((frameS * this.rate) / few));
    const frames = Math.max(1, Math.ceil(low[0].length / size));
    const step = this.rate / few / size;
    const [first, last] = [Math.ceil(lowest / step), Math.min(Math.floor(highest / step), Math.floor(size / 2)) + 1];
    const shape = hanning(size);
    const [byChannel, summed] = [block.map(() => new Float64Array(frames)), new Float64Array(frames)];
    for (let frame = 0; frame < frames; frame++) {
      const total = { re: new Float64Array(last - first), im: new Float64Array(last - first) };
      low.forEach((samples, number) => {
        const part = shape.map((gain, i) => gain * (samples[frame * size + i] ?? 0));
        const { re, im } = spectrumOfAny(part, first, last);
        re.forEach((one, k) => {
          byChannel[number][frame] += one * one + im[k] * im[k];
          total.re[k] += one;
          total.im[k] += im[k];
        });
      });
      summed[frame] = total.re.reduce((power, one, k) => power + one * one + total.im[k] * total.im[k], 0);
    }
    return { byChannel, summed };
  }

  // Count whose frames those of a block are.
  count(byChannel) {
    if (!this.power.length) {
      for (const all of [this.power, this.cancelled, this.alone]) all.push(...byChannel.map(() => 0));
    }
    const whole = totals(byChannel);
    this.loudest = Math.max(this.loudest, largest(whole));
    const loud = whole.map((power) => power > this.facts.quiet * this.loudest && power > 0);
    this.frames += loud.filter(Boolean).length;
    byChannel.forEach((own, number) => {
      this.power[number] += sum(own);
      this.alone[number] += own.filter((power, i) => loud[i] && power > this.facts.alone * (whole[i] - power)).length;
    });
  }

  // The channel to take alone; it stays the same from block to block unless another is twice as strong.
  keptFromCancelling(byChannel, summed) {
    const whole = totals(byChannel);
    const lost = whole.map((power, i) => summed[i] < this.facts.cancelled * power);
    const amplitudes = whole.map(Math.sqrt);
    const part = sum(amplitudes.filter((_, i) => lost[i]));
    if (!whole.some((power) => power > 0) || part < this.facts.lost * sum(amplitudes)) return null;
    byChannel.forEach((own, number) => { this.cancelled[number] += sum(own.filter((_, i) => lost[i])); });
    const strongest = placeOfLargest(this.cancelled);
    if (this.chosen === null || 2 * this.cancelled[this.chosen] < this.cancelled[strongest]) this.chosen = strongest;
    return this.chosen;
  }

  // Whether two channels or more have their own frames, and nearly all frames are somebody's own.
  areSpeakers() {
    const { least_s: leastS, frame_s: frameS, least_share: leastShare, mostly } = this.facts;
    const least = Math.max(leastS / frameS, leastShare * this.frames);
    return this.alone.filter((one) => one >= least).length >= 2 && sum(this.alone) >= mostly * this.frames;
  }
}

const alike = ([first, ...others]) => others.every((other) => other.every((one, i) => one === first[i]));

const totals = (byChannel) => Array.from(byChannel[0], (_, i) => sum(byChannel.map((own) => own[i])));

// In single precision, as NumPy has it.
function meanOf(block) {
  if (block.length === 1) return block[0];
  const mean = block[0].slice();
  for (const other of block.slice(1)) for (let i = 0; i < mean.length; i++) mean[i] += other[i];
  for (let i = 0; i < mean.length; i++) mean[i] /= block.length;
  return mean;
}

// The mean of every few samples, a low-pass that is good enough here.
function thinned(samples, few) {
  return Float32Array.from({ length: Math.floor(samples.length / few) }, (_, i) => {
    let total = 0;
    for (let k = i * few; k < (i + 1) * few; k++) total += samples[k];
    return total / few;
  });
}

const hanning = (size) =>
  Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
