// Recording in the page: the recording becomes the chosen file, which the form sends. One that is not sent is never
// lost: what is discarded, or replaced by a file, comes back on request until the next is ready; who leaves is warned.

import { changed, choose } from "./choose.js";
import { begin, canRecord } from "./microphone.js";
import { clock } from "./words.js";

const QUIET_DB = -40;
const LOWEST_DB = -60;
const REASONS = { NotFoundError: "missing", NotReadableError: "taken", AbortError: "taken" };

// `next` has the focus when a recording is ready. Returns { end(), sent(file) }: `end` ends the recording and resolves
// when it is the chosen file; `sent` says that a file has its answer. `live` is what live.js offers, if anything.
export function offerRecording(place, input, next, live) {
  const $ = (name) => place.querySelector(`[data-record=${name}]`);
  const [meter, audio, said, time] = ["meter", "audio", ".said", ".time"].map((one) => place.querySelector(one));
  let session = null;
  let asking = false;
  let recorded = null; // the chosen file, as long as it is a recording that is not sent
  let aside = null; // the recording that was discarded or replaced last
  let replaced = false;
  place.hidden = false;
  if (!canRecord()) {
    place.querySelector(".hero").hidden = true;
    said.textContent = place.dataset.insecure;
    return { end: async () => undefined, sent: () => undefined };
  }

  function show(state, sentence = place.dataset[state] ?? "") {
    const running = state === "recording" || state === "paused";
    place.dataset.state = state;
    $("start").hidden = state !== "empty";
    $("stop").hidden = place.querySelector(".level").hidden = !running;
    place.querySelector(".taken").hidden = state !== "ready";
    $("undo").hidden = state !== "empty" || !aside;
    $("pause").textContent = place.dataset[state === "paused" ? "resume" : "pause"];
    said.textContent = sentence;
  }

  function tick(level, seconds) {
    meter.value = Math.max(LOWEST_DB, level);
    place.style.setProperty("--level", 1 - meter.value / LOWEST_DB);
    time.textContent = clock(seconds);
  }

  async function start() {
    if (asking) return;
    asking = true;
    try {
      session = await begin(Number(place.dataset.maxSeconds), tick, finish, live?.begin());
      replaced = false;
      show("recording");
      $("stop").focus();
    } catch (error) {
      live?.end();
      said.textContent = place.dataset[REASONS[error.name] ?? "refused"];
    } finally {
      asking = false;
    }
  }

  function pause() {
    if (!session) return;
    const paused = session.pause();
    live?.pause(paused);
    show(paused ? "paused" : "recording");
  }

  function finish({ file, peakDb, clipped, gone }) {
    session = null;
    live?.end();
    if (replaced) setAside(file, "replaced");
    else take(file, gone ? "gone" : peakDb < QUIET_DB ? "quiet" : clipped ? "clipped" : "ready");
  }

  function take(file, key) {
    aside = null;
    recorded = file;
    choose(input, [file]);
    recorded = input.files[0];
    audio.src = URL.createObjectURL(file);
    show("ready", place.dataset[key]);
    next.focus();
  }

  function release(sentence) {
    if (audio.src) URL.revokeObjectURL(audio.src);
    audio.removeAttribute("src");
    audio.load();
    recorded = null;
    show("empty", sentence);
  }

  function setAside(file, key) {
    aside = file;
    replaced = key === "replaced";
    release(place.dataset[key]);
  }

  function discard() {
    setAside(recorded, "discarded");
    input.value = "";
    changed(input);
    $("undo").focus();
  }

  // Something else was chosen: by the person, by dropping it, or as an example.
  function change() {
    const other = input.files.length > 0 && input.files[0] !== recorded;
    if (recorded && other) setAside(recorded, "replaced");
    else if (session && other) {
      replaced = true;
      session.stop();
    }
  }

  function warn(event) {
    if (!session && !recorded && !(aside && replaced)) return;
    event.preventDefault();
    event.returnValue = true; // for browsers of before 2024
  }

  $("start").addEventListener("click", start);
  $("stop").addEventListener("click", () => session?.stop());
  $("pause").addEventListener("click", pause);
  $("discard").addEventListener("click", discard);
  $("undo").addEventListener("click", () => take(aside, "restored"));
  input.addEventListener("change", change);
  audio.addEventListener("loadedmetadata", () => findLength(audio));
  window.addEventListener("beforeunload", warn);

  return {
    end: () => new Promise((resolve) => {
      if (!session) {
        resolve();
        return;
      }
      input.addEventListener("change", resolve, { once: true });
      session.stop();
    }),
    sent: (file) => file && file === recorded && release(""),
  };
}

// A browser writes no length into its recordings, and finds it only by seeking past the end.
function findLength(audio) {
  if (Number.isFinite(audio.duration)) return;
  audio.addEventListener("durationchange", () => { audio.currentTime = 0; }, { once: true });
  audio.currentTime = Number.MAX_SAFE_INTEGER;
}
