// What the samples of a recording say of its levels before they are mixed and resampled: the port of audio/levels.py.

import { largest } from "./numbers.js";

// Counted block by block; a block is a Float32Array a channel.
export class Levels {
  constructor(facts) {
    this.facts = facts.levels;
    this.channels = [];
  }

  add(block) {
    block.forEach((samples, number) => {
      const [low, high] = extremes(samples);
      if (low === high) return;
      const channel = (this.channels[number] ??= { peak: 0, step: Infinity, tops: [[], []] });
      channel.peak = Math.max(channel.peak, (high - low) / 2);
      channel.step = Math.min(channel.step, this.stepOf(samples));
      channel.tops[0].push({ peak: high, rows: high > 0 ? this.rowsAtTheEnd(samples, high) : 0 });
      channel.tops[1].push({ peak: -low, rows: low < 0 ? this.rowsAtTheEnd(samples, low) : 0 });
    });
  }

  // { steps, flatTops }: steps from zero to the peak of the channel that has most, and flat tops on one side of one.
  read() {
    const channels = this.channels.filter(Boolean);
    const steps = channels.length ? largest(channels.map(({ peak, step }) => peak / step)) : Infinity;
    if (!channels.length || steps < this.facts.fewest_steps) return { steps, flatTops: 0 };
    return { steps, flatTops: largest(channels.flatMap(({ tops }) => tops).map((one) => this.atTheEnd(one))) };
  }

  stepOf(samples) {
    const every = 1 + Math.floor(samples.length / this.facts.looked_at);
    const some = Float32Array.from({ length: Math.ceil(samples.length / every) }, (_, i) => samples[i * every]).sort();
    let step = Infinity;
    for (let i = 1; i < some.length; i++) {
      const apart = Math.fround(some[i] - some[i - 1]);
      if (apart > 0) step = Math.min(step, apart);
    }
    return step;
  }

  // Rows of samples at an extreme, which is above or below zero.
  rowsAtTheEnd(samples, extreme) {
    const [sign, least] = [Math.sign(extreme), Math.abs(Math.fround(this.facts.top * extreme))];
    let [rows, row] = [0, 0];
    for (let i = 0; i < samples.length; i++) {
      row = sign * samples[i] >= least ? row + 1 : 0;
      if (row === this.facts.row) rows += 1;
    }
    return rows;
  }

  atTheEnd(tops) {
    const least = this.facts.same_peak * largest(tops.map(({ peak }) => peak));
    return tops.reduce((total, { peak, rows }) => total + (peak >= least ? rows : 0), 0);
  }
}

function extremes(samples) {
  let [low, high] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    low = Math.min(low, samples[i]);
    high = Math.max(high, samples[i]);
  }
  return [low, high];
}
