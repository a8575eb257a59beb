// A row of the table of several recordings: what is known of one of them so far.

import { strip } from "./strip.js";
import { clock, filled } from "./words.js";

const CONFIDENCE = ["clear", "likely", "unclear"];

// `words` are the sentences of the table; `look` is what `marks` in marks.js returns.
export function made(file, words, look) {
  const line = document.createElement("tr");
  line.setAttribute("role", "row");
  const cell = (name, kind = "td") => {
    const one = document.createElement(kind);
    one.className = name;
    one.setAttribute("role", kind === "th" ? "rowheader" : "cell");
    line.append(one);
    return one;
  };
  const [tick, name] = [cell("tick"), cell("file", "th")];
  const row = { file, called: file.name, line, name, tick, result: {}, data: null, label: null, valence: null, confidence: null, length: null };
  name.scope = "row";
  name.textContent = file.name;
  const state = cell("state");
  state.colSpan = 5;
  state.textContent = words.waiting;

  return Object.assign(row, {
    tell: (sentence) => { state.textContent = sentence; },
    fail(sentence) {
      state.textContent = row.problem = sentence;
      state.classList.add("failed");
    },
    answer(result, data) {
      const view = result.answer.querySelector(".view");
      if (result.name) row.called = filled(words.part, { file: file.name, part: result.name });
      const seen = data.views[view.dataset.view];
      Object.assign(row, { result, data, seen, ...facts(view, seen, data) });
      state.remove();
      cell("emotion").append(row.label);
      cell("valence").append(words[view.querySelector(".valence-word")?.classList[1]] ?? "\u2013");
      cell("how-sure").append(...confidence(view));
      cell("length").append(clock(data.duration_s));
      cell("over-time").append(strip(seen.segments, data.duration_s, look));
      tick.append(box("checkbox", filled(words.choose, { file: row.called })));
      const open = document.createElement("button");
      open.type = "button";
      open.textContent = row.called;
      name.replaceChildren(open);
    },
  });
}

function facts(view, seen, data) {
  const shown = view.querySelector(".confidence > p > strong");
  return {
    label: textOf(view.querySelector(".verdict strong")),
    valence: mean(data.valence),
    confidence: shown ? CONFIDENCE.indexOf(seen.confidence) : null,
    length: data.duration_s,
  };
}

function mean(valence) {
  let [sum, seconds] = [0, 0];
  for (const one of valence) {
    sum += one.value * (one.end_s - one.start_s);
    seconds += one.end_s - one.start_s;
  }
  return seconds ? sum / seconds : 0;
}

function confidence(view) {
  const [steps, word] = ["svg", "strong"].map((one) => view.querySelector(`.confidence > p > ${one}`));
  return word ? [steps.cloneNode(true), textOf(word).replace(/\.$/, "")] : ["\u2013"];
}

function box(kind, label) {
  const one = document.createElement("input");
  one.type = kind;
  one.setAttribute("aria-label", label);
  return one;
}

const textOf = (part) => part?.textContent.trim().replace(/\s+/g, " ");
