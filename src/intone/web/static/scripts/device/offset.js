// A constant offset of the samples is taken away where it is large: the port of audio/offset.py.

// Takes the offset of blocks of one channel away, one after the other.
export class Centring {
  constructor(facts, rate) {
    this.facts = facts.offset;
    this.least = this.facts.judged_s * rate;
    this.offset = 0;
  }

  centred(block) {
    if (block.length >= this.least) this.offset = this.offsetOf(block);
    return this.offset ? block.map((one) => one - this.offset) : block;
  }

  // 0 where it is small.
  offsetOf(block) {
    let [total, low, high] = [0, Infinity, -Infinity];
    for (let i = 0; i < block.length; i++) {
      total += block[i];
      low = Math.min(low, block[i]);
      high = Math.max(high, block[i]);
    }
    const mean = total / block.length;
    return Math.abs(mean) > this.facts.large * Math.max(high - mean, mean - low) ? Math.fround(mean) : 0;
  }
}
