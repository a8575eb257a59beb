// What is known of a voice as text, JSON of some hundred numbers: the port of recognition/references.py.

import { Refusal, said } from "./refusal.js";

// A reference from its text; throws a Refusal where it is none.
export function parsedReference(text, facts) {
  let found = null;
  try {
    found = new TextEncoder().encode(text).length > facts.reference.largest ? null : JSON.parse(text);
  } catch { /* it is none */ }
  if (!isReference(found, facts)) {
    throw new Refusal("UnfitReference", said(
      "This is no saved reference: give a file that `intone reference` wrote, as it wrote it."));
  }
  return found;
}

function isReference(found, facts) {
  return hasExactly(found, "emotion", "offset", "recognizer", "sex") && typeof found.recognizer === "string"
    && [...facts.sexes, ""].includes(found.sex) && [...facts.classes, null].includes(found.emotion)
    && isOffset(found.offset, facts.reference);
}

function isOffset(found, { largest_number: most }) {
  if (!hasExactly(found, "clips", "share", "values")) return false;
  const { clips, share, values } = found;
  const isNumber = (one) => typeof one === "number" && Math.abs(one) <= most;
  const isRow = (row) => Array.isArray(row) && row.length === values[0].length && row.every(isNumber);
  return Number.isInteger(clips) && clips >= 1 && clips < 2 ** 31
    && typeof share === "number" && share >= 0 && share <= 1
    && Array.isArray(values) && values.length > 0 && values.every(isRow);
}

const hasExactly = (found, ...names) =>
  found !== null && typeof found === "object" && Object.keys(found).sort().join() === names.join();
