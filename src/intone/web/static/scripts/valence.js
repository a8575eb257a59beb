// The line of valence over time: positive above the middle, negative below it, and none where nobody speaks.

import { grouped } from "./segments.js";

const HEIGHT = 132;
const EDGE = 20; // pixels above and below, for the words of the scale
const LEAST = 2; // pixels; narrower neighbours are drawn as their mean
let library = null;

// Resolves to { show(from, to), destroy() }, with times in seconds.
export async function drawValence(box, address, valence, colour) {
  await (library ??= load(address));
  const plot = new window.uPlot({
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: (_, from, to) => [from, to] }, y: { range: [-1, 1] } },
    axes: [{ show: false }, { show: false }],
    series: [{}, { stroke: () => colour("ink"), width: 2, points: { show: false } }],
    hooks: { drawClear: [(one) => drawScale(one, colour("edge"))] },
    padding: [EDGE, 0, EDGE, 0],
  }, [[], []], box);
  return {
    show(from, to) {
      if (plot.width !== box.clientWidth) plot.setSize({ width: box.clientWidth, height: HEIGHT });
      plot.setData(points(valence, from, to, LEAST * (to - from) / plot.width), false);
      plot.setScale("x", { min: from, max: to });
    },
    destroy: () => plot.destroy(),
  };
}

// The line between two times: [times, values], with one more segment on either side, so that it reaches both edges.
function points(valence, from, to, least) {
  const first = Math.max(0, valence.findLastIndex((one) => one.end_s < from));
  const last = valence.findIndex((one) => one.start_s > to);
  const times = [];
  const values = [];
  const groups = grouped(valence.slice(first, last < 0 ? undefined : last + 1), least);
  let pause = false;
  groups.forEach((group, i) => {
    const [start, end, value] = [group[0].start_s, group.at(-1).end_s, mean(group)];
    if (pause) add((times.at(-1) + start) / 2, null);
    pause = groups[i + 1]?.[0].start_s - end >= least;
    add(start, value);
    add(pause ? Math.max(end, start + least) : end, value); // a word between two pauses can be seen
  });

  function add(time, value) {
    times.push(time);
    values.push(value);
  }

  return [times, values];
}

function mean(group) {
  let sum = 0;
  let seconds = 0;
  for (const one of group) {
    sum += one.value * (one.end_s - one.start_s);
    seconds += one.end_s - one.start_s;
  }
  return seconds ? sum / seconds : 0;
}

// The scale: a line where a voice sounds neither positive nor negative, and fine ones at both ends.
function drawScale(plot, colour) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  for (const [value, alpha] of [[1, 0.4], [0, 1], [-1, 0.4]]) {
    const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
    ctx.globalAlpha = alpha;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      library = null;
      reject(new Error(address));
    });
    document.head.append(script);
  });
}
