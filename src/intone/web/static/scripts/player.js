// Plays the recording from the visitor's own computer: the server has forgotten it.

let address = null;

export function offerPlayback(place, file) {
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  const audio = place.querySelector("audio");
  audio.addEventListener("error", () => {
    audio.hidden = true;
    place.querySelector(".hint").hidden = false;
  });
  audio.src = address;
  place.hidden = false;
}
