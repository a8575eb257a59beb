// Several recordings: a table of their answers, which can be sorted, opened, compared in pairs and taken away in one file.

import { unpacked } from "./answer.js";
import { drawLegend, labelsOf } from "./legend.js";
import { live, marks } from "./marks.js";
import { save } from "./names.js";
import { showPair } from "./pair.js";
import { made } from "./row.js";
import { offerSorting } from "./sort.js";
import { filled, percent } from "./words.js";

const AT_ONCE = 2; // as many as the page analyses at once

const KEYS = {
  file: (row) => row.called,
  emotion: (row) => row.label,
  valence: (row) => row.valence,
  confidence: (row) => row.confidence,
  length: (row) => row.length,
};

// `show(result, file)` shows a whole answer in `below`. Returns { analyse, list, clear }.
export function offerTable(place, below, show) {
  const [table, pair, afterwards] = ["table", "[data-pair]", "[data-afterwards]"].map((one) => place.querySelector(one));
  const look = marks(JSON.parse(place.dataset.marks), live);
  const sort = offerSorting(table, KEYS, () => rows);
  let rows = [];
  let view = null; // the classes that were shown last

  function clear() {
    rows = [];
    table.tBodies[0].replaceChildren();
    place.querySelector("[data-legend]").replaceChildren();
    [place.hidden, afterwards.hidden, pair.hidden] = [true, true, true];
  }

  // Analyses files by `ask(file, signal, report)`, a few at once; what is done when it is cancelled stays.
  async function analyse(files, ask) {
    begin(files);
    const stop = new AbortController();
    const progress = progressOf(place, files.length, stop);
    const waiting = [...rows];
    const lane = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        await answer(row, ask, stop.signal);
        progress.step();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    progress.end(files.filter((file) => rows.some((row) => row.file === file && row.data)).length);
    afterwards.hidden = !rows.some((row) => row.data);
  }

  function begin(files) {
    clear();
    below.replaceChildren();
    rows = files.map((file) => made(file, place.dataset, look));
    table.tBodies[0].append(...rows.map((row) => row.line));
    place.hidden = false;
    place.querySelector("h2").focus();
  }

  // Lists what came of one file that has several parts.
  function list(file, parts) {
    begin([file]);
    settle(rows[0], parts);
    afterwards.hidden = !rows.some((row) => row.data);
  }

  async function answer(row, ask, signal) {
    if (!signal.aborted) row.tell(place.dataset.running);
    const result = signal.aborted ? {} : await ask(row.file, signal, (share) => row.tell(
      filled(place.dataset.share, { share: percent(share) })));
    settle(row, result.parts ?? [result]);
  }

  // What came of a file: one answer, or one for each of its channels or tracks, each in a row of its own.
  function settle(row, [first, ...others]) {
    const more = others.map(() => made(row.file, place.dataset, look));
    row.line.after(...more.map((one) => one.line));
    rows.splice(rows.indexOf(row) + 1, 0, ...more);
    [first, ...others].forEach((result, i) => fill([row, ...more][i], result));
    drawLegend(place.querySelector("[data-legend]"), labelsOf(rows.flatMap((one) => one.seen?.segments ?? [])), look);
    sort();
  }

  function fill(row, result) {
    if (result.answer) {
      row.answer(result, unpacked(JSON.parse(result.answer.querySelector("[data-answer]").textContent)));
    } else {
      row.fail(result.alert?.textContent.trim() ?? place.dataset.skipped);
    }
  }

  function open(row) {
    const before = [place.querySelector(".rows").scrollTop, window.scrollY];
    for (const one of rows) one.line.setAttribute("aria-current", String(one === row));
    pair.hidden = true;
    const choice = row.result.answer.querySelector(`[name=view][value="${view}"]`);
    if (choice) choice.checked = true;
    show(row.result, row.file);
    below.prepend(place.querySelector("template").content.cloneNode(true));
    below.querySelector("[data-back]").addEventListener("click", () => {
      below.replaceChildren();
      place.querySelector(".rows").scrollTop = before[0];
      window.scrollTo(0, before[1]);
      row.name.querySelector("button").focus({ preventScroll: true });
    });
    below.scrollIntoView({ block: "start" });
  }

  const chosen = () => rows.filter((row) => row.tick.querySelector("input")?.checked);

  table.addEventListener("click", (event) => {
    const row = rows.find((one) => one.line.contains(event.target));
    if (row?.data && !row.tick.contains(event.target)) open(row);
  });
  table.addEventListener("change", () => {
    place.querySelector("[data-compare]").hidden = chosen().length !== 2;
    pair.hidden = true;
  });
  below.addEventListener("change", (event) => {
    if (event.target.name === "view") view = event.target.value;
  });
  place.querySelector("[data-compare]").addEventListener("click", () => {
    below.replaceChildren();
    showPair(pair, chosen(), view, look);
    pair.querySelector("h3").focus();
    pair.scrollIntoView({ block: "nearest" });
  });
  place.querySelector("[data-close]").addEventListener("click", () => {
    pair.hidden = true;
    place.querySelector("[data-compare]").focus();
  });
  for (const button of place.querySelectorAll("[data-all]")) {
    button.addEventListener("click", async () => {
      const said = place.querySelector("[data-said]");
      said.textContent = "";
      try {
        await takeAway(place.dataset.annotations, button.dataset.all, rows.filter((row) => row.data || row.problem), view);
      } catch {
        said.textContent = place.dataset.failed;
      }
    });
  }
  return { analyse, list, clear };
}

// "3 of 12", a bar, and a button that cancels.
function progressOf(place, count, stop) {
  const box = place.querySelector("[data-progress]");
  const [bar, cancel] = [box.querySelector("progress"), box.querySelector("[data-cancel-all]")];
  const gone = new AbortController();
  let done = 0;

  function show() {
    bar.max = count;
    bar.value = done;
    box.querySelector("[data-count-said]").textContent = filled(place.dataset.count, { done, all: count });
  }

  cancel.addEventListener("click", () => stop.abort(), { signal: gone.signal });
  box.hidden = false;
  show();
  return {
    step() {
      done += 1;
      show();
    },
    end(answered) {
      gone.abort();
      if (box.contains(document.activeElement)) place.querySelector("h2").focus();
      box.hidden = true;
      document.getElementById("status").textContent = filled(place.dataset.done, { done: answered, all: count });
    },
  };
}

// All answers in one file, in the classes that were shown last.
async function takeAway(address, format, rows, view) {
  const records = rows.map(({ called: file, data, seen, problem }) => (data
    ? { ...(data.views[view] ?? seen), file } : { file, error: problem }));
  const response = await fetch(`${address}?format=${format}`, {
    method: "POST", body: JSON.stringify(records), headers: { "Content-Type": "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  save(await response.blob(), response.headers.get("Content-Disposition").match(/filename="(.+)"/)[1]);
}
