// The table of the diary: every entry in words.

import { wall } from "./diary_plot.js";
import { dateAndTime, decimal } from "./words.js";

const LITTLE = 0.2; // of a valence from -1 to 1: less is no change

export const whenOf = (entry) => dateAndTime(wall(entry.at), "medium");
export const said = (entry, marked) => [whenOf(entry), marked.word(entry.label), entry.file].filter(Boolean).join(" · ");

export function rowOf(entry, marked, words, edit) {
  const row = document.createElement("tr");
  const button = document.createElement("button");
  const cells = {
    "diary-when": whenOf(entry),
    "diary-emotion": marked.word(entry.label),
    "diary-valence": signed(entry.valence),
    "diary-confidence": (words[entry.confidence] ?? "").replace(/\.$/, ""),
    "diary-against": against(entry, words),
    "diary-recording": entry.file,
    "diary-note": entry.note,
  };
  row.setAttribute("role", "row");
  for (const [name, text] of Object.entries(cells)) row.append(cell(name, text));
  button.type = "button";
  button.className = "quiet";
  button.textContent = words.edit;
  button.setAttribute("aria-label", `${words.edit}: ${cells["diary-when"]}`);
  button.addEventListener("click", edit);
  row.append(cell("diary-edit", ""));
  row.lastChild.append(button);
  return row;
}

// The roles say what a style sheet makes a browser forget, which lays the rows out as cards on a phone.
function cell(name, text) {
  const heads = name === "diary-when";
  const made = document.createElement(heads ? "th" : "td");
  if (heads) made.scope = "row";
  made.setAttribute("role", heads ? "rowheader" : "cell");
  made.className = name;
  made.textContent = text;
  return made;
}

// 0.354 -> "+0.35"
const signed = (value) => `${value > 0 ? "+" : value < 0 ? "\u2212" : ""}${decimal(Math.abs(value), 2)}`;

// The normal voice stands at 0, since an answer that was compared with it is what is beyond it.
function against(entry, words) {
  if (!entry.voice) return words.apart;
  return words[Math.abs(entry.valence) < LITTLE ? "same" : entry.valence > 0 ? "more-positive" : "more-negative"];
}
