// Names of files that are made here: that of the recording, made safe for every file system; names.py does the same.

const LONGEST = 200; // bytes of UTF-8: file systems take 255, and the endings need some
const ENDING = /\.[A-Za-z0-9]{1,5}$/;
const UNSAFE = /[\p{C}/\\:*?"<>|]/gu; // what some system forbids, and what cannot be seen
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/i; // devices of Windows

// "interview 3.wav" -> "interview 3.intone"; an ending follows.
export function named(recording = "") {
  const safe = recording.normalize("NFC").replace(ENDING, "").replace(UNSAFE, "_").replace(/\p{Z}/gu, " ");
  const cut = new TextDecoder().decode(new TextEncoder().encode(safe.replace(/^[ .]+/, "")).slice(0, LONGEST));
  return `${cut.replace(/[\ufffd .]+$/, "").replace(RESERVED, "_$1") || "recording"}.intone`;
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
