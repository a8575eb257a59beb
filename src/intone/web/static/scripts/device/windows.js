// A signal of any length in windows of about two minutes, cut where nobody speaks: the port of audio/windows.py.

import { halfEven, peakOf } from "./numbers.js";
import { Refusal } from "./refusal.js";
import { findSpeech } from "./speech.js";

// The windows of a signal, in their order: { start, signal, spans }, spans in samples of the window.
export async function* windows(signal, facts, run) {
  const size = halfEven(facts.windows.window_s * facts.rate);
  let [start, peak] = [0, 0];
  for (let at = facts.windows.step; at < signal.length; at += facts.windows.step) {
    if (at - start <= size) continue;
    const part = signal.subarray(start, at);
    peak = Math.max(peak, peakOf(part));
    const found = wholeSegments(await withSpeech(start, part, facts, run, peak), facts);
    yield found;
    start += found.signal.length;
  }
  const rest = signal.subarray(start);
  yield await withSpeech(start, rest, facts, run, Math.max(peak, peakOf(rest)));
}

async function withSpeech(start, signal, facts, run, peak) {
  try {
    return { start, signal, spans: await findSpeech(signal, facts, run, peak) };
  } catch (error) {
    if (error instanceof Refusal && error.kind === "NoSpeech") return { start, signal, spans: [] };
    throw error;
  }
}

// A window up to the middle of the pause before its last segment, if that may go on in the next window.
function wholeSegments(window, facts) {
  const { near_s: nearS, margin_s: marginS } = facts.speech;
  const { start, signal, spans } = window;
  const openUntil = spans.length ? spans.at(-1).end + halfEven((nearS + 2 * marginS) * facts.rate) : 0;
  if (openUntil < signal.length || spans.length < 2) return window;
  const cut = Math.floor((spans.at(-2).end + spans.at(-1).start) / 2);
  return { start, signal: signal.subarray(0, cut), spans: spans.slice(0, -1) };
}
