// From the probabilities of a network's labels, <sex>_<class>, to those of its classes, and to the sex.

import { placeOfLargest, sum } from "./numbers.js";

// Probabilities of the labels -> of the classes: p(class), or p(class | sex) with a sex, which may be null.
export function byClass(row, sex, facts) {
  const rows = bySex(row, facts);
  if (sex === null) return rows[0].map((_, k) => sum(rows.map((one) => one[k])));
  const own = rows[facts.settings.sexes.indexOf(sex)];
  const whole = Math.max(sum(own), 1e-12);
  return own.map((one) => one / whole);
}

export const likelierSex = (row, facts) => facts.settings.sexes[placeOfLargest(bySex(row, facts).map(sum))];

function bySex(row, { settings: { sexes } }) {
  const size = row.length / sexes.length;
  return sexes.map((_, i) => row.slice(i * size, (i + 1) * size));
}
