// Asks about a recording, on this device or on the server, and receives the part of the page that answers it.

const HTML = { headers: { Accept: "text/html" } };

// Resolves to { answer } or { alert }, elements to show, or to { parts }, several of these with a name, for each channel
// or track; to {} where it was cancelled. `said` is a sentence that goes with it.
// `where` is what `offerWhere` returns; `options` are further fields for the API. `report(share)` is called with the
// progress of a long recording.
export async function analyse(form, where, file, options, signal, report) {
  if (file && file.size > Number(form.dataset.maxBytes)) return { alert: alertOf(form.dataset.tooLarge) };
  const own = await where.analyse(file, options, signal, report);
  if (own.html) return ofDevice(part(own.html), form);
  if (own.sentence) return { alert: alertOf(own.sentence) };
  if (!own.server) return {};
  return { ...(await onServer(form, file, options, signal, report)), said: own.said };
}

// Without what would send the recording to the server after all, and, where there is none, without what it converts.
function ofDevice(result, form) {
  const away = ["[data-pictures]", ".correction", ...(form.dataset.analyses ? [] : [".takeaway > details"])];
  for (const one of result.answer.querySelectorAll(away.join())) one.remove();
  if (result.answer.querySelector(".moments")) result.answer.querySelector(".source").after(hint(form));
  return result;
}

// Of a longer recording, in which there may be several people: that they are taken as one, and where there is a server,
// the button that has them told apart there.
function hint(form) {
  const words = form.querySelector("[data-where]").dataset;
  const said = document.createElement("p");
  said.className = "hint";
  said.textContent = words.one;
  if (!form.dataset.analyses) return said;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.dataset.apart = "";
  button.textContent = words.apart;
  said.append(" ", button);
  return said;
}

// The server writes both answers and alerts.
async function onServer(form, file, options, signal, report) {
  const body = new FormData();
  if (file) body.set("file", file);
  for (const [name, value] of Object.entries(options)) body.set(name, value);
  try {
    const response = await fetch(form.dataset.analyses, { method: "POST", body, signal, ...HTML });
    if (response.status !== 202) return part(await response.text()) ?? failed(form);
    return await follow(form, response.headers.get("Location"), signal, report);
  } catch (error) {
    return error.name === "AbortError" ? {} : failed(form);
  }
}

// A long recording: its progress, and in the end its answer, which the server then forgets.
async function follow(form, place, signal, report) {
  const forget = () => fetch(place, { method: "DELETE", keepalive: true }).catch(() => undefined);
  signal.addEventListener("abort", forget);
  window.addEventListener("pagehide", forget);
  try {
    await ended(`${place}/events`, signal, report);
    const found = part(await (await fetch(place, { signal, ...HTML })).text());
    forget();
    return found ?? failed(form);
  } finally {
    signal.removeEventListener("abort", forget);
    window.removeEventListener("pagehide", forget);
  }
}

function ended(address, signal, report) {
  return new Promise((resolve, reject) => {
    const events = new EventSource(address);
    const close = (settle) => (event) => {
      events.close();
      settle(event);
    };
    events.addEventListener("progress", (event) => report(JSON.parse(event.data).progress));
    for (const kind of ["done", "failed", "cancelled"]) events.addEventListener(kind, close(resolve));
    events.addEventListener("error", () => events.readyState === EventSource.CLOSED && close(reject)(new Error("gone")));
    signal.addEventListener("abort", close(() => reject(new DOMException("cancelled", "AbortError"))));
  });
}

function part(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const parts = [...template.content.children].map(shown);
  return parts.length > 1 ? { parts } : parts[0] ?? null;
}

function shown(element) {
  if (element.matches(".answer")) return { answer: element, name: element.querySelector("[data-part]")?.textContent };
  return element.matches("[role=alert]") ? { alert: element } : null;
}

const failed = (form) => ({ alert: alertOf(form.dataset.failed) });

export function alertOf(sentence) {
  const box = document.getElementById("alarm").content.firstElementChild.cloneNode(true);
  box.querySelector("p").textContent = sentence;
  return box;
}
