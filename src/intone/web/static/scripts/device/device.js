// Recognises in this browser: the page's side of worker.js. One worker serves the whole page.

import { decode } from "./decode.js";
import { Trouble, troubleOf } from "./trouble.js";

// WebAssembly.validate says whether a module with one SIMD instruction would run.
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

let worker = null;
let loading = null;
let longest = 0; // seconds of a recording
let last = 0;
const asked = new Map(); // what the worker works on, by its number

// Whether this browser has all that is needed.
export function deviceSupport() {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD)
    && [self.Worker, self.DecompressionStream, self.OfflineAudioContext].every((one) => typeof one === "function");
}

// Loads what recognises, once. `places`: where it lies, by default as the page says; `report(share)` tells how far it is.
// Resolves to what answers are made of, for render.js; rejects with a Trouble, after which it can be tried again.
export function start(report = () => undefined, places = placesOfPage()) {
  loading ??= begin(places, report).catch((error) => {
    end();
    throw troubleOf(error);
  });
  return loading;
}

const placesOfPage = () => JSON.parse(document.querySelector("[data-device]").dataset.device);

async function begin({ page: address, parts, minutes }, report) {
  if (!deviceSupport()) throw new Trouble("old");
  const page = await described(address);
  longest = 60 * minutes;
  await request({ kind: "start", parts: absolute(parts), facts: page.facts }, { report });
  return page;
}

async function described(address) {
  let response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new Trouble("network", error);
  }
  if (!response.ok) throw new Trouble("network", response.status);
  return response.json();
}

// A worker takes a relative address from its own place.
const absolute = (parts) => Object.fromEntries(Object.entries(parts).map(
  ([name, part]) => [name, { ...part, address: new URL(part.address, document.baseURI).href }]));

function end(error = new Trouble("broken")) {
  worker?.terminate();
  worker = loading = null;
  const waiting = [...asked.values()];
  asked.clear();
  for (const one of waiting) one.reject(error);
}

// Asks the worker; `signal` cancels. Resolves to its answer; rejects with { sentence }, a Trouble, or an AbortError.
export function request(message, { transfer = [], signal, report } = {}) {
  worker ??= begun();
  last += 1;
  const id = last;
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => {
      worker?.postMessage({ id, kind: "cancel" });
      asked.delete(id);
      reject(new DOMException("cancelled", "AbortError"));
    }, { once: true });
    asked.set(id, { resolve, reject, report });
    worker.postMessage({ ...message, id }, transfer);
  });
}

function begun() {
  const made = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  made.addEventListener("message", ({ data }) => told(data));
  made.addEventListener("error", (event) => { // it could not begin, or has died
    event.preventDefault();
    if (worker === made) end(troubleOf(event));
  });
  return made;
}

function told({ id, share, sentence, reason, words, cancelled, done }) {
  const one = asked.get(id);
  if (!one) return; // it was cancelled
  if (share !== undefined) {
    one.report?.(share);
    return;
  }
  asked.delete(id);
  if (sentence) one.reject({ sentence });
  else if (reason) {
    one.reject(new Trouble(reason, words));
    end(); // what was short of memory once has lost some of it; the next recording begins anew
  }
  else if (cancelled) one.reject(new DOMException("cancelled", "AbortError"));
  else one.resolve(done);
}

// The answer about a recording, as analysis.js has it. `options`: sex, classes, explain, reference (a text), and from_s
// and to_s where a part of the recording is asked for.
export async function analyse(file, options = {}, signal = undefined, report = undefined) {
  await start();
  const { from_s, to_s, ...others } = options;
  const { channels, rate } = await decode(file, longest, { from_s, to_s });
  signal?.throwIfAborted();
  const transfer = channels.map((one) => one.buffer);
  return request({ kind: "analyse", channels, rate, options: others }, { transfer, signal, report });
}

// What recordings of one person tell of the voice, a text; `emotion` is that of all of them, or null.
export async function learn(files, emotion, signal = undefined) {
  await start();
  const recordings = [];
  for (const file of files) recordings.push(await decode(file, longest));
  const transfer = recordings.flatMap(({ channels }) => channels.map((one) => one.buffer));
  return request({ kind: "reference", recordings, emotion }, { transfer, signal });
}
