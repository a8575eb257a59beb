// "This was wrong, it was ...": the clip goes with its label to the folder of the computer that serves the page.

export function offerCorrection(form, file) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    const body = new FormData(form);
    body.set("file", file);
    try {
      const response = await fetch(form.action, { method: "POST", body });
      status.textContent = response.ok ? form.dataset.kept : (await response.json()).detail;
      if (response.ok) form.querySelector("button").remove();
    } catch {
      status.textContent = form.dataset.failed;
    }
  });
}
