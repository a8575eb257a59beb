// The answer as a picture: verdict, waveform in the colours of the segments, their labels, and the probabilities.

import { percent } from "./words.js";

const WIDTH = 1600;
const HEIGHT = 900;
const MARGIN = 70;

export function picture(data, name) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const colour = (variable) => style.getPropertyValue(`--${variable}`).trim();
  const seen = data.views[name];
  pen.fillStyle = colour("card");
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  drawVerdict(pen, colour);
  drawWaveform(pen, colour, data, seen);
  drawShares(pen, colour, seen);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

const font = (size, weight = 400) => `${weight} ${size}px system-ui, sans-serif`;
const named = (what) => JSON.parse(document.querySelector("[data-timeline]").dataset[what]);
const shown = () => [...document.querySelectorAll(".answer .view")].filter((one) => one.checkVisibility());

function drawVerdict(pen, colour) {
  const words = shown()[0]?.querySelector(".verdict").textContent.trim().replace(/\s+/g, " ") ?? "";
  pen.fillStyle = colour("ink");
  pen.font = font(56, 700);
  pen.fillText(words, MARGIN, 120);
}

function drawWaveform(pen, colour, data, seen) {
  const [left, width, middle, tall] = [MARGIN, WIDTH - 2 * MARGIN, 330, 130];
  const toneOf = named("tones");
  const words = named("words");
  const loudest = Math.max(...data.waveform, 1e-6);
  const step = width / data.waveform.length;
  data.waveform.forEach((peak, i) => {
    const time = ((i + 0.5) / data.waveform.length) * data.duration_s;
    const segment = seen.segments.find((one) => one.start_s <= time && time < one.end_s);
    pen.fillStyle = colour(segment ? toneOf[segment.label] ?? "neutral" : "edge");
    const height = Math.max(1, (peak / loudest) * tall);
    pen.fillRect(left + i * step, middle - height, Math.max(step, 1), 2 * height);
  });
  pen.font = font(22);
  pen.fillStyle = colour("ink");
  let free = left;
  for (const segment of seen.segments) {
    const x = left + (segment.start_s / data.duration_s) * width;
    if (x < free) continue;
    const word = words[segment.label] ?? segment.label;
    pen.fillText(word, x, middle + tall + 40);
    free = x + pen.measureText(word).width + 16;
  }
}

function drawShares(pen, colour, seen) {
  const shares = Object.entries(seen.probabilities);
  const words = named("words");
  const row = Math.min(60, 320 / shares.length);
  shares.forEach(([label, share], i) => {
    const y = 560 + i * row;
    pen.fillStyle = colour("ink");
    pen.font = font(Math.min(26, row * 0.6));
    pen.fillText(`${words[label] ?? label} ${percent(share)}`, MARGIN, y + row * 0.55);
    pen.fillStyle = colour("whole");
    pen.fillRect(MARGIN + 320, y + row * 0.15, WIDTH - 2 * MARGIN - 320, row * 0.5);
    pen.fillStyle = colour("edge");
    pen.fillRect(MARGIN + 320, y + row * 0.15, (WIDTH - 2 * MARGIN - 320) * share, row * 0.5);
  });
}
