// Blocks of samples at another rate, without a seam: together they are what resample.js makes of the whole.
//
// A block is resampled with some of the samples before and after it, of which it is cut out again. It begins and ends
// where a sample of the one rate lies on one of the other, so that each part counts from the same time as the whole.

import { REACH, resample } from "./resample.js";
import { together } from "./speech.js";

export class Stream {
  constructor(rate, to) {
    const step = rate / greatestDivisor(rate, to);
    const around = Math.ceil((Math.ceil(REACH * Math.max(1, rate / to)) + 1) / step) * step;
    Object.assign(this, { rate, to, step, around, done: 0 });
    this.waiting = new Float32Array(0); // of which the first `done` are done
  }

  // The samples at the other rate that the next ones lead to; with `last` all that are left.
  add(samples, last = false) {
    if (this.rate === this.to) return samples;
    this.waiting = together(this.waiting, samples);
    const done = last ? this.waiting.length : this.whole(this.waiting.length);
    if (done <= this.done) return new Float32Array(0);
    const found = resample(this.waiting.subarray(0, done + this.around), this.rate, this.to);
    const [from, until] = [this.done, done].map((at) => Math.round((at * this.to) / this.rate));
    const forgotten = Math.max(0, this.whole(done));
    this.waiting = this.waiting.slice(forgotten);
    this.done = done - forgotten;
    return found.slice(from, until);
  }

  // Samples before the last ones that a filter reaches, in whole steps.
  whole(samples) {
    return Math.floor((samples - this.around) / this.step) * this.step;
  }
}

function greatestDivisor(a, b) {
  return b ? greatestDivisor(b, a % b) : a;
}
