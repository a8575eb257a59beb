// The answer on one page: the same sheet is printed, and kept as an HTML file that needs nothing else.

import { drawTimeline } from "./drawing.js";
import { drawLegend, labelsOf } from "./legend.js";
import { light, marks, rules } from "./marks.js";
import { dateAndTime, stamp } from "./words.js";

const CLOSED = "default-src 'none'; style-src 'unsafe-inline'"; // the file loads nothing, and runs nothing
const PAGE = "@page { size: A4; margin: 12mm; } body { margin: 0; background: #fff; } @media screen { body { padding: 1rem; } }";
const CONTROLS = "button, script, template, form, input, [hidden], .segments";

// `facts`: part (the answer as it is shown), data, name (of the file), when (a Date), note, given (the table of marks).
export function report(facts) {
  const { part, data, when, note, given } = facts;
  const sheet = part.querySelector("[data-report]").content.firstElementChild.cloneNode(true);
  const slot = (name) => sheet.querySelector(`[data-slot=${name}]`);
  const view = shownView(part, data);
  slot("name").textContent = facts.name;
  slot("when").textContent = dateAndTime(when);
  slot("when").dateTime = stamp(when);
  if (slot("view")) slot("view").textContent = viewWords(part);
  for (const one of part.querySelectorAll(`:scope > .view[data-view="${view}"]`)) slot("answer").append(still(one));
  slot("persons")?.replaceWith(still(part.querySelector(":scope > .persons")));
  for (const one of sheet.querySelectorAll(`.persons .view:not([data-view="${view}"])`)) one.remove();
  gatherMeasured(sheet, slot("measured"));
  drawInto(slot("timeline"), slot("legend"), data, view, marks(given, light()));
  slot("note").querySelector("p").textContent = note;
  if (!note.trim()) slot("note").remove();
  return sheet;
}

export const shownView = (part, data) => part.querySelector("[name=view]:checked")?.value ?? Object.keys(data.views)[0];
const viewWords = (part) => part.querySelector("[name=view]:checked")?.labels[0]?.textContent.trim() ?? "";

// A copy of a part of the page without all that can be pressed.
function still(part) {
  const copy = part.cloneNode(true);
  for (const one of copy.querySelectorAll(CONTROLS)) one.remove();
  for (const one of copy.querySelectorAll(".without-script")) one.classList.remove("without-script");
  return copy;
}

// What was measured: its sentences stay with the answer, its tables go to their own place.
function gatherMeasured(sheet, place) {
  for (const one of sheet.querySelectorAll("details.accuracy")) {
    place.append(...one.querySelectorAll("table"));
    one.replaceWith(...one.querySelectorAll("p"));
  }
  if (!place.querySelector("table")) place.remove();
}

function drawInto(figure, legend, data, view, marked) {
  const { segments } = data.views[view];
  const svg = drawTimeline(data, segments, marked, figure.dataset);
  svg.setAttribute("aria-label", figure.dataset.title);
  figure.prepend(svg);
  drawLegend(legend, labelsOf(segments), marked);
}

// A sheet as a file, with its styles and nothing else. The browser escapes what elements hold.
export function file(sheet, name) {
  const title = document.createElement("title");
  title.textContent = name;
  return new Blob([`<!doctype html>
<html lang="${document.documentElement.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CLOSED}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${title.outerHTML}
<style>
${[PAGE, ...styles()].join("\n")}
</style>
</head>
<body>
<main>
${sheet.outerHTML}
</main>
</body>
</html>
`], { type: "text/html;charset=utf-8" });
}

// The light colours, and the looks of an answer and of a sheet.
function styles() {
  const own = ["answer", "sheet"].flatMap(rules);
  return [...rules("colours").filter((one) => one.selectorText === ":root"), ...own].map((one) => one.cssText);
}

// While the page is printed the sheet of the answer that is shown stands in its place. `current` gives its facts.
export function printSheets(current) {
  let sheet = null;
  const begin = () => {
    end();
    const facts = current();
    if (facts) document.body.append(sheet = report(facts));
  };
  const end = () => {
    sheet?.remove();
    sheet = null;
  };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  matchMedia("print").addEventListener("change", (event) => (event.matches ? begin() : end()));
}
