// When: the waveform of the recording with its stretches in colour, a line of valence below it, and playback.
// The recording plays from the visitor's own computer: the server has forgotten it.

import WaveSurfer from "../vendor/wavesurfer/wavesurfer.esm.js";
import Regions from "../vendor/wavesurfer/regions.esm.js";
import { drawValence } from "./valence.js";

const ZOOM = 1.6;
const MOST = 600; // regions drawn at a time
let shown = null;

export function showTimeline(place, file, data) {
  shown?.();
  if (!file) return;
  place.hidden = false;
  const address = URL.createObjectURL(file);
  const sound = place.querySelector(".sound");
  const audio = new Audio(address);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const regions = Regions.create();
  const wave = WaveSurfer.create({
    container: place.querySelector(".waveform"),
    media: audio,
    peaks: [data.waveform],
    duration: data.duration_s,
    height: 96,
    normalize: true,
    waveColor: colour("edge"),
    progressColor: colour("ink"),
    cursorColor: colour("ink"),
    cspNonce: document.documentElement.dataset.nonce,
    plugins: [regions],
  });
  const tones = JSON.parse(place.dataset.tones);
  const words = JSON.parse(place.dataset.words);
  const scales = () => sound.clientWidth / data.duration_s;
  let closeness = 1;
  let until = null;
  let plot = null;

  const view = () => document.querySelector(".answer [name=view]:checked")?.value ?? Object.keys(data.views)[0];
  const stretches = () => data.views[view()].stretches;
  const current = () => {
    const now = wave.getCurrentTime() + 0.005;
    const before = stretches().filter((one) => one.start_s <= now);
    return before.length - 1;
  };

  function drawRegions() {
    regions.clearRegions();
    const [from, to] = visible();
    for (const one of drawable(stretches().filter((each) => each.end_s > from && each.start_s < to))) {
      const tone = tones[one.label] ?? "neutral";
      const region = regions.addRegion({
        start: one.start_s, end: one.end_s, drag: false, resize: false,
        color: `color-mix(in srgb, ${colour(tone)} 30%, transparent)`,
        content: (one.end_s - one.start_s) * scales() * closeness > 70 ? (words[one.label] ?? one.label) : undefined,
      });
      region.element?.setAttribute("data-label", one.label);
    }
  }

  function visible() {
    const width = data.duration_s / closeness;
    const from = Math.max(0, (wave.getScroll?.() ?? 0) / (scales() * closeness) - width * 0.5);
    return [from, from + 2 * width];
  }

  function select(index, andPlay) {
    const one = stretches()[index];
    if (!one) return;
    wave.setTime(one.start_s);
    until = one.end_s;
    tell(one);
    if (andPlay) wave.play().catch(() => undefined);
  }

  function tell(one) {
    const share = one.probabilities[one.label];
    place.querySelector(".current").textContent = place.dataset.current
      .replace("{start}", clock(one.start_s)).replace("{end}", clock(one.end_s))
      .replace("{label}", words[one.label] ?? one.label)
      .replace("{share}", share === undefined ? "" : `${Math.round(100 * share)} %`);
  }

  function zoom(factor) {
    closeness = Math.min(400, Math.max(1, closeness * factor));
    wave.zoom(closeness === 1 ? 0 : scales() * closeness);
    drawRegions();
    moveValence();
  }

  function moveValence() {
    const width = data.duration_s / closeness;
    const from = Math.min((wave.getScroll?.() ?? 0) / (scales() * closeness), data.duration_s - width);
    plot?.move(Math.max(0, from), Math.max(0, from) + width);
  }

  const actions = {
    play: () => { until = null; wave.playPause().catch(() => undefined); },
    back: () => select(Math.max(0, current() - 1), false),
    next: () => select(wave.getCurrentTime() < (stretches()[0]?.start_s ?? 0) ? 0 : current() + 1, false),
    closer: () => zoom(ZOOM),
    farther: () => zoom(1 / ZOOM),
  };
  const keys = { " ": "play", ArrowLeft: "back", ArrowRight: "next", "+": "closer", "=": "closer", "-": "farther" };

  const onKey = (event) => {
    if (event.key === "Enter") select(Math.max(0, current()), true);
    else if (!keys[event.key]) return;
    else actions[keys[event.key]]();
    event.preventDefault();
  };
  const onView = (event) => event.target.name === "view" && drawRegions();

  sound.addEventListener("keydown", onKey);
  for (const button of place.querySelectorAll("[data-do]")) button.addEventListener("click", actions[button.dataset.do]);
  document.addEventListener("change", onView);
  const playButton = place.querySelector("[data-do=play]");
  wave.on("play", () => { playButton.textContent = place.dataset.pause; });
  wave.on("pause", () => { playButton.textContent = place.dataset.play; });
  wave.on("timeupdate", (now) => {
    if (until !== null && now >= until) {
      wave.pause();
      until = null;
    }
  });
  wave.on("scroll", () => { drawRegions(); moveValence(); });
  wave.on("ready", drawRegions);
  wave.on("redrawcomplete", drawRegions);
  regions.on("region-clicked", (region, event) => {
    event.stopPropagation();
    select(stretches().findIndex((one) => one.start_s === region.start), true);
  });
  audio.addEventListener("error", () => { place.querySelector("[data-mute]").hidden = false; });
  drawValence(place, data, colour).then((made) => { plot = made; moveValence(); });

  shown = () => {
    document.removeEventListener("change", onView);
    plot?.destroy();
    wave.destroy();
    URL.revokeObjectURL(address);
    shown = null;
  };
}

// What can be drawn at once: of too many stretches, neighbours with one label become one.
function drawable(found) {
  if (found.length <= MOST) return found;
  const step = Math.ceil(found.length / MOST);
  const merged = [];
  for (let i = 0; i < found.length; i += step) {
    const group = found.slice(i, i + step);
    merged.push({ ...group[Math.floor(group.length / 2)], start_s: group[0].start_s, end_s: group.at(-1).end_s });
  }
  return merged;
}

function clock(seconds) {
  const tenths = Math.round(10 * seconds);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}
