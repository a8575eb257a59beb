// The table of all segments of a view, written when it is opened: there may be thousands.

import { clock, percent } from "./words.js";

export function offerTables(places, data, words) {
  for (const place of places) {
    const { segments } = data.views[place.closest("[data-view]").dataset.view];
    place.addEventListener("toggle", () => {
      place.querySelector("tbody").replaceChildren(...segments.map((one) => row(one, place.dataset, words, data.names)));
    }, { once: true });
  }
}

// `names` are there where several people speak.
function row(one, { span, several }, words, names) {
  const line = document.createElement("tr");
  const share = one.probabilities[one.label];
  line.insertCell().textContent = span.replace("{start}", clock(one.start_s)).replace("{end}", clock(one.end_s));
  if (names) {
    const who = line.insertCell();
    who.textContent = names[one.speaker] ?? several;
    if (one.speaker) who.dataset.name = one.speaker;
  }
  line.insertCell().textContent = words[one.label] ?? one.label;
  line.insertCell().textContent = share === undefined ? "" : percent(share);
  return line;
}
