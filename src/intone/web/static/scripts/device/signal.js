// From the channels of a recording to a signal: the port of what audio/signal.py does with samples.
//
// A signal is { samples, notes, levels, worthTrying }: `samples` a Float32Array, mono, 16 kHz, nominally in -1 to 1;
// `notes` sentences that whoever gets an answer must know; `levels` { steps, flatTops } of the samples as they were
// decoded; `worthTrying` the channels of a mix, numbered from 1, that may hold a voice which is lost in it.

import { Mixer } from "./channels.js";
import { Levels } from "./levels.js";
import { peakOf } from "./numbers.js";
import { Centring } from "./offset.js";
import { Refusal, said } from "./refusal.js";
import { resample } from "./resample.js";

// The signal of channels (a Float32Array each) at `rate` samples a second. Throws a Refusal for what is no sound.
export function mixed(channels, rate, facts) {
  for (const samples of channels) checkFinite(samples, facts);
  const [levels, mixer, centring] = [new Levels(facts), new Mixer(facts, rate), new Centring(facts, rate)];
  const whole = new Float32Array(channels[0].length);
  const size = Math.floor(facts.audio.block / channels.length);
  for (let at = 0; at < whole.length; at += size) {
    const block = channels.map((samples) => samples.subarray(at, at + size));
    levels.add(block);
    whole.set(centring.centred(mixer.mixed(block)), at);
  }
  return {
    samples: resample(whole, rate, facts.rate),
    notes: mixer.notes(),
    levels: levels.read(),
    worthTrying: mixer.worthTrying().slice(0, facts.audio.most_tried),
  };
}

function checkFinite(samples, facts) {
  if (!samples.every(Number.isFinite)) {
    throw new Refusal("Damaged", said(
      "The recording holds samples that are not numbers (NaN or infinity): export it again."));
  }
  if (peakOf(samples) > facts.audio.loudest) {
    throw new Refusal("Damaged", said("The recording holds samples that no microphone gives (thousands of millions of "
      + "times full scale): export it again."));
  }
}
