// Where in a recording someone speaks: the port of audio/vad.py, where it is said why.

import { peakOf } from "./numbers.js";
import { Refusal, said } from "./refusal.js";
import { resample } from "./resample.js";
import { runsAbove, secondsOf, spansOf } from "./spans.js";
import { areTones } from "./tones.js";

export { spansOf };

// The detector on a recording that grows: `add` samples, and read `probability`, of a voice in each whole 32 ms so far.
//
// Samples are scaled so that `peak`, that of the whole recording, is 0.9; without it that of what was added so far.
export class Detector {
  constructor(run, facts, peak = null) {
    const { context, state } = facts.speech;
    Object.assign(this, { run, facts: facts.speech, peak: peak ?? 0, grows: peak === null });
    this.waiting = new Float32Array(context); // what the next window gets of the one before, and samples of no window
    this.hidden = new Float32Array(state);
    this.cell = new Float32Array(state);
    this.probability = new Float32Array(0);
  }

  async add(samples) {
    if (this.grows) this.peak = Math.max(this.peak, peakOf(samples));
    const { window, context, at_once: atOnce, peak, silent } = this.facts;
    const waiting = together(this.waiting, samples);
    const windows = Math.floor((waiting.length - context) / window);
    const scale = Math.fround(peak / Math.max(this.peak, silent));
    for (let at = 0; at < windows; at += atOnce) {
      const n = Math.min(atOnce, windows - at);
      const heard = new Float32Array(n * (context + window));
      for (let i = 0; i < n; i++) {
        const from = (at + i) * window;
        for (let k = 0; k < context + window; k++) heard[i * (context + window) + k] = waiting[from + k] * scale;
      }
      const found = await this.run.speech(heard, n, this.hidden, this.cell);
      [this.hidden, this.cell] = [found.hidden, found.cell];
      this.probability = together(this.probability, found.probability);
    }
    this.waiting = waiting.slice(windows * window);
  }
}

export function together(before, after) {
  const whole = new Float32Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}

// The probability of a voice in every whole 32 ms of a signal; `peak` is that of the recording it is a window of.
export async function speechProbability(signal, facts, run, peak = null) {
  const detector = new Detector(run, facts, peak);
  await detector.add(signal);
  return detector.probability;
}

// The segments of a signal in which someone speaks. Throws a Refusal where nobody does.
export async function findSpeech(signal, facts, run, peak = null) {
  const loudest = peakOf(signal);
  if (loudest < facts.speech.silent) throw nothingHeard(signal.length, loudest, facts);
  const { probability, voiced } = await voicedIn(signal, facts, run, peak);
  if (secondsOf(voiced, facts) < facts.speech.voice_s || areTones(signal, voiced, facts)) {
    throw nothingHeard(signal.length, loudest, facts);
  }
  return spansOf(probability, signal.length, facts, voiced);
}

export function nothingHeard(samples, peak, facts) {
  return new Refusal("NoSpeech", peak < facts.speech.silent
    ? said("The recording is silent: check the microphone and record again.")
    : said("No voice was found in {seconds:.1f} s of sound: record someone who speaks, close to the microphone.",
      { seconds: samples / facts.rate }));
}

// Throws a Refusal where the segments of a recording hold less speech than an answer needs.
export function checkEnough(spans, facts) {
  const spoken = spans.reduce((total, span) => total + span.speech_s, 0);
  if (spoken < facts.speech.least_s) {
    throw new Refusal("TooShort", said(
      "Only {spoken:.2f} s of speech was found, and an answer needs at least {least_s:g} s: speak longer.",
      { spoken, least_s: facts.speech.least_s }));
  }
}

// Probabilities of a voice, and the runs of windows with one; those of a slowed signal where these are longer.
async function voicedIn(signal, facts, run, peak) {
  const { screams_s: screamsS, least_s: leastS, slower } = facts.speech;
  let probability = await speechProbability(signal, facts, run, peak);
  let voiced = runsAbove(probability, facts);
  const longerThanAScream = signal.length > screamsS * facts.rate;
  if (longerThanAScream || secondsOf(voiced, facts) >= leastS || areTones(signal, loudRuns(signal, facts), facts)) {
    return { probability, voiced };
  }
  for (const speed of slower) {
    const lowered = await loweredProbability(signal, speed, facts, run);
    const again = runsAbove(lowered, facts);
    if (secondsOf(again, facts) > secondsOf(voiced, facts)) [probability, voiced] = [lowered, again];
  }
  return { probability, voiced };
}

// `speechProbability` of a signal played slower, for the windows of the signal itself.
async function loweredProbability(signal, speed, facts, run) {
  const lowered = new Float32Array(Math.floor(signal.length / facts.speech.window));
  const found = await speechProbability(resample(signal, facts.rate, facts.rate / speed), facts, run);
  if (!found.length) return lowered;
  return lowered.map((_, i) => {
    const at = Math.min(Math.max((i + 0.5) / speed - 0.5, 0), found.length - 1);
    const below = Math.floor(at);
    return found[below] + ((found[below + 1] ?? 0) - found[below]) * (at - below);
  });
}

// The windows that are less than 30 dB below the loudest, each as a run.
function loudRuns(signal, facts) {
  const { window, loud } = facts.speech;
  const power = Array.from({ length: Math.floor(signal.length / window) }, (_, i) =>
    signal.subarray(i * window, (i + 1) * window).reduce((total, one) => total + one * one, 0));
  const most = power.reduce((a, b) => Math.max(a, b), 0);
  return power.flatMap((one, i) => (one > loud * most ? [[i, i + 1]] : []));
}
