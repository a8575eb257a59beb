// While the microphone runs: what the last seconds sound like, analysed on this device. One piece of sound is in work at
// a time; what comes meanwhile is the next piece, and what is too old is skipped. So nothing queues.

import { request, start } from "./device/device.js";
import { live as seen, marks } from "./marks.js";
import { strip } from "./strip.js";
import { filled, percent } from "./words.js";

const STEP_S = 1;
const MOST_S = 10; // of sound that waits
const SHOWN_S = 20; // of the strip
const LETTER = 0.04; // of the strip: it is as wide as the form
const CALM_S = 5; // between two sentences for who hears the page

// `wanted()` says whether to analyse on this device, and `sex()` which is chosen. Returns { begin(), pause(paused), end() }
// for the recorder: `begin` gives what takes the samples, `(samples, rate)`, or undefined.
export function offerLive(place, wanted, sex) {
  if (!place) return { begin: () => undefined, pause: () => undefined, end: () => undefined };
  const [now, moving, told] = [".now", ".moving", "[role=status]"].map((one) => place.querySelector(one));
  const look = marks(JSON.parse(place.dataset.marks), seen);
  let current = null; // the recording that goes on

  function begin() {
    end();
    if (!wanted()) return undefined;
    const mine = { waiting: [], samples: 0, skipped: 0, rate: 0, busy: true, paused: false, begun: false, segments: [], state: null, label: null, toldAt: -CALM_S };
    current = mine;
    place.hidden = false;
    now.textContent = place.dataset.loading;
    start().then((page) => {
      mine.classes = page.facts.shown[0];
      mine.busy = false;
      if (!mine.state && mine === current) now.textContent = place.dataset.waiting;
    }, () => mine === current && end());
    return (samples, rate) => mine === current && hear(mine, samples, rate);
  }

  function end() {
    current = null;
    place.hidden = true;
    told.textContent = "";
    moving.replaceChildren();
  }

  function hear(mine, samples, rate) {
    if (mine.paused) return;
    mine.rate = rate;
    mine.waiting.push(samples);
    mine.samples += samples.length;
    while (mine.samples > MOST_S * rate) {
      const { length } = mine.waiting.shift();
      mine.samples -= length;
      mine.skipped += length;
    }
    if (!mine.busy && mine.samples >= STEP_S * rate) ask(mine);
  }

  async function ask(mine) {
    const { rate, skipped, begun, classes } = mine;
    const samples = joined(mine.waiting, mine.samples);
    Object.assign(mine, { waiting: [], samples: 0, skipped: 0, busy: true, begun: true });
    try {
      const state = await request(
        { kind: "live", begin: !begun, samples, rate, skipped, options: { sex: sex(), classes } },
        { transfer: [samples.buffer] });
      mine.busy = false;
      if (mine !== current) return;
      mine.segments = [...mine.segments, ...state.ended].filter(({ end_s: endS }) => endS > state.time_s - SHOWN_S);
      mine.state = state;
      draw();
    } catch {
      if (mine === current) end(); // the recording goes on, and its answer says what is wrong
    }
  }

  // A tab that nobody sees is drawn when it is seen again.
  function draw() {
    if (!current?.state || document.hidden) return;
    const { state, segments } = current;
    write(state);
    const open = state.since_s === null ? [] : [{ start_s: state.since_s, end_s: state.time_s, label: state.label }];
    const from = state.time_s - SHOWN_S;
    const parts = [...segments, ...open].filter(({ label }) => label).map(({ start_s: startS, end_s: endS, label }) => (
      { start_s: Math.max(0, startS - from), end_s: endS - from, label }));
    moving.replaceChildren(strip(parts, SHOWN_S, look, LETTER));
  }

  function write({ time_s: timeS, label, shares, confidence, speaking }) {
    if (label === null) {
      now.textContent = place.dataset.waiting;
      return;
    }
    const word = document.createElement("strong");
    word.textContent = look.word(label);
    word.style.color = look.colour(label);
    const rest = `${percent(shares[label] ?? 0)}, ${place.dataset[confidence]}${speaking ? "" : ` (${place.dataset.silence})`}`;
    now.replaceChildren(place.dataset.now, " ", word, " ", rest);
    if (label === current.label || timeS - current.toldAt < CALM_S) return;
    Object.assign(current, { label, toldAt: timeS });
    told.textContent = filled(place.dataset.told, { label: look.word(label) });
  }

  document.addEventListener("visibilitychange", draw);
  return { begin, end, pause: (paused) => { if (current) current.paused = paused; } };
}

function joined(parts, length) {
  const whole = new Float32Array(length);
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}
