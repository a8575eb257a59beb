// Several recordings: a list with the verdict of each, and whether it is not confident. The one that is chosen shows its whole answer.

export function listed(place, show) {
  place.replaceChildren();
  place.hidden = true;
  const rows = [];

  function choose(row) {
    for (const one of rows) one.button.setAttribute("aria-pressed", String(one === row));
    show(row.result, row.file);
  }

  return {
    add(file, result) {
      const button = document.createElement("button");
      const view = result.answer?.querySelector(".view");
      const said = [view?.querySelector(".verdict") ?? result.alert, view?.querySelector(".confidence.low > p")];
      button.type = "button";
      button.className = "quiet";
      button.setAttribute("aria-pressed", "false");
      button.append(line("name", [file.name, result.name].filter(Boolean).join(", ")), line("said", said.map(inLine).filter(Boolean).join(" · ")));
      const item = document.createElement("li");
      item.append(button);
      place.append(item);
      place.hidden = false;
      const row = { button, file, result };
      rows.push(row);
      button.addEventListener("click", () => choose(row));
    },
    first() {
      if (rows.length) choose(rows[0]);
    },
  };
}

const inLine = (part) => part?.textContent.trim().replace(/\s+/g, " ");

function line(name, text) {
  const part = document.createElement("span");
  part.className = name;
  part.textContent = text;
  return part;
}
