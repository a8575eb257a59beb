// The timeline: the waveform of the recording with its segments in colour, an axis of time, a line of valence, playback.
// The recording plays from the visitor's own computer: the server has forgotten it.

import WaveSurfer from "../vendor/wavesurfer/wavesurfer.esm.js";
import Regions from "../vendor/wavesurfer/regions.esm.js";
import { drawAxis } from "./axis.js";
import { showLanes } from "./lanes.js";
import { drawLegend, labelsOf } from "./legend.js";
import { live, marks } from "./marks.js";
import { drawSegments, markChosen } from "./segments.js";
import { drawValence } from "./valence.js";
import { clock, percent } from "./words.js";

const ZOOM = 1.6;
const CLOSEST = 200; // pixels a second, or eight times the whole where that is closer
const SLACK_S = 0.05; // a player stops and seeks no more exactly
let forget = () => undefined;

// Shows a recording, and forgets the one before it. `data` is what `unpacked` in answer.js returns. Whenever another
// segment is chosen, its place gets a `segment` event with it.
export function showTimeline(place, file, data) {
  forget();
  if (!file) return;
  place.hidden = false;
  const gone = new AbortController();
  const address = URL.createObjectURL(file);
  const audio = new Audio(address);
  const regions = Regions.create();
  const wave = waveform(place, audio, data, regions);
  const view = () => data.views[document.querySelector(".answer [name=view]:checked")?.value ?? Object.keys(data.views)[0]];
  const segments = () => view().segments;
  const look = marks(JSON.parse(place.dataset.marks), live);
  const sight = sighted(wave, data);
  const current = followed(place, wave, { segments, look, names: data.names }, (one) => {
    markChosen(regions, one);
    place.dispatchEvent(new CustomEvent("segment", { bubbles: true, detail: one }));
  }, (who) => lanes.hear(who));
  const card = place.closest(".answer");
  const lanes = showLanes(card.querySelector("[data-people]"), { look, current, timeAt: sight.timeAt }, gone.signal);
  let plot = null;
  let drawn = [0, 0]; // seconds whose segments are drawn

  function redraw() {
    if (!wave.getDecodedData()) return;
    const [from, to] = sight.seconds();
    drawn = [from - (to - from) / 2, to + (to - from) / 2];
    drawSegments(regions, segments(), drawn, sight.scale(), look);
    markChosen(regions, current.chosen());
    follow(from, to);
  }

  // What lies below the waveform keeps to it.
  function follow(from, to) {
    drawAxis(place.querySelector(".axis"), from, to);
    plot?.show(from, to);
    lanes.show(segments(), from, to);
  }

  function scrolled() {
    const [from, to] = sight.seconds();
    if (from < drawn[0] || to > drawn[1]) redraw();
    else follow(from, to);
  }

  wave.on("redrawcomplete", redraw);
  wave.on("scroll", scrolled);
  wave.on("timeupdate", lanes.at);
  card.addEventListener("renamed", current.describe, { signal: gone.signal });
  regions.on("region-clicked", (_, event) => {
    event.stopPropagation();
    current.play(sight.timeAt(event.clientX));
  });
  listen(place, wave, audio, { sight, current }, gone.signal);
  drawLegend(place.querySelector("[data-legend]"), labelsOf(segments()), look);
  for (const one of card.querySelectorAll("[data-from]")) {
    one.addEventListener("click", () => current.play(Number(one.dataset.from)), { signal: gone.signal });
  }
  document.addEventListener("change", (event) => {
    if (event.target.name !== "view") return;
    redraw();
    drawLegend(place.querySelector("[data-legend]"), labelsOf(segments()), look);
    current.describe();
  }, { signal: gone.signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wave.setOptions(colours()),
    { signal: gone.signal });
  if (data.valence.length > 1) {
    place.querySelector(".scaled").hidden = false;
    drawValence(place.querySelector(".valence"), place.dataset.plot, data.valence, colour).then((made) => {
      if (gone.signal.aborted) made.destroy();
      else plot = made;
      redraw();
    }, () => { place.querySelector(".scaled").hidden = true; });
  }

  forget = () => {
    forget = () => undefined;
    gone.abort();
    plot?.destroy();
    wave.destroy();
    audio.pause();
    audio.removeAttribute("src");
    audio.load();
    URL.revokeObjectURL(address);
  };
}

// A canvas does not follow forced colours by itself: then all of it has the colour of text.
function colour(name) {
  const style = getComputedStyle(document.body);
  return matchMedia("(forced-colors: active)").matches ? style.color : style.getPropertyValue(`--${name}`).trim();
}

const colours = () => ({ waveColor: colour("edge"), progressColor: colour("ink"), cursorColor: colour("ink") });

function waveform(place, media, data, regions) {
  return WaveSurfer.create({
    ...colours(),
    container: place.querySelector(".waveform"),
    media,
    peaks: [data.waveform],
    duration: data.duration_s,
    height: 128,
    barHeight: 0.68, // the rest has the names of the segments
    normalize: true,
    cspNonce: document.documentElement.dataset.nonce,
    plugins: [regions],
  });
}

// The part of the recording that is in sight, and its zoom.
function sighted(wave, data) {
  const scale = () => wave.getWrapper().clientWidth / data.duration_s;
  const whole = () => wave.getWidth() / data.duration_s;
  return {
    scale,
    seconds() {
      const from = wave.getScroll() / scale();
      return [from, from + wave.getWidth() / scale()];
    },
    timeAt: (x) => (x - wave.getWrapper().getBoundingClientRect().left) / scale(),
    zoom(factor) {
      if (!wave.getDecodedData()) return;
      const wanted = Math.min(scale() * factor, Math.max(CLOSEST, 8 * whole()));
      wave.zoom(wanted > 1.01 * whole() ? wanted : 0);
    },
  };
}

// The current segment, in words: the one that plays or was chosen. `heard` is told whom `listen` plays alone, or null.
function followed(place, wave, { segments, look, names }, chose, heard) {
  const line = place.querySelector(".current");
  const indexAt = (now) => Math.max(0, segments().findLastIndex((one) => one.start_s <= now + SLACK_S));
  let index = 0; // the first one also before it begins
  let alone = false; // whether this one segment is played, and stops at its end
  let rest = []; // the segments that are played after it, by their places: those of one person
  let whose = null;

  function describe() {
    const one = segments()[index];
    line.setAttribute("aria-live", wave.isPlaying() ? "off" : "polite"); // nobody talks over the recording
    line.textContent = one ? inWords(one, place.dataset, look, names) : "";
    chose(one);
  }

  function choose(wanted) {
    const one = segments()[wanted];
    if (!one) return;
    index = wanted;
    alone = false;
    describe();
    wave.setTime(one.start_s);
  }

  function play(seconds) {
    choose(seconds === undefined ? index : indexAt(seconds));
    const one = segments()[index];
    if (!one) return;
    endListening();
    playAlone(one);
  }

  function playAlone(one) {
    alone = true;
    wave.play(one.start_s, one.end_s).catch(endListening);
  }

  // One person alone: the segments of that one after each other, until it is asked for again.
  function listen(who) {
    if (whose === who) {
      endListening();
      wave.pause();
      return;
    }
    whose = who;
    heard(who);
    goOn(segments().flatMap((one, i) => (one.speaker === who ? [i] : [])));
  }

  function goOn([next, ...others]) {
    choose(next);
    rest = others;
    playAlone(segments()[next]);
  }

  // A browser that seeks the end of a segment forgets to seek the beginning of the next one.
  function afterSeek(go, following) {
    const media = wave.getMediaElement();
    const unchanged = () => { if (rest === following) go(following); };
    if (media.seeking) media.addEventListener("seeked", unchanged, { once: true });
    else unchanged();
  }

  function endListening() {
    [rest, whose] = [[], null];
    heard(null);
  }

  wave.on("timeupdate", (now) => {
    if (!place.isConnected) wave.pause(); // the next recording is being analysed
    const one = segments()[index];
    if (one && now >= one.start_s - SLACK_S && (alone || now <= one.end_s + SLACK_S)) return; // a busy player stops late
    if (indexAt(now) === index) return;
    index = indexAt(now);
    describe();
  });
  wave.on("pause", () => {
    const one = segments()[index];
    const ended = alone && one && wave.getCurrentTime() >= one.end_s - SLACK_S;
    alone = false;
    if (ended && rest.length && place.isConnected) afterSeek(goOn, rest);
    else if (whose !== null) endListening();
  });
  wave.on("interaction", () => {
    alone = false;
    endListening();
  });
  describe();
  return { describe, play, listen, chosen: () => segments()[index], step: (by) => {
    endListening();
    choose(Math.max(0, index + by));
  } };
}

// With who speaks, where there are several.
function inWords(one, { current, several }, look, names) {
  const share = one.probabilities[one.label];
  const who = names ? `${names[one.speaker] ?? several}, ` : "";
  return who + current
    .replace("{start}", clock(one.start_s)).replace("{end}", clock(one.end_s))
    .replace("{label}", look.word(one.label))
    .replace("{share}", share === undefined ? "" : percent(share)).trim();
}

// Keys and buttons do the same.
function listen(place, wave, audio, { sight, current }, signal) {
  const actions = {
    play: () => { wave.playPause().catch(() => undefined); },
    segment: () => current.play(),
    back: () => current.step(-1),
    next: () => current.step(1),
    closer: () => sight.zoom(ZOOM),
    farther: () => sight.zoom(1 / ZOOM),
  };
  const keys = { " ": "play", Enter: "segment", ArrowLeft: "back", ArrowRight: "next", "+": "closer", "=": "closer",
    "-": "farther" };
  const button = place.querySelector("[data-do=play]");

  place.querySelector(".sound").addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return; // those are the browser's
    actions[keys[event.key]]();
    event.preventDefault();
  }, { signal });
  for (const one of place.querySelectorAll("[data-do]")) {
    one.addEventListener("click", actions[one.dataset.do], { signal });
  }
  // A region would take the finger that scrolls the page.
  place.querySelector(".waveform").addEventListener("pointerdown", (event) => event.stopPropagation(),
    { capture: true, signal });
  audio.addEventListener("error", () => { place.querySelector("[data-mute]").hidden = false; }, { signal });
  wave.on("play", () => { button.textContent = place.dataset.pause; });
  wave.on("pause", () => { button.textContent = place.dataset.play; });
}
