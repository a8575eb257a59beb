// Makes files the chosen files of an input, as if a person had chosen them.

export function choose(input, files) {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  input.files = chosen.files;
  changed(input);
}

export const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
