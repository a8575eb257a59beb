// Times and probabilities as the page writes them everywhere; template_filters.py does the same.

// 3.54 -> "3.5 s", 83.21 -> "1:23.2"
export function clock(seconds) {
  const tenths = Math.round(10 * seconds);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}

// 0.874 -> "87%"; never "0%" or "100%", which would be a promise.
export function percent(share) {
  if (share < 0.01) return "<1%";
  return share > 0.99 ? ">99%" : `${Math.round(100 * share)}%`;
}

// A sentence of the page with its places filled in: "{start} to {end}" and { start, end } -> "2.1 s to 4.9 s".
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
