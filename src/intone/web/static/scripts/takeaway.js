// What stays of an answer: the visitor's note, a report, a picture, files for other programs, a line in the diary.
// The server converts what the page holds, and analyses nothing again.

import { named, save } from "./names.js";
import { picture } from "./picture.js";
import { file, printSheets, report, shownView } from "./report.js";

const kept = new WeakMap(); // an answer, and its recording -> its facts, as report.js wants them

// `shown`: part, data, recording (a File), given; `diary` is what `offerDiary` returns. The note stays when
// the same recording is analysed again.
export function offerTakeaway(shown, diary) {
  const { part, recording } = shown;
  const facts = { ...shown, name: recording.name, when: new Date(), note: kept.get(recording)?.note ?? "" };
  const place = part.querySelector("[data-takeaway]");
  const status = place.querySelector("[role=status]");
  const note = place.querySelector("textarea");
  kept.set(part, facts).set(recording, facts);

  note.value = facts.note;
  note.addEventListener("input", () => { facts.note = note.value; });
  for (const button of place.querySelectorAll("[data-format]")) {
    button.addEventListener("click", async () => {
      status.textContent = "";
      try {
        save(...(await made(button.dataset.format, place.dataset.takeaway, facts)));
      } catch {
        status.textContent = place.dataset.failed;
      }
    });
  }
  place.querySelector("[data-print]").addEventListener("click", () => window.print());
  diary.offer(facts, place);
}

// The content and the name of a file.
async function made(format, address, facts) {
  const name = named(facts.name);
  if (format === "picture") return [await picture(facts), `${name}.png`];
  if (format === "report") return [file(report(facts), facts.name), `${name}.html`];
  const response = await fetch(`${address}?format=${format}`, {
    method: "POST",
    body: JSON.stringify(facts.data.views[shownView(facts.part, facts.data)]),
    headers: { "Content-Type": "application/json" },
  });
  if (!response.ok) throw new Error(response.statusText);
  const [, suffix] = response.headers.get("Content-Disposition").match(/filename="intone(.+?)"/);
  return [await response.blob(), name + suffix];
}

// What is printed: the answer that is shown.
export function offerPrint(answer) {
  printSheets(() => kept.get(answer.querySelector(":scope > .answer")));
}
