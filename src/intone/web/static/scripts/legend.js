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
export function labelsOf(segments) {
  const there = new Set(segments.map((one) => one.label));
  return [...new Set([...Object.keys(segments[0]?.probabilities ?? {}), ...there])].filter((one) => there.has(one));
}

function swatch(label, look) {
  const box = document.createElement("span");
  box.className = "swatch";
  box.setAttribute("aria-hidden", "true");
  box.style.background = look.colour(label);
  box.textContent = look.letter(label);
  return box;
}
