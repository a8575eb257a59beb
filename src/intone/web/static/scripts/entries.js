// The entries of the diary, each under a name of its own in the browser's storage: two tabs that write at the same time
// do not touch each other's, and one that cannot be read spoils no other.
//
// An entry: id, at (ISO 8601, local time with its offset), label (a class, or "mixed"), valence (-1 to 1), confidence
// (clear, likely, unclear, or "" where none is given), voice (whether it was compared with the normal voice),
// duration_s, file, note.

const SWITCH = "intone.diary";
const PREFIX = "intone.entry.";
export const MOST = 2000;
export const LONGEST_NOTE = 500;
const LONGEST_NAME = 120;
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

const memory = new Map(); // what the browser refuses to store, until the page is left

function stored(key, change) {
  try {
    return change(localStorage, key);
  } catch {
    return undefined; // a browser may forbid its storage, or have none left
  }
}

function write(key, text) {
  const done = stored(key, (storage) => storage.setItem(key, text) ?? true) ?? false;
  if (done) memory.delete(key);
  else memory.set(key, text);
  return done;
}

function erase(key) {
  memory.delete(key);
  stored(key, (storage) => storage.removeItem(key));
}

function keys() {
  const found = stored(PREFIX, (storage) => Object.keys(storage)) ?? [];
  return [...new Set([...found, ...memory.keys()])].filter((one) => one.startsWith(PREFIX));
}

const text = (key) => memory.get(key) ?? stored(key, (storage) => storage.getItem(key)) ?? null;

export const isOn = () => text(SWITCH) === "on";
export const isDiary = (key) => key === null || key === SWITCH || key.startsWith(PREFIX); // null: all was cleared

// Whether the browser stores it; if not, it holds until the page is left.
export function turn(on) {
  if (on) return write(SWITCH, "on");
  erase(SWITCH);
  return true;
}

// { entries, the oldest first; broken, how many cannot be read }
export function all(labels) {
  const found = keys().map((key) => checked(parsed(text(key)), labels));
  const entries = found.filter(Boolean).sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return { entries, broken: found.length - entries.length };
}

export const count = () => keys().length;
export const isKept = (id) => text(PREFIX + id) !== null;
export const put = (entry) => write(PREFIX + entry.id, JSON.stringify(entry));
export const remove = (id) => erase(PREFIX + id);
export const isStored = () => memory.size === 0;

export function removeAll() {
  for (const key of keys()) erase(key);
}

// Only the note is changed, whatever another tab has done meanwhile; false where the entry has gone.
export function annotate(id, note, labels) {
  const entry = checked(parsed(text(PREFIX + id)), labels);
  if (entry) put({ ...entry, note: note.slice(0, LONGEST_NOTE) });
  return entry !== null;
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

// What was stored or imported as an entry, with nothing else in it; null where it is none. `labels` are known ones.
export function checked(given, labels) {
  if (typeof given !== "object" || given === null) return null;
  const { id, at, label, valence, confidence, voice, duration_s, file, note } = given;
  const sound = /^[\w-]{1,64}$/.test(id) && typeof id === "string"
    && AT.test(at) && !Number.isNaN(Date.parse(at))
    && labels.includes(label)
    && Number.isFinite(valence) && Math.abs(valence) <= 1
    && ["clear", "likely", "unclear", ""].includes(confidence)
    && typeof voice === "boolean"
    && Number.isFinite(duration_s) && duration_s >= 0
    && typeof file === "string" && typeof note === "string";
  if (!sound) return null;
  return { id, at, label, valence, confidence, voice, duration_s, file: file.slice(0, LONGEST_NAME), note: note.slice(0, LONGEST_NOTE) };
}

export const newId = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join("-");
