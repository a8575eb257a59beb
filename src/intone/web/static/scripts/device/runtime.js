// Both networks in onnxruntime-web, as analysis.js runs them.

import * as ort from "../../vendor/onnxruntime/ort.wasm.bundle.min.js";

const MOST_THREADS = 4;
const OPTIONS = {
  executionProviders: ["wasm"],
  extra: { session: { disable_quant_qdq: "1" } }, // 8-bit weights become 32-bit once, as in Python: faster, and the same
};

// `wasm`, `detector`, `model`: ArrayBuffers. Resolves to { speech, network }.
export async function begin({ wasm, detector, model }) {
  ort.env.wasm.wasmBinary = wasm; // so that it asks for no file
  ort.env.wasm.numThreads = threads();
  ort.env.logLevel = "error";
  const ears = await ort.InferenceSession.create(detector, OPTIONS);
  const network = await ort.InferenceSession.create(model, OPTIONS);
  return { speech: speechOf(ears), network: networkOf(network) };
}

// Threads share memory, which a browser allows where the page is isolated from all others: its server decides that by
// two headers (Cross-Origin-Opener-Policy, Cross-Origin-Embedder-Policy).
function threads() {
  return self.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1) : 1;
}

function speechOf(session) {
  return async (heard, n, hidden, cell) => {
    const state = (values) => new ort.Tensor("float32", values, [1, 1, values.length]);
    const inputs = { heard: new ort.Tensor("float32", heard, [n, heard.length / n]), hidden: state(hidden), cell: state(cell) };
    const out = Object.values(ordered(session, await session.run(inputs)));
    await breathe();
    return { probability: out[0], hidden: out[1], cell: out[2] };
  };
}

function networkOf(session) {
  return async (samples) => {
    const out = await session.run({ samples: new ort.Tensor("float32", samples, [samples.length]) });
    const found = {
      probabilities: out.probabilities.data,
      evidence: out.evidence?.data ?? null,
      oodScore: out.ood_score?.data[0] ?? null,
    };
    await breathe();
    return found;
  };
}

const ordered = (session, out) => Object.fromEntries(session.outputNames.map((name) => [name, out[name].data]));

// Lets messages in between two runs, such as one that cancels. A timer would be slowed down where the tab is hidden.
const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

function breathe() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
