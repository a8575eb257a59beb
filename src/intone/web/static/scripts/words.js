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

// A moment for a person, in the language of the page.
export function dateAndTime(when, dateStyle = "long") {
  return when.toLocaleString(document.documentElement.lang, { dateStyle, timeStyle: "short" });
}

// A moment as ISO 8601 has it, in local time with its offset: "2026-03-05T18:04:12+01:00".
export function stamp(when) {
  const minutes = -when.getTimezoneOffset();
  const local = new Date(when.getTime() + 60_000 * minutes).toISOString().slice(0, 19);
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((one) => String(one).padStart(2, "0"));
  return `${local}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}
