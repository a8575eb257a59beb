// The answer as a picture: what its sheet (report.js) says, in the same light colours, as PNG.

import { labelsOf } from "./legend.js";
import { light, marks } from "./marks.js";
import { report, shownView } from "./report.js";

const [WIDTH, MARGIN, TALLEST] = [1600, 70, 4000];
const INNER = WIDTH - 2 * MARGIN;

export async function picture(facts) {
  const [sheet, paper] = [report(facts), light()];
  const timeline = await loaded(sheet.querySelector("[data-slot=timeline] > svg"));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, TALLEST];
  const pen = canvas.getContext("2d");
  pen.fillStyle = paper("card");
  pen.fillRect(0, 0, WIDTH, TALLEST);
  const lines = writer(pen, paper);
  writeHead(lines, sheet);
  pen.drawImage(timeline, MARGIN, lines.skip(24), INNER, (INNER * timeline.height) / timeline.width);
  lines.skip((INNER * timeline.height) / timeline.width + 12);
  writeLegend(pen, lines, facts, marks(facts.given, paper));
  writeShares(pen, lines, sheet, paper);
  lines.skip(10);
  for (const one of sheet.querySelectorAll("footer p")) lines.write(one, { size: 22, colour: "soft" });
  return cut(canvas, lines.skip(36));
}

async function loaded(svg) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  return image;
}

// Writes lines below each other, broken where they are too long. A part is an element, or its text.
function writer(pen, paper) {
  let y = MARGIN - 20;

  function write(part, { size, weight = 400, colour = "ink", x = MARGIN }) {
    pen.font = `${weight} ${size}px system-ui, sans-serif`;
    pen.fillStyle = paper(colour);
    for (const line of broken(pen, typeof part === "string" ? part : textOf(part), WIDTH - MARGIN - x)) {
      y += size * 1.35;
      pen.fillText(line, x, y);
    }
  }

  return { write, skip: (by) => (y += by) };
}

const textOf = (part) => part.textContent.trim().replace(/\s+/g, " ");

// A text in lines that are no wider than `width`; a word that is too long alone is broken anywhere.
function broken(pen, text, width) {
  const lines = [""];
  const fits = (one) => pen.measureText(one).width <= width;
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (fits(longer)) {
      lines[lines.length - 1] = longer;
      continue;
    }
    if (lines.at(-1)) lines.push("");
    for (const sign of word) {
      if (!fits(lines.at(-1) + sign)) lines.push("");
      lines[lines.length - 1] += sign;
    }
  }
  return lines;
}

function writeHead(lines, sheet) {
  lines.write(sheet.querySelector("h2"), { size: 30, weight: 700 });
  for (const one of sheet.querySelectorAll(".sheet-facts > :not(:last-child)")) lines.write(textOf(one.lastElementChild), { size: 24, colour: "soft" });
  lines.skip(16);
  const [strong, ...rest] = sheet.querySelector(".verdict").children;
  lines.write(strong, { size: 60, weight: 700 });
  if (rest.length) lines.write(rest.map(textOf).join(" \u00b7 "), { size: 32 });
  for (const one of sheet.querySelectorAll(".brief li")) lines.write([...one.children].map(textOf).join(" \u00b7 "), { size: 32 });
  for (const one of sheet.querySelectorAll("[data-slot=answer] > .view > p:not(.verdict, .hint), .confidence > p:first-of-type, .confidence li")) {
    lines.write(one, { size: 28 });
  }
  const moments = [...sheet.querySelectorAll(".moments li")].map(textOf);
  if (!moments.length) return;
  lines.write(sheet.querySelector(".view:has(.moments) h3"), { size: 24, weight: 700 });
  lines.write(moments.join(" \u00b7 "), { size: 24 });
}

function writeLegend(pen, lines, { part, data }, marked) {
  let x = MARGIN;
  const y = lines.skip(34);
  const labels = labelsOf(data.views[shownView(part, data)].segments);
  pen.font = "600 24px system-ui, sans-serif";
  for (const label of labels) {
    pen.fillStyle = marked.colour(label);
    pen.fillRect(x, y - 26, 34, 34);
    pen.fillStyle = marked.paper("card");
    pen.fillText(marked.letter(label), x + 17 - pen.measureText(marked.letter(label)).width / 2, y);
    pen.fillStyle = marked.paper("ink");
    pen.fillText(marked.word(label), x + 44, y);
    x += pen.measureText(marked.word(label)).width + 84;
  }
  lines.skip(24);
}

// The bars as the answer has them: their words, their length, their tone.
function writeShares(pen, lines, sheet, paper) {
  for (const row of sheet.querySelectorAll("[data-slot=answer] .shares tbody tr")) {
    const [left, width] = [MARGIN + 420, INNER - 420 - 110];
    const size = 26;
    lines.write(row.querySelector("th"), { size, weight: row.matches(".chosen") ? 700 : 400 });
    const y = lines.skip(0);
    pen.fillText(textOf(row.querySelector("td > span")), left + width + 24, y);
    pen.fillStyle = paper("whole");
    pen.fillRect(left, y - 20, width, 22);
    const part = row.querySelector(".part");
    const tone = ["negative", "positive"].find((one) => part.parentElement.classList.contains(one)) ?? "neutral";
    pen.fillStyle = paper(tone);
    pen.fillRect(left, y - 20, (width * Number.parseFloat(part.getAttribute("width"))) / 100, 22);
  }
}

function cut(canvas, height) {
  const whole = document.createElement("canvas");
  [whole.width, whole.height] = [WIDTH, Math.min(TALLEST, Math.ceil(height))];
  whole.getContext("2d").drawImage(canvas, 0, 0);
  return new Promise((resolve, reject) => {
    whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}
