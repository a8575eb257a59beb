// The page with JavaScript: the same form, answered without leaving the page.

import { acceptDrops } from "./drop.js";
import { analyse } from "./analysis.js";
import { offerPlayback } from "./player.js";

const form = document.getElementById("form");
const answer = document.getElementById("answer");
const alertPlace = document.getElementById("alert");
const status = document.getElementById("status");
const button = form.querySelector("button");

async function send(event) {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  const file = form.elements.recording.files[0];
  beginWaiting();
  const result = await analyse(form);
  endWaiting();
  if (result.answer) showAnswer(result.answer, file);
  else showAlert(result.alert);
}

function beginWaiting() {
  button.setAttribute("aria-disabled", "true");
  status.textContent = form.dataset.waiting;
  alertPlace.replaceChildren();
  answer.replaceChildren(document.getElementById("waiting").content.cloneNode(true));
  answer.scrollIntoView({ block: "nearest" });
}

function endWaiting() {
  button.removeAttribute("aria-disabled");
  status.textContent = "";
  answer.replaceChildren();
}

function showAnswer(part, file) {
  answer.replaceChildren(part);
  status.textContent = answer.querySelector("[data-status]").textContent;
  offerPlayback(answer.querySelector("#player"), file);
  window.scrollTo({ top: 0 });
  answer.querySelector("h2").focus({ preventScroll: true });
}

function showAlert(part) {
  alertPlace.replaceChildren(part);
  window.scrollTo({ top: 0 });
  alertPlace.scrollIntoView({ block: "nearest" });
}

document.documentElement.dataset.script = "";
form.addEventListener("submit", send);
acceptDrops(form.elements.recording);
