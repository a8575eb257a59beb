// A line of valence over time: above the middle positive, below it negative.

let library = null;

// Resolves to { move(from, to), destroy() }, with times in seconds.
export async function drawValence(place, data, colour) {
  if (data.valence.length < 2) return null;
  await (library ??= load(place.dataset.plot));
  const box = place.querySelector(".valence");
  const times = [];
  const values = [];
  for (const one of data.valence) {
    times.push(one.start_s, one.end_s, one.end_s + 1e-4);
    values.push(one.value, one.value, null);
  }
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const plot = new window.uPlot({
    width: box.clientWidth,
    height: 110,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [0, data.duration_s] }, y: { range: [-1, 1] } },
    axes: [{ ...axis, show: false }, { ...axis, show: false, values: () => [] }],
    series: [{}, { stroke: colour("ink"), width: 2, spanGaps: true, paths: window.uPlot.paths.linear() }],
    hooks: { drawClear: [(one) => drawMiddle(one, colour("edge"))] },
    padding: [4, 0, 4, 0],
  }, [times, values], box);
  const resized = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 110 }));
  resized.observe(box);
  return {
    move: (from, to) => plot.setScale("x", { min: from, max: to }),
    destroy: () => { resized.disconnect(); plot.destroy(); },
  };
}

function drawMiddle(plot, colour) {
  const y = plot.valToPos(0, "y", true);
  plot.ctx.strokeStyle = colour;
  plot.ctx.beginPath();
  plot.ctx.moveTo(plot.bbox.left, y);
  plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  plot.ctx.stroke();
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}
