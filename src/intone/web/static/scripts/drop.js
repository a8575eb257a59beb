// Files dropped anywhere on the page are the files that are chosen.

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
    const chosen = new DataTransfer();
    for (const file of event.dataTransfer.files) chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
}
