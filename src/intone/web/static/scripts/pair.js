// Two answers side by side: the headline of each, its bars, and its segments on one scale of time.

import { drawAxis } from "./axis.js";
import { strip } from "./strip.js";
import { clock } from "./words.js";

// `rows` are two of the table; `view` names the classes that are shown.
export function showPair(box, rows, view, look) {
  const seconds = Math.max(...rows.map((row) => row.data.duration_s));
  const sides = rows.map((row) => side(row, view ?? row.result.answer.querySelector(".view").dataset.view, seconds, look));
  box.hidden = false;
  box.querySelector(".sides").replaceChildren(...sides);
  for (const axis of box.querySelectorAll(".axis")) drawAxis(axis, 0, seconds);
}

function side(row, view, seconds, look) {
  const part = document.createElement("article");
  const name = document.createElement("h4");
  const length = document.createElement("p");
  const axis = document.createElement("div");
  const [verdict, shares] = [...row.result.answer.querySelectorAll(`:scope > [data-view="${view}"]`)].map((one) => one.cloneNode(true));
  name.textContent = row.called;
  length.className = "hint";
  length.textContent = clock(row.data.duration_s);
  axis.className = "axis";
  axis.setAttribute("aria-hidden", "true");
  part.append(name, length, ...[verdict.querySelector(".verdict"), verdict.querySelector(".brief"), verdict.querySelector(".confidence > p"),
    shares.querySelector(".shares")].filter(Boolean), strip(row.data.views[view].segments, seconds, look), axis);
  return part;
}
