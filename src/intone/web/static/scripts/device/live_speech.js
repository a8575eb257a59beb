// The speech in a signal that still comes in: the port of audio/live.py, where it is said why. A segment is
// { start, end, speech_s, signal }: samples of the recording, seconds, and its own samples.

import { joined, runsAbove, spansOf, windowsIn } from "./spans.js";
import { Detector, together } from "./speech.js";
import { areTones } from "./tones.js";

export class LiveSpeech {
  constructor(run, facts) {
    this.facts = facts;
    this.detector = new Detector(run, facts);
    this.detector.peak = facts.live.quietest;
    this.start = 0; // samples of the recording before `signal`
    this.signal = new Float32Array(0); // whole windows, one for each of `probability`
    this.probability = new Float32Array(0);
    this.rest = new Float32Array(0); // less than a window
  }

  get samples() {
    return this.start + this.signal.length + this.rest.length;
  }

  get speaking() {
    const last = runsAbove(this.probability, this.facts).at(-1);
    return last !== undefined && this.probability.length - last[1] <= this.windows("pause_s");
  }

  // The last segment, which may still go on; null where there is none.
  get open() {
    return this.spoken(this.probability.length).at(-1) ?? null;
  }

  // Adds the next samples; resolves to the segments that ended with them.
  async add(samples) {
    const { speech: { window }, live: { step } } = this.facts;
    const waiting = together(this.rest, samples);
    const whole = Math.floor(waiting.length / window) * window;
    const ended = [];
    for (let at = 0; at < whole; at += step) {
      const part = waiting.subarray(at, Math.min(at + step, whole));
      await this.detector.add(part);
      this.probability = together(this.probability, this.detector.probability);
      this.detector.probability = new Float32Array(0);
      this.signal = together(this.signal, part);
      ended.push(...this.ended());
    }
    this.rest = waiting.slice(whole);
    return ended;
  }

  // The segments that have not ended, since nothing more comes.
  end() {
    return this.cut(this.probability.length);
  }

  // The segments that end for certain, which are forgotten; and so is silence.
  ended() {
    const { facts, probability } = this;
    const runs = joined(runsAbove(probability, facts), this.windows("pause_s"));
    const quietFrom = probability.length - this.rising();
    const margin = this.windows("margin_s") + 1;
    const near = this.windows("near_s");
    if (!runs.length) {
      this.forget(Math.max(0, quietFrom - margin));
      return [];
    }
    if (quietFrom - runs.at(-1)[1] > near) { // nothing is joined across so long a pause
      const ended = this.cut(runs.at(-1)[1] + margin);
      this.forget(Math.max(0, this.probability.length - this.rising() - margin));
      return ended;
    }
    for (let i = runs.length - 1; i > 0; i--) {
      const [before, after] = [runs[i - 1], runs[i]];
      const shorter = Math.min(before[1] - before[0], after[1] - after[0]);
      if (after[0] - before[1] > near || shorter >= this.windows("shortest_s")) {
        return this.cut(Math.floor((before[1] + after[0]) / 2));
      }
    }
    if (runs.at(-1)[1] - runs[0][0] > facts.live.most * this.windows("longest_s")) return this.cut(this.lastBegins());
    return [];
  }

  // Windows at the end that become a voice if the next one is.
  rising() {
    return this.probability.length - 1 - this.probability.findLastIndex((one) => one <= Math.fround(this.facts.speech.end));
  }

  // The window between the last segment and the one before it.
  lastBegins() {
    const [before, last] = spansOf(this.probability, this.signal.length, this.facts).slice(-2);
    return Math.floor(Math.floor((before.end + last.start) / 2) / this.facts.speech.window);
  }

  // The segments in the first windows, which are forgotten.
  cut(windows) {
    const found = this.spoken(windows);
    this.forget(windows);
    return found;
  }

  // The segments in the first windows, as if nothing came after these.
  spoken(windows) {
    const probability = this.probability.subarray(0, windows);
    const signal = this.signal.subarray(0, windows * this.facts.speech.window);
    const voiced = runsAbove(probability, this.facts);
    if (areTones(signal, voiced, this.facts)) return [];
    return spansOf(probability, signal.length, this.facts, voiced).map((span) => ({
      ...span, start: this.start + span.start, end: this.start + span.end, signal: signal.slice(span.start, span.end),
    }));
  }

  forget(windows) {
    const samples = windows * this.facts.speech.window;
    this.start += samples;
    this.signal = this.signal.slice(samples);
    this.probability = this.probability.slice(windows);
  }

  windows(name) {
    return windowsIn(this.facts.speech[name], this.facts);
  }
}
