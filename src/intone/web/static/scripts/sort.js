// Sorts the rows of a table by a column that is chosen, again by the same one the other way round.

const names = new Intl.Collator(document.documentElement.lang, { numeric: true });

// `keys` gives what a row is sorted by, by the name of the column: a text, a number, or null, which always comes last.
export function offerSorting(table, keys, rows) {
  let [column, sign] = [null, 1];

  function sort() {
    if (!column) return;
    table.tBodies[0].append(...[...rows()].sort((one, other) => compared(keys[column](one), keys[column](other), sign))
      .map((row) => row.line));
  }

  for (const button of table.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      sign = button.dataset.sort === column ? -sign : 1;
      column = button.dataset.sort;
      for (const head of table.querySelectorAll("[aria-sort]")) head.setAttribute("aria-sort", "none");
      button.closest("th").setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      sort();
    });
  }
  return sort;
}

function compared(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  return sign * (typeof one === "number" ? one - other : names.compare(one, other));
}
