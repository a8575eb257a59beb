// The filters and tests of Jinja that the templates of an answer use.

import { formatted } from "./decimals.js";
import { coded, elements, escaped, field, json, Markup, Missing, size, text, truth } from "./values.js";

// "%.1f" % 0.25 -> "0.2"
export const filledIn = (pattern, value) =>
  pattern.replace(/%((?:\.\d+)?[fg])/g, (_, spec) => formatted(Number(value), spec));

// In a script nothing may look like the end of it.
const inScript = (value) => json(value).replace(/[<>&']/g, coded);

export const BUILT_IN = {
  capitalize: (value) => capital(text(value)),
  default: (value, usual) => (value instanceof Missing ? usual : value),
  dictsort(value, { by, reverse } = {}) {
    const part = by === "value" ? 1 : 0;
    const sign = reverse ? -1 : 1;
    return [...value].sort((one, other) => sign * ((one[part] > other[part]) - (one[part] < other[part])));
  },
  forceescape: (value) => new Markup(escaped(text(value))),
  format: filledIn,
  length: size,
  list: elements,
  replace: (value, old, other) => text(value).replaceAll(old, other),
  selectattr: (value, name) => elements(value).filter((one) => truth(field(one, name))),
  tojson: (value) => new Markup(inScript(value)),
};

const capital = (value) => value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase();

export const TESTS = {
  defined: (value) => !(value instanceof Missing),
  none: (value) => value === null,
};
