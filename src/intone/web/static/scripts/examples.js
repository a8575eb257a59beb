// Clips to try the page with: one click chooses a clip and sends it.

import { choose } from "./choose.js";

// `send()` sends what is chosen; `fail(sentence)` says that a clip did not come. Returns: a file -> whether it is one.
export function offerExamples(place, input, send, fail) {
  const given = new WeakSet();

  async function analyse(address) {
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error(response.statusText);
      choose(input, [new File([await response.blob()], address.split("/").pop(), { type: "audio/webm" })]);
    } catch {
      fail(place.dataset.failed);
      return;
    }
    given.add(input.files[0]);
    send();
  }

  for (const button of place.querySelectorAll("[data-example]")) {
    button.addEventListener("click", () => analyse(button.dataset.example));
  }
  return (file) => given.has(file);
}
