// The segments of a recording as coloured regions on its waveform.

const LEAST = 3; // pixels; narrower neighbours are drawn as one
const ROOM = 70; // pixels that a word takes

// Draws the segments between two times, in `scale` pixels a second.
export function drawSegments(regions, segments, [from, to], scale, { tones, words }) {
  regions.clearRegions();
  const near = segments.filter((one) => one.end_s > from && one.start_s < to);
  for (const one of grouped(near, LEAST / scale).map(asOne)) {
    const tone = tones[one.label] ?? "neutral";
    const { element } = regions.addRegion({
      start: one.start_s,
      end: one.end_s,
      drag: false,
      resize: false,
      color: `color-mix(in srgb, var(--${tone}) 30%, transparent)`,
      content: (one.end_s - one.start_s) * scale > ROOM ? (words[one.label] ?? one.label) : undefined,
    });
    element.dataset.label = one.label;
    element.part.add(tone);
    element.style.cursor = "pointer";
  }
}

// Groups of neighbours: a wide segment is a group of its own, narrow ones are joined until they are wide enough.
export function grouped(found, least) {
  const groups = [];
  let open = null;
  for (const one of found) {
    const wide = one.end_s - one.start_s >= least;
    if (wide || !open || one.start_s - open.at(-1).end_s >= least) groups.push(open = []);
    open.push(one);
    if (one.end_s - open[0].start_s >= least) open = null;
  }
  return groups;
}

// A group has the label of most of its time.
function asOne(group) {
  const seconds = {};
  for (const one of group) seconds[one.label] = (seconds[one.label] ?? 0) + one.end_s - one.start_s;
  const label = Object.keys(seconds).reduce((most, one) => (seconds[one] > seconds[most] ? one : most));
  return { start_s: group[0].start_s, end_s: group.at(-1).end_s, label };
}
