// The texts of the page's language, and the sentences about recordings: `Texts` and `told` in language/ do the same.
// `table` is what `texts` in browser_templates.py gives.

import { fixed, formatted } from "./decimals.js";
import { halfEven } from "./numbers.js";

const NO_BREAK_SPACE = "\u00a0";
const PLACES = /\{\{|\}\}|\{(\w+)(?::([^}]*))?\}/g;

export class Texts {
  constructor(table) {
    this.data = table;
  }

  get language() {
    return this.data.language;
  }

  // The text of a key, with its places filled in.
  t(key, values = {}) {
    if (!this.has(key)) throw new Error(`There is no text ${key}.`);
    return filled(this.data.table[key], this.data.comma, values);
  }

  has(key) {
    return Object.hasOwn(this.data.table, key);
  }

  // 0.874 -> "87%"; never "0%" or "100%", which would be a promise.
  percent(share) {
    const sign = this.data.comma ? `${NO_BREAK_SPACE}%` : "%";
    return (share < 0.01 ? "<1" : share > 0.99 ? ">99" : fixed(100 * share, 0)) + sign;
  }

  // 3.54 -> "3.5 s", 83.21 -> "1:23.2"
  clock(seconds) {
    const tenths = halfEven(10 * seconds);
    const rest = `${Math.floor(tenths / 10) % 60}`.padStart(2, "0");
    const text = tenths < 600 ? `${fixed(tenths / 10, 1)} s` : `${Math.floor(tenths / 600)}:${rest}.${tenths % 10}`;
    return this.data.comma ? text.replace(".", ",") : text;
  }

  // 83.21 -> "83.2 s"
  seconds(seconds) {
    return filled("{seconds:.1f} s", this.data.comma, { seconds });
  }

  // What people call a class; a class that no table knows is called by its name.
  word(label) {
    return this.has(`class.${label}`) ? this.t(`class.${label}`) : label;
  }
}

// A sentence, { text, values }, in the language of a table; a plain text stays as it is.
export function told(sentence, table) {
  if (typeof sentence === "string") return sentence;
  const known = Object.hasOwn(table.sentences, sentence.text);
  const language = known ? table : ENGLISH;
  const values = Object.entries(sentence.values ?? {}).map(([name, value]) => [name, inner(value, language)]);
  return filled(known ? table.sentences[sentence.text] : sentence.text, language.comma, Object.fromEntries(values));
}

const ENGLISH = { comma: false, sentences: {} };
const inner = (value, table) => (value?.text === undefined ? value : told(value, table));

function filled(template, comma, values) {
  return template.replace(PLACES, (place, name, spec) => {
    if (!name) return place[0];
    if (!Object.hasOwn(values, name)) throw new Error(`Nothing is given for ${place}.`);
    return written(values[name], spec, comma);
  });
}

function written(value, spec, comma) {
  const text = spec ? formatted(value, spec) : String(value);
  const number = typeof value === "number" || value instanceof Number;
  return comma && number ? text.replace(".", ",").replace("%", `${NO_BREAK_SPACE}%`) : text;
}
