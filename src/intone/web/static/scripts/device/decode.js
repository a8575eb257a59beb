// A file as the browser decodes it.

import { nameLame, rateOf } from "./header.js";
import { Trouble, troubleOf } from "./trouble.js";

// `from_s`, `to_s`: what is wanted of it; a file of more than `longest_s` is not decoded. Resolves to { channels: [Float32Array], rate }; rejects with a Trouble.
export async function decode(file, longest_s, { from_s = 0, to_s = Infinity } = {}) {
  if (await lengthOf(file) > longest_s) throw new Trouble("long");
  const buffer = await file.arrayBuffer();
  const rate = rateOf(buffer);
  nameLame(buffer);
  const sound = await decoded(buffer, rate);
  if (sound.duration > longest_s) throw new Trouble("long");
  const [first, last] = [Math.round(from_s * rate), to_s === Infinity ? sound.length : Math.round(to_s * rate)];
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i).slice(first, last));
  return { channels, rate };
}

async function decoded(buffer, rate) {
  const context = new OfflineAudioContext(1, 1, rate);
  try {
    return await context.decodeAudioData(buffer);
  } catch (error) {
    throw error.name === "EncodingError" ? new Trouble("unread", error) : troubleOf(error);
  }
}

// Seconds, as far as the header tells, before anything is decoded: an hour of silence is a small file.
function lengthOf(file) {
  const audio = document.createElement("audio");
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const end = () => {
      const { duration } = audio;
      audio.removeAttribute("src");
      URL.revokeObjectURL(address);
      resolve(Number.isFinite(duration) ? duration : 0); // a recording of a browser has no length in it
    };
    for (const kind of ["loadedmetadata", "error", "suspend", "stalled"]) audio.addEventListener(kind, end, { once: true });
    audio.preload = "metadata";
    audio.src = address;
  });
}
