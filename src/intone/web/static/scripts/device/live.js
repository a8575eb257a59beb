// A recording that still goes on: what it sounds like now. The port of recognition/live.py, where it is said why.
//
// A state is { time_s, speaking, since_s, label, shares, confidence, ended }, as State in Python; `ended` are the segments that
// ended since the state before, each { start_s, end_s, label, probabilities }.

import { confidenceOf, givenSex, inScheme, isOod } from "./decision.js";
import { Hysteresis } from "./hysteresis.js";
import { LiveSpeech } from "./live_speech.js";
import { largest, rounded } from "./numbers.js";
import { byClass } from "./pooling.js";
import { Stream } from "./stream.js";

export class Live {
  // Samples come at `rate`; `options`: { sex, classes }, as of an analysis.
  constructor(run, facts, rate, options) {
    Object.assign(this, { run, facts, rate, options, shares: {}, confidence: "unclear", judgedTo: 0 });
    this.listen(0);
    this.hysteresis = new Hysteresis(facts);
  }

  // From so many samples of the recording on.
  listen(start) {
    this.stream = new Stream(this.rate, this.facts.rate);
    this.speech = new LiveSpeech(this.run, this.facts);
    this.speech.start = start;
  }

  // So many samples are missing, with which ends what went on.
  skip(samples) {
    this.listen(this.speech.samples + Math.round((samples * this.facts.rate) / this.rate));
  }

  // The state after more samples, however many; with `last` nothing more comes.
  async hear(samples, last = false) {
    const heard = this.stream.add(samples, last);
    const ended = await this.speech.add(heard);
    if (last) ended.push(...this.speech.end());
    const segments = [];
    for (const one of ended) if (this.enough(one.signal)) segments.push(await this.segment(one));
    const { open } = this.speech;
    await this.goesOn(open);
    return {
      time_s: this.seconds(this.speech.samples),
      speaking: this.speech.speaking,
      since_s: open && this.seconds(open.start),
      label: this.hysteresis.label,
      shares: this.shares,
      confidence: this.confidence,
      ended: segments,
    };
  }

  enough(signal) {
    return signal.length >= Math.round(this.facts.settings.front_end.shortest_s * this.facts.rate);
  }

  async segment(one) {
    const { label, probabilities } = await this.judged(one, one.signal);
    return { start_s: this.seconds(one.start), end_s: this.seconds(one.end), label, probabilities };
  }

  seconds(samples) {
    return rounded(samples / this.facts.rate, 3);
  }

  // Judges the last seconds of the segment that goes on, where it has new ones and is long enough.
  async goesOn(one) {
    if (!one || one.end <= this.judgedTo || one.speech_s < this.facts.speech.shortest_s) return;
    await this.judged(one, one.signal.slice(-Math.round(this.facts.live.window_s * this.facts.rate)));
  }

  // What the network says of a signal; it is shown where it is new and long enough, or the first.
  async judged(one, signal) {
    const { facts, options: { sex, classes } } = this;
    const { probabilities: row, oodScore } = await this.run.network(signal);
    const found = inScheme(classes, byClass(Array.from(row), givenSex({ sex }), facts), facts);
    const longEnough = one.speech_s >= facts.speech.shortest_s || this.hysteresis.label === null;
    if (one.end > this.judgedTo && longEnough) {
      this.judgedTo = one.end;
      this.shares = Object.fromEntries(Object.entries(found.probabilities)
        .map(([name, share]) => [name, share * (1 - found.outside)]));
      if (found.outside) this.shares[facts.decision.neither] = found.outside;
      const shown = this.hysteresis.update(this.shares);
      const reliable = shown === found.label && shown !== facts.decision.neither && !isOod({ oodScore }, facts);
      this.confidence = reliable ? confidenceOf(classes, largest(Object.values(found.probabilities)), facts) : "unclear";
    }
    return found;
  }
}
