// What several recordings of one person tell of the voice: the port of recognition/together.py.

import { offsetOfClips, offsetOfEmotion } from "./adaptation.js";
import { analysed } from "./analysis.js";
import { Refusal, said } from "./refusal.js";

// What the voice in one or more signals sounds like, as the text that the server makes of the same recordings; throws a
// Refusal where they do not tell. `emotion`: that of all of them, or null where it is not known; then signals that
// cannot be answered are left out.
export async function reference(signals, facts, run, emotion) {
  const found = [];
  let refusal = null;
  for (const signal of signals) {
    try {
      found.push(await analysed(signal, facts, run, { sex: "auto", explain: false }));
    } catch (error) {
      if (!(error instanceof Refusal) || emotion !== null) throw error;
      refusal ??= error;
    }
  }
  if (!found.length) throw refusal;
  const segments = found.reduce((total, one) => total + one.segments.length, 0);
  if (emotion === null && segments < 2) {
    throw new Refusal("UnfitReference", said("A single segment of speech has nothing to be compared with: give more "
      + "recordings of the voice, or say which emotion it has."));
  }
  const sexes = [...new Set(found.map(({ sex }) => sex))];
  if (emotion !== null && sexes.length > 1) {
    throw new Refusal("UnfitReference", said(
      "Some recordings of the voice sound male and some female: give recordings of one person."));
  }
  const evidence = found.flatMap((one) => one.evidence);
  const offset = emotion === null ? offsetOfClips(facts, evidence)
    : offsetOfEmotion(facts, evidence, facts.recognizer.classes.indexOf(emotion));
  const sex = sexes.length > 1 ? "" : sexes[0];
  return JSON.stringify({ emotion, offset, recognizer: facts.recognizer.version, sex });
}
