// Records the microphone without any processing. The recording becomes the chosen file; the form sends it.

import { clock } from "./words.js";

const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const QUIET_DB = -40;
const FULL = 0.985;
const CLIPPED_FRAMES = 3;
const REASONS = { NotFoundError: "missing", NotReadableError: "taken", AbortError: "taken" };

// Returns a function that ends the recording, and resolves when it is the chosen file.
export function offerRecording(place, input) {
  const $ = (name) => place.querySelector(`[data-record=${name}]`);
  const [meter, audio, said, time] = ["meter", "audio", ".said", ".time"].map((one) => place.querySelector(one));
  let session = null;
  let asking = false;
  let recorded = null;
  place.hidden = false;
  if (!window.isSecureContext || !navigator.mediaDevices || !window.MediaRecorder) {
    $("start").hidden = true;
    said.textContent = place.dataset.insecure;
    return async () => undefined;
  }

  function show(state) {
    $("start").hidden = state !== "empty";
    $("pause").hidden = $("stop").hidden = meter.hidden = state !== "recording" && state !== "paused";
    $("again").hidden = audio.hidden = state !== "ready";
    time.hidden = state === "empty";
    $("pause").textContent = place.dataset[state === "paused" ? "resume" : "pause"];
    if (state !== "empty") said.textContent = place.dataset[state];
  }

  async function start() {
    if (asking) return;
    asking = true;
    try {
      session = await begin(meter, time, Number(place.dataset.maxSeconds), finish);
      show("recording");
      $("stop").focus();
    } catch (error) {
      said.textContent = place.dataset[REASONS[error.name] ?? "refused"];
    } finally {
      asking = false;
    }
  }

  function finish({ file, peakDb, clipped }) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    input.files = chosen.files;
    recorded = input.files[0];
    input.dispatchEvent(new Event("change", { bubbles: true }));
    audio.src = URL.createObjectURL(file);
    show("ready");
    if (peakDb < QUIET_DB) said.textContent = place.dataset.quiet;
    else if (clipped) said.textContent = place.dataset.clipped;
    session = null;
    $("again").focus();
  }

  function discard() {
    URL.revokeObjectURL(audio.src);
    audio.removeAttribute("src");
    audio.load();
    recorded = null;
    said.textContent = "";
    show("empty");
  }

  $("start").addEventListener("click", start);
  $("stop").addEventListener("click", () => session?.stop());
  $("pause").addEventListener("click", () => session && show(session.pause() ? "paused" : "recording"));
  $("again").addEventListener("click", () => {
    discard();
    input.value = "";
    $("start").focus();
  });
  input.addEventListener("change", () => recorded && input.files[0] !== recorded && discard());
  audio.addEventListener("loadedmetadata", () => findLength(audio));

  return () => new Promise((resolve) => {
    if (!session) {
      resolve();
      return;
    }
    input.addEventListener("change", resolve, { once: true });
    session.stop();
  });
}

// Begins a recording; resolves to { stop(), pause() -> whether it is paused }.
async function begin(meter, time, maxSeconds, finish) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: RAW });
  const [type, suffix] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? [undefined, "webm"];
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 192_000 });
  const context = new AudioContext();
  context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  const parts = [];
  const measured = { peak: 0, clippedFrames: 0, seconds: 0, last: performance.now() };
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(watch);
    for (const track of stream.getTracks()) track.stop();
    context.close();
    finish({
      file: new File(parts, `recording.${suffix}`, { type: recorder.mimeType.split(";")[0] }),
      peakDb: decibels(measured.peak),
      clipped: measured.clippedFrames > CLIPPED_FRAMES,
    });
  });
  const watch = setInterval(() => {
    measure(analyser, measured, recorder.state === "recording", meter);
    time.textContent = clock(measured.seconds);
    if (measured.seconds >= maxSeconds && recorder.state !== "inactive") recorder.stop();
  }, 50);
  recorder.start(1000);
  return {
    stop: () => recorder.state !== "inactive" && recorder.stop(),
    pause() {
      if (recorder.state === "paused") recorder.resume();
      else recorder.pause();
      return recorder.state === "paused";
    },
  };
}

function measure(analyser, measured, recording, meter) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  const now = performance.now();
  if (recording) {
    measured.peak = Math.max(measured.peak, peak);
    measured.clippedFrames += peak >= FULL;
    measured.seconds += (now - measured.last) / 1000;
  }
  measured.last = now;
  meter.value = Math.max(-60, decibels(peak));
}

const decibels = (peak) => 20 * Math.log10(Math.max(peak, 1e-6));

// A browser writes no length into its recordings, and finds it only by seeking past the end.
function findLength(audio) {
  if (Number.isFinite(audio.duration)) return;
  audio.addEventListener("durationchange", () => { audio.currentTime = 0; }, { once: true });
  audio.currentTime = Number.MAX_SAFE_INTEGER;
}
