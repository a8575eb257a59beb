// The timeline as an SVG that stands alone: waveform and segments in colour and letters, valence, an axis of time.
// It names its colours itself, so that it is the same in a report on paper and in a picture.

import { onTheClock, stepFor } from "./axis.js";
import { bars } from "./lanes.js";
import { tagged } from "./marks.js";

const WIDTH = 1000;
const COLUMNS = 400; // of a waveform; more cannot be told apart
const LETTER = 16; // the narrowest block with a letter in it
const WAVE = { top: 0, height: 110 };
const BLOCKS = { top: 116, height: 26 };
const LANE = { step: 48, name: 14, top: 20, height: 24 }; // of one of several people, below the name
const VALENCE = { gap: 10, height: 92, words: 18 }; // its words have room above and below the line

// Where several people speak, `data.names`, each has a lane. `data` and `segments` are of an answer, `marks` what `marks` in marks.js returns, `words` those of the valence.
export function drawTimeline(data, segments, marks, words) {
  const line = data.valence.length > 1;
  const people = Object.entries(data.names ?? {});
  const blocksEnd = BLOCKS.top + (people.length ? people.length * LANE.step : BLOCKS.height);
  const top = blocksEnd + VALENCE.gap;
  const height = (line ? top + VALENCE.height : blocksEnd) + 28;
  const svg = tagged("svg", { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img",
    "font-family": "system-ui, sans-serif", "font-size": 15 });
  const columns = columnsOf(data, segments);
  svg.append(...wave(columns, marks), ...(people.length ? lanes(people, data, segments, marks) : blocks(columns, marks)));
  if (line) svg.append(...valence(data, top, marks, words));
  svg.append(...axis(data.duration_s, height, marks));
  return svg;
}

// Of each column its peak, 0 to 1, and the label of the segment in its middle.
function columnsOf({ waveform, duration_s }, segments) {
  const loudest = Math.max(...waveform, 1e-6);
  let next = 0;
  return Array.from({ length: COLUMNS }, (_, i) => {
    const time = ((i + 0.5) / COLUMNS) * duration_s;
    const from = Math.floor((i / COLUMNS) * waveform.length);
    const peaks = waveform.slice(from, Math.max(from + 1, Math.floor(((i + 1) / COLUMNS) * waveform.length)));
    while (next < segments.length && segments[next].end_s <= time) next += 1;
    const inside = next < segments.length && segments[next].start_s <= time;
    return { peak: Math.max(0, ...peaks) / loudest, label: inside ? segments[next].label : null };
  });
}

// One path for the columns of each label.
function wave(columns, marks) {
  const [middle, step] = [WAVE.top + WAVE.height / 2, WIDTH / COLUMNS];
  const paths = new Map();
  columns.forEach(({ peak, label }, i) => {
    const tall = Math.max(0.5, (peak * WAVE.height) / 2);
    paths.set(label, `${paths.get(label) ?? ""}M${short(i * step)} ${short(middle - tall)}v${short(2 * tall)}h${short(0.8 * step)}v${short(-2 * tall)}z`);
  });
  return [...paths].map(([label, d]) => tagged("path", { d, fill: label ? marks.colour(label) : marks.paper("edge") }));
}

function blocks(columns, marks) {
  const step = WIDTH / COLUMNS;
  return runs(columns).filter((run) => run.label).flatMap(({ label, from, to }) => {
    const [x, width] = [from * step, (to - from) * step];
    const block = tagged("rect", { x: short(x), y: BLOCKS.top, width: short(width), height: BLOCKS.height,
      fill: marks.colour(label), stroke: marks.paper("card"), "stroke-width": 1 });
    const letter = tagged("text", { x: short(x + width / 2), y: BLOCKS.top + 19, fill: marks.paper("card"),
      "text-anchor": "middle", "font-weight": 700 }, marks.letter(label));
    return width >= LETTER ? [block, letter] : [block];
  });
}

function lanes(people, { duration_s }, segments, marks) {
  return people.flatMap(([number, name], i) => {
    const top = BLOCKS.top + i * LANE.step;
    return [
      tagged("text", { x: 0, y: top + LANE.name, fill: marks.paper("ink") }, name),
      tagged("rect", { x: 0, y: top + LANE.top, width: WIDTH, height: LANE.height, fill: marks.paper("whole") }),
      ...bars(segments, Number(number), [0, duration_s], { width: WIDTH, height: LANE.height, top: top + LANE.top, size: 15 }, marks),
    ];
  });
}

function runs(columns) {
  const found = [];
  columns.forEach(({ label }, i) => {
    if (found.at(-1)?.label === label) found.at(-1).to = i + 1;
    else found.push({ label, from: i, to: i + 1 });
  });
  return found;
}

// A line of steps, with gaps where nobody speaks; its scale is in words.
function valence({ valence: values, duration_s }, top, marks, words) {
  const { height, words: room } = VALENCE;
  const x = (time) => short((time / duration_s) * WIDTH);
  const y = (value) => short(top + room + ((height - 2 * room) * (1 - value)) / 2);
  const d = values.map((one) => `M${x(one.start_s)} ${y(one.value)}H${x(one.end_s)}`).join("");
  const scale = [["positive", top + 13], ["negative", top + height - 5]];
  return [
    tagged("rect", { x: 0, y: top, width: WIDTH, height, fill: "none", stroke: marks.paper("line") }),
    tagged("path", { d: `M0 ${y(0)}H${WIDTH}`, stroke: marks.paper("edge"), "stroke-dasharray": "4 4" }),
    tagged("path", { d, fill: "none", stroke: marks.paper("ink"), "stroke-width": 2.5 }),
    ...scale.map(([side, at]) => tagged("text", { x: 5, y: at, "font-size": 12, fill: marks.paper("soft") }, words[side])),
  ];
}

function axis(duration, height, marks) {
  const step = stepFor(duration, 0.7 * WIDTH);
  const times = Array.from({ length: Math.floor(duration / step) + 1 }, (_, i) => i * step);
  return times.flatMap((time) => {
    const x = (time / duration) * WIDTH;
    const anchor = x < 20 ? "start" : x > WIDTH - 30 ? "end" : "middle";
    return [
      tagged("path", { d: `M${short(x)} ${height - 26}v6`, stroke: marks.paper("edge") }),
      tagged("text", { x: short(x), y: height - 6, "text-anchor": anchor, fill: marks.paper("soft"), "font-size": 13 },
        onTheClock(time, step)),
    ];
  });
}

const short = (number) => Number(number.toFixed(1));
