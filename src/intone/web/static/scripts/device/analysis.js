// From a signal to the answer about it: the port of recognition/analysis.py, for one speaker.
//
// `run` runs the networks: `speech(heard, n, hidden, cell)` resolves to { probability, hidden, cell }, a Float32Array
// each; `network(samples)`, of one segment of speech, to { probabilities, evidence, oodScore }: a Float32Array of the
// labels, a Float32Array of members x 2 x classes or null, and a number or null. `facts` is what web/device.py makes.

import { OWN_VOICES } from "./channels.js";
import { givenSex, viewOf } from "./decision.js";
import { averaged, halfEven, largest, normalised, peakOf, sum } from "./numbers.js";
import { occluded } from "./occlusion.js";
import { outlineOf } from "./outline.js";
import { byClass, likelierSex } from "./pooling.js";
import { Gauge } from "./quality.js";
import { parsedReference } from "./reference.js";
import { holdsTooLittle, Refusal, said } from "./refusal.js";
import { mixed } from "./signal.js";
import { checkEnough, nothingHeard } from "./speech.js";
import { windows } from "./windows.js";

// The answer about a signal in every scheme, { views, classes, asked_sex, waveform, apart }; throws a Refusal where
// there is none. `apart` says whether the channels seem to be of two speakers, and were mixed.
//
// `options`: sex (auto, female or male), classes (the scheme that comes first), explain (whether attributions are
// measured), reference (the text that `reference` of together.js made; null without). `report(share)` is called with
// what is done, 0 to 1. An object has no order of names that are numbers: that of the views is `facts.shown`.
export async function analyse(signal, facts, run, options, report = () => {}) {
  const asked = read(options, facts);
  return answerOf(signal, await analysed(signal, facts, run, asked, report), facts, asked);
}

// The same of channels as they were decoded. Where no voice is left in their mix, the first that has one is answered.
export async function analyseChannels(channels, rate, facts, run, options, report = () => {}) {
  const asked = read(options, facts);
  const signal = mixed(channels, rate, facts);
  let refusal;
  for (const number of [null, ...signal.worthTrying]) {
    const one = number === null ? signal : mixed([channels[number - 1]], rate, facts);
    const notes = number === null ? [] : [said(
      "No voice is in the mix of the channels, so that channel {number} was analysed alone.", { number })];
    try {
      const told = { ...signal, notes: [...signal.notes, ...notes] };
      return answerOf(told, await analysed(one, facts, run, asked, report), facts, asked);
    } catch (error) {
      if (!holdsTooLittle(error)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

const read = (options, facts) =>
  ({ ...options, reference: options.reference ? parsedReference(options.reference, facts) : null });

const answerOf = ({ samples, notes }, found, facts, options) => ({
  views: Object.fromEntries(facts.shown.map((name) => [name, viewOf(name, found, facts, options, notes)])),
  classes: options.classes,
  asked_sex: options.sex,
  waveform: outlineOf(samples, facts),
  apart: notes.some(({ text }) => text === OWN_VOICES),
});

// What the network says of a signal: of each segment of speech, and of the whole, which is the mean of its segments
// weighted by the seconds of sound in them.
export async function analysed({ samples, levels }, facts, run, options, report = () => {}) {
  const [answered, tooShort, gauge] = [[], [], new Gauge(facts)];
  for await (const { start, signal, spans } of windows(samples, facts, run)) {
    const there = [];
    for (const span of spans) {
      const part = signal.subarray(span.start, span.end);
      const found = { start: start + span.start, end: start + span.end, speech_s: span.speech_s };
      if (part.length < shortest(facts)) {
        tooShort.push(found);
      } else {
        answered.push({ ...found, ...await judged(part, found.start, facts, run, options.explain) });
        there.push(span);
      }
      report(found.end / samples.length);
    }
    gauge.add(signal, there);
  }
  report(1);
  checkAnswerable(samples, answered, tooShort, facts);
  return pooled(samples, answered, facts, givenSex(options), gauge.read(levels));
}

// Seconds of sound that the answer about so many samples stands on.
function secondsOf(samples, { rate, sound_step: step, settings: { front_end: { longest_s: longestS } } }) {
  return (Math.floor(Math.min(samples, halfEven(longestS * rate)) / step) * step) / rate;
}

const shortest = ({ rate, settings }) => halfEven(rate * settings.front_end.shortest_s);

// What the network says of a segment, which begins at sample `start` of the recording.
async function judged(segment, start, facts, run, explain) {
  const { probabilities, evidence, oodScore } = await run.network(segment);
  const row = normalised(probabilities);
  if (![...row, ...evidence ?? []].every(Number.isFinite)) {
    throw new Error("The network gives numbers that are no probabilities.");
  }
  const rowOf = async (samples) => normalised((await run.network(samples)).probabilities);
  return {
    row,
    oodScore,
    evidence: evidence && facts.settings.adaptation ? byMember(evidence, facts.settings.adaptation) : null,
    seconds: secondsOf(segment.length, facts),
    occluded: explain ? await occluded(segment, start, facts, rowOf) : [],
  };
}

// [member][0 or 1][class], from numbers one after the other.
function byMember(evidence, { means }) {
  const classes = means[0].length;
  const row = (number) => Array.from(evidence.slice(number * classes, (number + 1) * classes));
  return means.map((_, member) => [row(2 * member), row(2 * member + 1)]);
}

function checkAnswerable(samples, answered, tooShort, facts) {
  const [durationS, leastS] = [samples.length / facts.rate, facts.speech.least_s];
  if (durationS < leastS) {
    throw new Refusal("TooShort", said("The recording is {duration_s:.2f} s long, and an answer needs at least "
      + "{least_s:g} s of speech: record a longer one.", { duration_s: durationS, least_s: leastS }));
  }
  if (!answered.length && !tooShort.length) throw nothingHeard(samples.length, peakOf(samples), facts);
  checkEnough([...answered, ...tooShort], facts);
  if (!answered.length) {
    const longest = largest(tooShort.map(({ start, end }) => end - start));
    throw new Refusal("TooShort", said(
      "Only {seconds:.2f} s of speech was found, and an answer needs {shortest_s:g} s: speak longer.",
      { seconds: longest / facts.rate, shortest_s: facts.settings.front_end.shortest_s }));
  }
}

// The whole recording, from its segments.
function pooled(samples, answered, facts, sex, quality) {
  const rows = answered.map(({ row }) => row);
  const seconds = answered.map((one) => one.seconds);
  const whole = averaged(rows, seconds);
  const scores = answered.map(({ oodScore }) => oodScore ?? null);
  const [known, evidence] = [scores.every((one) => one !== null), answered.every((one) => one.evidence)];
  return {
    durationS: samples.length / facts.rate,
    sex: sex ?? likelierSex(whole, facts),
    whole: byClass(whole, sex, facts),
    segments: answered.map(({ start, end, speech_s }) => ({ start, end, speech_s })),
    bySegment: rows.map((row) => byClass(row, sex, facts)),
    rows,
    weights: seconds.map((one) => one / sum(seconds)),
    quality,
    occluded: answered.map((one) => one.occluded),
    oodScore: known ? averaged(scores.map((one) => [one]), seconds)[0] : null,
    evidence: evidence ? answered.map((one) => one.evidence) : null,
  };
}
