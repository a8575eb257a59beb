// Records the microphone without any processing.

import { capture } from "./device/capture.js";

const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const FULL = 0.985;
const CLIPPED_FRAMES = 3;

export const canRecord = () => window.isSecureContext && navigator.mediaDevices && window.MediaRecorder;

// Begins a recording; resolves to { stop(), pause() -> whether it is paused }. `tick(level in dBFS, seconds)` is called
// twenty times a second, and `finish({ file, peakDb, clipped, gone })` at the end, which is at the latest after
// `maxSeconds`, or when the microphone is `gone`. `heard(samples, rate)` gets the samples, where it is given.
export async function begin(maxSeconds, tick, finish, heard) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: RAW });
  const [type, suffix] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? [undefined, "webm"];
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 192_000 });
  const context = new AudioContext();
  context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  if (heard) capture(context, source, heard).catch(() => undefined); // the recording does without
  const parts = [];
  const measured = { peak: 0, clippedFrames: 0, seconds: 0, last: performance.now() };
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  let gone = false;
  stream.getTracks()[0].addEventListener("ended", () => { gone = true; });
  recorder.addEventListener("stop", () => {
    clearInterval(watch);
    for (const track of stream.getTracks()) track.stop();
    context.close();
    finish({
      file: new File(parts, `recording.${suffix}`, { type: recorder.mimeType.split(";")[0] }),
      peakDb: decibels(measured.peak),
      clipped: measured.clippedFrames > CLIPPED_FRAMES,
      gone,
    });
  });
  const watch = setInterval(() => {
    tick(decibels(measure(analyser, measured, recorder.state === "recording")), measured.seconds);
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

// The peak of the last frame; while it records, what is measured of the whole goes on.
function measure(analyser, measured, recording) {
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
  return peak;
}

const decibels = (peak) => 20 * Math.log10(Math.max(peak, 1e-6));
