// The thread that recognises. Messages in: { id, kind, ... }, and { id, kind: "cancel" } for one that goes on.
// Messages out: { id, share }, and at the end { id, done } or { id, sentence } or { id, reason }; `sentence` is a Refusal's,
// untranslated, `reason` one of trouble.js. One is worked on at a time.

import { analyseChannels } from "./analysis.js";
import { download, keepOnly } from "./download.js";
import { Live } from "./live.js";
import { Refusal } from "./refusal.js";
import { begin } from "./runtime.js";
import { mixed } from "./signal.js";
import { reference } from "./together.js";
import { troubleOf } from "./trouble.js";

const cancelled = new Set();
let facts = null;
let run = null;
let live = null; // the recording that goes on
let turn = Promise.resolve();

const WORK = {
  // `parts`: { wasm, detector, model }, as download.js wants them.
  async start({ parts, facts: given }, report) {
    facts = given;
    const all = Object.values(parts);
    const sizes = new Map(all.map((part) => [part, 0]));
    const total = all.reduce((sum, part) => sum + part.bytes, 0);
    const loaded = await Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await download(part, (come) => {
      sizes.set(part, come);
      report([...sizes.values()].reduce((sum, one) => sum + one, 0) / total);
    })]));
    run = await begin(Object.fromEntries(loaded));
    await keepOnly(all);
  },

  // `channels`: Float32Arrays at `rate` Hz. `options` as analysis.js wants them; what is missing is as usual.
  analyse: ({ channels, rate, options }, report) => analyseChannels(
    channels, rate, facts, run, { sex: "auto", explain: false, reference: null, classes: facts.shown[0], ...options }, report),

  // `recordings`: such channels of each; `emotion`: that of all of them, or null.
  reference: ({ recordings, emotion }) => reference(
    recordings.map(({ channels, rate }) => mixed(channels, rate, facts)), facts, run, emotion),

  // The next samples at `rate` Hz of a recording that goes on, which begins with `begin`; before them `skipped` are missing.
  live({ begin: anew, samples, rate, skipped, options }) {
    if (anew) live = new Live(run, facts, rate, options);
    if (skipped) live.skip(skipped);
    return live.hear(samples);
  },
};

async function work(message) {
  const { id, kind } = message;
  const go = () => {
    if (cancelled.has(id)) throw new DOMException("cancelled", "AbortError");
  };
  const report = (share) => {
    go();
    postMessage({ id, share });
  };
  try {
    go();
    postMessage({ id, done: await WORK[kind](message, report) });
  } catch (error) {
    if (error instanceof Refusal) postMessage({ id, sentence: error.sentence });
    else if (error.name === "AbortError") postMessage({ id, cancelled: true });
    else {
      const { reason, message: words } = troubleOf(error);
      postMessage({ id, reason, words });
    }
  }
  cancelled.delete(id);
}

self.addEventListener("message", ({ data }) => {
  if (data.kind === "cancel") cancelled.add(data.id);
  else turn = turn.then(() => work(data));
});
