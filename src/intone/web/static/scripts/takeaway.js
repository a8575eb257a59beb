// The answer as a file: the server converts what the page holds, and analyses nothing again.

import { picture } from "./picture.js";

export function offerTakeaway(place, data) {
  const status = place.querySelector("[role=status]");
  for (const button of place.querySelectorAll("[data-format]")) {
    button.addEventListener("click", async () => {
      status.textContent = "";
      const name = document.querySelector(".answer [name=view]:checked")?.value ?? Object.keys(data.views)[0];
      try {
        save(...(await made(button.dataset.format, place.dataset.takeaway, data, name)));
      } catch {
        status.textContent = place.dataset.failed;
      }
    });
  }
}

async function made(format, address, data, name) {
  if (format === "picture") return [await picture(data, name), "intone.png"];
  const response = await fetch(`${address}?format=${format}`, {
    method: "POST",
    body: JSON.stringify(data.views[name]),
    headers: { "Content-Type": "application/json" },
  });
  if (!response.ok) throw new Error(response.statusText);
  return [await response.blob(), response.headers.get("Content-Disposition").match(/filename="(.+)"/)[1]];
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
