// Files dropped anywhere on the page are the files that are chosen.

import { choose } from "./choose.js";

export function acceptDrops(input) {
  const page = document.documentElement;
  let depth = 0;

  function mark(change) {
    depth = Math.max(0, depth + change);
    page.toggleAttribute("data-dropping", depth > 0);
  }

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

  page.addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  page.addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  page.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  page.addEventListener("drop", (event) => {
    mark(-depth);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    choose(input, event.dataTransfer.files);
    input.focus();
  });
}
