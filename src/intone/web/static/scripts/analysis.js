// Sends the form and takes the part of the page that answers it. The server writes both answers and alerts.

export async function analyse(form) {
  const file = form.elements.recording.files[0];
  if (file && file.size > Number(form.dataset.maxBytes)) return { alert: alertOf(form.dataset.tooLarge) };
  try {
    const response = await fetch(form.dataset.analyses, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "text/html" },
    });
    return part(await response.text()) ?? { alert: alertOf(form.dataset.failed) };
  } catch {
    return { alert: alertOf(form.dataset.failed) };
  }
}

function part(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const first = template.content.firstElementChild;
  if (first?.matches(".answer")) return { answer: first };
  if (first?.matches("[role=alert]")) return { alert: first };
  return null;
}

function alertOf(sentence) {
  const box = document.getElementById("alarm").content.firstElementChild.cloneNode(true);
  box.querySelector("p").textContent = sentence;
  return box;
}
