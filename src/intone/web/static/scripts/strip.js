// A recording as one strip: its segments in colour, with the letter of each where it has room.

import { asOne, grouped } from "./segments.js";

const PARTS = 60; // a strip is cut into no more: narrower neighbours are drawn as one
const LETTER = 0.07; // of the strip, which a letter takes

// `seconds` is the time from the left to the right end; `look` is what `marks` in marks.js returns; `letter` is for a strip
// of another width than most.
export function strip(segments, seconds, look, letter = LETTER) {
  const box = document.createElement("div");
  const parts = grouped(segments, seconds / PARTS).map(asOne);
  box.className = "colours";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", parts.map((one) => one.label).filter((one, i, all) => one !== all[i - 1]).map(look.word).join(", "));
  box.append(...parts.map((one) => {
    const part = document.createElement("i");
    const share = (one.end_s - one.start_s) / seconds;
    part.style.left = `${100 * one.start_s / seconds}%`;
    part.style.width = `${100 * share}%`;
    part.style.background = look.colour(one.label);
    part.textContent = share > letter ? look.letter(one.label) : "";
    return part;
  }));
  return box;
}
