// The sound in pictures: the server receives the recording once more, draws it and forgets it. An answer of the device
// has no `place` for them.

export function offerPictures(place, file) {
  if (!place) return;
  const image = place.querySelector("img");
  const status = place.querySelector("[role=status]");
  const buttons = [...place.querySelectorAll("[data-picture]")];

  async function draw(button) {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    status.textContent = "";
    const body = new FormData();
    body.set("file", file);
    try {
      const response = await fetch(`${place.dataset.pictures}?view=${button.dataset.picture}`, { method: "POST", body });
      if (!response.ok) throw new Error((await response.json()).detail);
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(await response.blob());
      image.alt = button.textContent;
      image.hidden = false;
    } catch (error) {
      status.textContent = error.message || place.dataset.failed;
    }
  }

  for (const button of buttons) button.addEventListener("click", () => draw(button));
  place.addEventListener("toggle", () => place.open && image.hidden && draw(buttons[0]));
}
