// What answers are compared with: the visitor's normal voice, which this browser keeps, or the other chosen recordings.

import { keeper } from "./kept.js";
import { offerRecording } from "./recorder.js";

const { get: kept, set: store } = keeper("intone.reference");

// Recordings -> { reference }, the text that the device or the server makes of them, or { problem }, its sentence.
async function learned(form, where, place, recordings, emotion) {
  const own = await where.learn([...recordings], emotion);
  if (!own.server) return { reference: own.reference, problem: own.sentence };
  const body = new FormData();
  for (const one of recordings) body.append("file", one);
  body.set("emotion", emotion);
  try {
    const response = await fetch(place.dataset.references, { method: "POST", body });
    return response.ok ? { reference: await response.text() } : { problem: (await response.json()).detail };
  } catch {
    return { problem: form.dataset.failed };
  }
}

// Returns a function: the chosen files -> { reference } or { problem } or {}.
export function offerVoice(form, recorder, where) {
  const place = form.querySelector("[data-voice]");
  if (!place) return async () => ({});
  const [together, said] = [form.querySelector("[data-together]"), place.querySelector("[role=status]")];
  const [keep, drop] = [place.querySelector("[data-keep]"), place.querySelector("[data-delete]")];
  const own = place.querySelector("input[type=file]");
  let spoken;

  function show(sentence) {
    drop.hidden = !kept();
    said.textContent = sentence ?? (kept() ? place.dataset.set : "");
  }

  place.addEventListener("toggle", () => {
    place.querySelector("[data-place]").append(recorder);
    spoken = offerRecording(recorder, own, keep);
  }, { once: true });

  keep.addEventListener("click", async () => {
    await spoken.end();
    if (!own.files.length) {
      show(place.dataset.choose);
      return;
    }
    said.textContent = place.dataset.sending;
    const { reference, problem } = await learned(form, where, place, own.files, "neutral");
    if (reference) {
      store(reference);
      spoken.sent(own.files[0]);
    }
    show(problem);
  });
  drop.addEventListener("click", () => {
    store(null);
    show(place.dataset.unset);
    keep.focus();
  });
  form.elements.file.addEventListener("change", (event) => { together.hidden = event.target.files.length < 2; });
  show();

  return async (files) => {
    if (files.length > 1 && together.querySelector("input").checked) return learned(form, where, place, files, "unknown");
    return kept() ? { reference: kept() } : {};
  };
}
