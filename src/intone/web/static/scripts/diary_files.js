// The diary as a file, JSON or CSV, and back.

import { checked } from "./entries.js";

const COLUMNS = ["id", "at", "label", "valence", "confidence", "voice", "duration_s", "file", "note"];
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/; // what a spreadsheet would compute; cells.py does the same

export const toJson = (entries) => `${JSON.stringify({ intone: "diary", entries }, null, 2)}\n`;

export function toCsv(entries) {
  const lines = [COLUMNS, ...entries.map((one) => COLUMNS.map((name) => one[name]))];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(value) {
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// { entries, broken: how many are none }, or null of what is no diary at all.
export function read(text, labels) {
  const given = fromJson(text) ?? fromCsv(text.replace(/^\ufeff/, ""));
  if (!given) return null;
  const entries = given.map((one) => checked(one, labels)).filter(Boolean);
  return { entries, broken: given.length - entries.length };
}

function fromJson(text) {
  try {
    const { entries } = JSON.parse(text);
    return Array.isArray(entries) ? entries : null;
  } catch {
    return null;
  }
}

function fromCsv(text) {
  const [head, ...lines] = cells(text);
  if (!head || !COLUMNS.every((name) => head.includes(name))) return null;
  return lines.map((line) => {
    const one = Object.fromEntries(head.map((name, i) => [name, restored(line[i] ?? "")]));
    return { ...one, valence: Number(one.valence || NaN), duration_s: Number(one.duration_s || NaN), voice: one.voice === "true" };
  });
}

const restored = (value) => (value.startsWith("'") && FORMULA.test(value) ? value.slice(1) : value);

// The cells of a CSV, by RFC 4180: in quotes anything stands for itself, and two quotes for one.
function cells(text) {
  const lines = [];
  let line = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/g)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (line.length > 1 || line[0]) lines.push(line);
    line = [];
  }
  return lines;
}
