// The segments of a recording as coloured regions on its waveform, each with its letter or its word.

export const LEAST = 3; // pixels; narrower neighbours are drawn as one
const LETTER = 15; // pixels that a letter takes
export const WORD = 84; // and a word

// Draws the segments between two times, in `scale` pixels a second; `look` is what `marks` in marks.js returns.
export function drawSegments(regions, segments, [from, to], scale, look) {
  regions.clearRegions();
  const near = segments.filter((one) => one.end_s > from && one.start_s < to);
  for (const one of grouped(near, LEAST / scale).map(asOne)) {
    const wide = (one.end_s - one.start_s) * scale;
    const { element } = regions.addRegion({
      start: one.start_s,
      end: one.end_s,
      drag: false,
      resize: false,
      color: "transparent",
      content: wide > WORD ? look.word(one.label) : wide > LETTER ? look.letter(one.label) : undefined,
    });
    element.dataset.label = one.label;
    element.style.setProperty("--shade", look.colour(one.label));
    element.style.cursor = "pointer";
  }
}

// Marks the region of the segment that is chosen.
export function markChosen(regions, chosen) {
  for (const { element, start, end } of regions.getRegions()) {
    const middle = chosen ? (chosen.start_s + chosen.end_s) / 2 : -1;
    element?.part.toggle("chosen", start <= middle && middle < end);
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
export function asOne(group) {
  const seconds = {};
  for (const one of group) seconds[one.label] = (seconds[one.label] ?? 0) + one.end_s - one.start_s;
  const label = Object.keys(seconds).reduce((most, one) => (seconds[one] > seconds[most] ? one : most));
  return { start_s: group[0].start_s, end_s: group.at(-1).end_s, label };
}
