// From an analysis to the answer in a scheme: the port of recognition/decision.py.

import { adapted, calibrated, fits, trustIn } from "./adaptation.js";
import { averaged, largest, placeOfLargest, rounded, sum } from "./numbers.js";
import { attributions } from "./occlusion.js";
import { byClass } from "./pooling.js";
import { doubts as doubtsOfQuality, warnings } from "./quality.js";
import { said } from "./refusal.js";
import { summary } from "./summary.js";

// The view of a scheme, as Prediction.to_dict() has it; its `reasons` are sentences. `reference` may be null.
export function viewOf(name, found, facts, options, notes = []) {
  const view = options.reference
    ? decidedWith(name, found, facts, options, options.reference)
    : decided(name, found, facts, options);
  return { ...view, reasons: [...view.reasons, ...notes] };
}

function decided(name, found, facts, options) {
  const { label, probabilities, outside } = inScheme(name, found.whole, facts);
  const spoken = sum(found.segments.map(({ speech_s: seconds }) => seconds));
  const short = spoken < facts.decision.short_s ? [said("Only {spoken:.1f} s of speech was found.", { spoken })] : [];
  const doubts = [...doubtsOf(name, label, found, facts), ...short];
  const confidence = doubts.length ? "unclear" : confidenceOf(name, largest(Object.values(probabilities)), facts);
  const view = {
    file: null,
    duration_s: rounded(found.durationS, 3),
    label,
    probabilities,
    outside,
    confident: confidence === "clear",
    reasons: [...doubts, ...warnings(found.quality)],
    sex: found.sex,
    segments: found.segments.map(({ start, end }, i) => {
      const own = inScheme(name, found.bySegment[i], facts);
      const [startS, endS] = [start, end].map((at) => rounded(at / facts.rate, 3));
      return { start_s: startS, end_s: endS, label: own.label, probabilities: own.probabilities };
    }),
    recognizer: facts.recognizer,
    confidence,
    valence: facts.sides[label],
  };
  const reliability = reliabilityOf(name, found, facts, options, probabilities[label]);
  const told = summary(view, facts);
  if (found.occluded.some(({ length }) => length)) {
    const asked = (row) => {
      const seen = inScheme(name, byClass(row, givenSex(options), facts), facts);
      return label === facts.decision.neither ? seen.outside : seen.probabilities[label];
    };
    view.attributions = attributions(found, asked, facts);
  }
  return { ...view, ...(reliability && { reliability }), ...(told && { summary: told }) };
}

// The same with what is known of the speaker's voice, and how much that moved the answer. Where the reference does not
// fit, it is left out, and a reason says why.
function decidedWith(name, found, facts, options, reference) {
  const plain = decided(name, found, facts, options);
  const unfit = unfitness(found, facts, reference);
  if (unfit) return { ...plain, reasons: [...plain.reasons, unfit] };
  const { reliability, ...view } = decided(name, adaptedAnalysis(found, facts, reference.offset), facts, options);
  const moved = sum(Object.keys(plain.probabilities)
    .map((one) => Math.abs(view.probabilities[one] - plain.probabilities[one]))) / 2;
  return {
    ...view,
    adapted_to: {
      segments: reference.offset.clips,
      emotion: reference.emotion,
      share: rounded(trustIn(reference.offset, facts), 3),
      label: plain.label,
      probability: plain.probabilities[plain.label] ?? null,
      moved: rounded(moved, 6),
    },
  };
}

// The same analysis with what is known of the speaker; the `rows` stay those of the network.
function adaptedAnalysis(found, facts, offset) {
  const classes = facts.recognizer.classes;
  const bySegment = adapted(facts, found.evidence, offset).map((row) => calibrated(row, classes, facts.settings));
  return { ...found, bySegment, whole: averaged(bySegment, found.weights) };
}

// Why a reference cannot be compared with a recording.
function unfitness(found, facts, { recognizer, sex, offset }) {
  if (sex && sex !== found.sex) return said(OTHER_REFERENCE[sex]);
  const { adaptation } = facts.settings;
  if (recognizer !== facts.recognizer.version || !adaptation || !fits(offset, adaptation)) {
    const { name, version } = facts.recognizer;
    return said("The reference was made with another recognizer, so that it is left out: make it again with {name} "
      + "{version}.", { name, version });
  }
  return null;
}

const OTHER_REFERENCE = {
  female: "The reference is of a female voice, and this one sounds male, so that it is left out: give one of the same "
    + "person, or choose the sex if it was detected wrongly.",
  male: "The reference is of a male voice, and this one sounds female, so that it is left out: give one of the same "
    + "person, or choose the sex if it was detected wrongly.",
};

export const givenSex = ({ sex }) => (sex === "auto" ? null : sex);

// Label, probabilities within a scheme, and the probability outside it, from those of the recognizer's own classes.
export function inScheme(name, own, facts) {
  const { classes, groups } = facts.schemes[name];
  const masses = name === facts.settings.classes ? own
    : classes.map((one) => sum(groups[one].map((emotion) => own[facts.emotions.indexOf(emotion)])));
  const inside = sum(masses);
  const outside = inside < 1 - facts.decision.rounding ? 1 - inside : 0;
  const shares = masses.map((one) => (inside > 0 ? one / inside : 1 / masses.length));
  const label = outside > largest(masses) ? facts.decision.neither : classes[placeOfLargest(shares)];
  return { label, probabilities: Object.fromEntries(classes.map((one, i) => [one, shares[i]])), outside };
}

// What makes an answer unclear besides its probability.
function doubtsOf(name, label, found, facts) {
  const doubts = [];
  if (isOod(found, facts)) {
    doubts.push(said("The recording sounds unlike those that this recognizer was trained on (it is out of "
      + "distribution), so that its measured results do not hold here: the voice, its speed or the bandwidth may be "
      + "unusual."));
  }
  doubts.push(...doubtsOfQuality(found.quality, facts));
  if (label === facts.decision.neither) {
    const known = Object.values(facts.schemes[name].groups).flat();
    const others = facts.emotions.filter((emotion) => !known.includes(emotion));
    const most = others[placeOfLargest(others.map((emotion) => found.whole[facts.emotions.indexOf(emotion)]))];
    doubts.push(said("It sounds rather {emotion}, which is none of these.", { emotion: said(most) }));
  }
  return doubts;
}

export const isOod = ({ oodScore }, { settings: { ood_above: most } }) =>
  most !== null && oodScore !== null && oodScore > most;

export function confidenceOf(name, probability, { settings }) {
  const reached = (known) => known[name] && known[name].threshold !== null && probability >= known[name].threshold;
  return reached(settings.confidence) ? "clear" : reached(settings.likely) ? "likely" : "unclear";
}

// How often such answers were right; null for what was not measured.
function reliabilityOf(name, found, facts, options, probability) {
  const { results, reliability: { fewest, recorded, noisy, clipped } } = facts;
  const faults = [...(found.quality.noisy ? [noisy] : []), ...(found.quality.clipped ? [clipped] : [])];
  const unlike = isOod(found, facts) || doubtsOfQuality(found.quality, facts).length > 0;
  if (!results || probability === undefined || givenSex(options) || faults.length > 1 || unlike) return null;
  const condition = faults[0] ?? recorded;
  const bin = results.reliability[name]?.[condition]?.find(({ low, high }) =>
    (low <= probability && probability < high) || (probability === high && high === 1));
  if (!bin || bin.answers < fewest) return null;
  const { low, high, answers, right } = bin;
  return { low, high, answers, right, condition, measured_on: results.reliability_of };
}
