// Where a recording is analysed: on this device, or on the server. The browser keeps the choice of a person who makes
// one. Who makes none has it on this device where the browser can, and on the server where it fails.

import { analyse, deviceSupport, learn, start } from "./device/device.js";
import { Trouble, troubleOf } from "./device/trouble.js";
import { keeper } from "./kept.js";
import { filled, percent } from "./words.js";

const { get: kept, set: store } = keeper("intone.where");
const SERVER = { server: true };

// What `offerWhere` returns, for whom wants the server whatever the choice is.
export const onServer = { analyse: async () => SERVER };

const writer = () => import("./device/answer_html.js"); // only where they are needed
const sayer = () => import("./device/texts.js");
const ONE_ONLY = { speakers: ["auto", "1"], channel: ["mix"], track: ["default"] }; // all that a device can do

// Returns { analyse, learn, onDevice }; `onDevice()` says whether it is this device. The others are as analysis.js and
// voice.js ask. Both resolve to { server: true } where the server is to be asked, with `said` where it is asked instead
// of this device: the sentence that says so.
export function offerWhere(form) {
  const place = form.querySelector("[data-where]");
  if (!place) return { analyse: async () => SERVER, learn: async () => SERVER, onDevice: () => false };
  const choices = place.querySelectorAll("input");
  const means = place.querySelector("[data-means]");
  const served = choices.length > 0;
  const able = deviceSupport();
  let where = served && !able ? "server" : kept() ?? "device";

  function show(problem = able ? "" : place.dataset.old) {
    for (const one of choices) {
      one.checked = one.value === where;
      one.disabled = one.value === "device" && !able;
    }
    for (const name of Object.keys(ONE_ONLY)) form.elements[name].disabled = where === "device";
    for (const one of form.querySelectorAll("[data-only-server]")) one.hidden = where === "server";
    const meaning = place.dataset[where === "server" ? "server" : served && !kept() ? "usual" : "stays"];
    means.textContent = problem ? `${problem} ${meaning}` : meaning;
  }

  function choose({ target }) {
    where = target.value;
    store(where);
    show();
    if (where === "device") load();
  }

  // Shows how far it is; what goes wrong is said, and tried again when there is a recording.
  async function load() {
    try {
      await begun();
      await Promise.all([writer(), sayer()]);
      place.dataset.ready = "";
    } catch (error) {
      show(place.dataset[troubleOf(error).reason]);
    }
  }

  async function begun() {
    const box = place.querySelector(".loading");
    try {
      return await start((share) => {
        box.hidden = share >= 1;
        box.querySelector("progress").value = share;
        box.querySelector("span").textContent = filled(place.dataset.loading, { share: percent(share) });
      });
    } finally {
      box.hidden = true;
    }
  }

  // Work on this device; where it cannot be done, `{ server }` with the sentence, or the sentence alone where there is no
  // server, or a person has chosen this device.
  async function here(work) {
    if (where === "server") return SERVER;
    let page;
    try {
      page = await begun();
      return await work(page);
    } catch (error) {
      if (error.name === "AbortError") return {};
      if (error.sentence) return { sentence: (await sayer()).told(error.sentence, page.texts) };
      const sentence = place.dataset[troubleOf(error).reason];
      if (!served) return { sentence };
      return kept() ? { sentence: `${sentence} ${place.dataset.choose}` } : { ...SERVER, said: `${sentence} ${place.dataset.instead}` };
    }
  }

  place.addEventListener("change", choose);
  show();
  if (able && where === "device" && !navigator.connection?.saveData) idle(load);

  return {
    onDevice: () => able && where === "device",
    analyse: (file, options, signal, report) => here(async (page) => {
      if (needsServer(options)) throw new Trouble("only");
      const { sex, classes, explain, reference, start_s: from_s, end_s: to_s } = options;
      const answer = await analyse(file, { ...given({ sex, classes, reference, from_s, to_s }), explain: explain === "true" }, signal, report);
      return { html: (await writer()).answerHtml(answer, page) };
    }),
    learn: (files, emotion) => here(async () => ({ reference: await learn(files, emotion === "unknown" ? null : emotion) })),
  };
}

const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const needsServer = (options) => Object.entries(ONE_ONLY).some(
  ([name, able]) => options[name] !== undefined && !able.includes(String(options[name])));

// As soon as the page stands and the browser has nothing else to do.
function idle(work) {
  const later = () => (window.requestIdleCallback ?? setTimeout)(work);
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later, { once: true });
}
