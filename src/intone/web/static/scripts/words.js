// Times and probabilities as the page writes them everywhere, in its language; `Texts` in language/ does the same.

const comma = () => ["de", "es"].includes(document.documentElement.lang);

// 3.54 -> "3.5 s", 83.21 -> "1:23.2"; in German and Spanish with a comma
export function clock(seconds) {
  const tenths = Math.round(10 * seconds);
  const point = comma() ? "," : ".";
  const rest = `${point}${tenths % 10}`;
  if (tenths < 600) return `${Math.floor(tenths / 10)}${rest} s`;
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}${rest}`;
}

// 0.5 -> "0.50", with a comma where the language has one
export function decimal(value, digits) {
  return value.toFixed(digits).replace(".", comma() ? "," : ".");
}

// 0.874 -> "87%"; never "0%" or "100%", which would be a promise.
export function percent(share) {
  const sign = comma() ? "\u00a0%" : "%";
  if (share < 0.01) return `<1${sign}`;
  return share > 0.99 ? `>99${sign}` : `${Math.round(100 * share)}${sign}`;
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
