// What the colours and letters of a timeline mean: an entry for each label that is drawn.

// `labels` in the order in which they are to stand; `look` is what `marks` in marks.js returns.
export function drawLegend(list, labels, look) {
  list.replaceChildren(...labels.map((label) => {
    const entry = document.createElement("li");
    entry.append(swatch(label, look), look.word(label));
    return entry;
  }));
}

// The labels of segments, in the order of their scheme.
export function labelsOf(seen) {
  const there = new Set(seen.segments.map((one) => one.label));
  return [...Object.keys(seen.probabilities ?? {}), ...there].filter((one, i, all) => there.has(one) && all.indexOf(one) === i);
}

function swatch(label, look) {
  const box = document.createElement("span");
  box.className = "swatch";
  box.setAttribute("aria-hidden", "true");
  box.style.background = look.colour(label);
  box.textContent = look.letter(label);
  return box;
}
