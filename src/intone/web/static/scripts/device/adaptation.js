// How an answer changes by what is known of the voice: the port of recognition/adaptation.py, where it is said why.
//
// Evidence of a clip is [member][0 or 1][class]; an offset is { clips, values: [member][class], share }.

import { averaged, largest, normalised, sum } from "./numbers.js";

// The share of an offset that is subtracted, 0 to 1.
export const trustIn = ({ clips, share }, facts) => (share * clips) / (clips + facts.adaptation.shrinkage);

// Whether an offset is of as many members and classes as the network has.
export const fits = ({ values }, { means }) =>
  values.length === means.length && values.every((row, m) => row.length === means[m].length);

// The offset from clips whose emotion is known, as the number of its class.
export function offsetOfEmotion(facts, evidence, emotion) {
  const { means } = facts.settings.adaptation;
  const values = meanEvidence(evidence).map((row, m) => row.map((one, k) => one - means[m][emotion][k]));
  return { clips: evidence.length, values, share: 1 };
}

// The offset from clips of one speaker whose emotions are not known.
export function offsetOfClips(facts, evidence) {
  const { means } = facts.settings.adaptation;
  const seen = meanEvidence(evidence);
  let shares = adapted(facts, evidence, null);
  let found = { clips: 0, values: [], share: variety(shares, facts) };
  for (let round = 0; round < facts.adaptation.rounds; round++) {
    const expected = means.map((ofMember) => meanOf(shares.map((row) => weighted(ofMember, row))));
    const values = seen.map((row, m) => row.map((one, k) => one - expected[m][k]));
    found = { ...found, clips: evidence.length, values };
    shares = adapted(facts, evidence, found);
  }
  return found;
}

// Probabilities of the classes of each clip, with what is known of the speaker; those of the network without an offset.
export function adapted(facts, evidence, offset) {
  const { weights } = facts.settings.adaptation;
  const trust = offset ? trustIn(offset, facts) : 0;
  return evidence.map((clip) => weighted(clip.map(([plain, right], m) => softmax(plain.map((one, k) =>
    (1 - trust) * one + trust * (right[k] - (offset ? offset.values[m][k] : 0))))), weights));
}

// Probabilities of the network -> calibrated ones: prior correction, then temperature (recognition/calibration.py).
export function calibrated(shares, classes, { prior_correction: correction, temperature }) {
  const corrected = normalised(shares.map((one, i) => one * (correction[classes[i]] ?? 1)));
  return temperature === 1 ? corrected : softmax(corrected.map((one) => Math.log(Math.max(one, 1e-300)) / temperature));
}

// How varied clips sound, 0 to 1, from their probabilities.
export function variety(shares, facts) {
  const { varied, told } = facts.adaptation;
  const ofMean = entropy(meanOf(shares));
  const own = sum(shares.map(entropy)) / shares.length;
  const apart = ((ofMean - own) * shares.length) / Math.max(shares.length - 1, 1);
  return between(Math.exp(ofMean), varied) * between(apart, told);
}

const entropy = (row) => -sum(row.map((one) => one * Math.log(Math.max(one, 1e-12))));

const between = (value, [from, to]) => Math.min(Math.max((value - from) / (to - from), 0), 1);

// What is right when an offset is subtracted from it, the mean of all clips: [member][class].
const meanEvidence = (evidence) => evidence[0].map((_, m) => meanOf(evidence.map((clip) => clip[m][1])));

const meanOf = (rows) => averaged(rows, rows.map(() => 1));

// The sum of rows, each times its weight.
const weighted = (rows, weights) => rows[0].map((_, k) => sum(rows.map((row, i) => row[k] * weights[i])));

function softmax(logits) {
  const most = largest(logits);
  return normalised(logits.map((one) => Math.exp(one - most)));
}
