// The values of templates, as Python has them: a Map is a dictionary or an object with fields, a Real is a float, any
// other number is an integer, and a Markup is HTML that is safe.

import { Real } from "./decimals.js";

export class Markup {
  constructor(html) {
    this.html = html;
  }

  toString() {
    return this.html;
  }
}

// What a template names and nobody gave: it can be tested and replaced, and nothing else.
export class Missing {
  constructor(name) {
    this.name = name;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };
export const escaped = (text) => text.replace(/[&<>'"]/g, (one) => ESCAPES[one]);
export const html = (value) => (value instanceof Markup ? value.html : escaped(text(value)));

export function text(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(there(value));
}

export function there(value) {
  if (value instanceof Missing || value === undefined) throw new Error(`${value?.name} is not there.`);
  return value;
}

export function truth(value) {
  if (there(value) instanceof Map) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Markup) return value.html !== "";
  return Boolean(plain(value));
}

const plain = (value) => (value instanceof Real ? value.valueOf() : value instanceof Markup ? value.html : value);
export const equal = (one, other) => plain(there(one)) === plain(there(other));

// Whether there is such a key, such an element, such a part of a text.
export function holds(value, one) {
  if (typeof value === "string") return value.includes(one);
  return Array.isArray(value) ? value.some((other) => equal(one, other)) : value.has(one);
}

export function elements(value) {
  if (there(value) instanceof Map) return [...value.keys()];
  return [...value];
}

export const size = (value) => (there(value) instanceof Map ? value.size : value.length);

const METHODS = {
  items: (map) => () => [...map],
  update: (map) => (more) => more.forEach((value, key) => map.set(key, value)) ?? null,
};

// one.name: a method of a dictionary, a field, or a key.
export function field(value, name) {
  if (!(there(value) instanceof Map)) return name in Object(value) ? value[name] : new Missing(name);
  return Object.hasOwn(METHODS, name) ? METHODS[name](value) : item(value, name);
}

// one[key]
export function item(value, key) {
  if (!(there(value) instanceof Map)) return value[key] === undefined ? new Missing(key) : value[key];
  return value.has(key) ? value.get(key) : new Missing(key);
}

// What JSON gave, as templates take it. Numbers are floats but for the counts.
const COUNTS = new Set(["answers", "channel", "clips", "number", "reactions", "segments", "speaker", "track"]);

export function held(value, name) {
  if (typeof value === "number") return COUNTS.has(name) ? value : new Real(value);
  if (Array.isArray(value)) return value.map((one) => held(one, name));
  return value === null || typeof value !== "object" || value instanceof Map || value instanceof Real
    ? value : new Map(Object.entries(value).map(([key, one]) => [key, held(one, key)]));
}

// As JSON, with its keys in order and in ASCII.
export function json(value) {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (value instanceof Real) return value.toString();
  if (!(value instanceof Map)) return JSON.stringify(value).replace(/[\u0080-\uffff]/g, coded);
  const ordered = [...value].sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${ordered.map(([key, one]) => `${json(key)}: ${json(one)}`).join(", ")}}`;
}

// A character as JSON can write it: \u00e9.
export const coded = (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
