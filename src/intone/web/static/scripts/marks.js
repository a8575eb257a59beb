// How every class is marked wherever it is drawn: its word, its letter, and its colour, which never stands alone.

// `given` is the table that the page carries; `paper` gives the value of a colour of colours.css by its name.
export function marks(given, paper) {
  const of = (label) => given[label] ?? { word: label, letter: "?", paint: "neutral" };
  return {
    paper,
    word: (label) => of(label).word,
    letter: (label) => of(label).letter,
    colour: (label) => paper(of(label).paint),
  };
}

// The colours of the page as it is seen, light or dark.
export const live = (name) => `var(--${name})`;

// The light colours, whatever the page has: those of paper.
export function light() {
  const { style } = rules("colours").find((one) => one.selectorText === ":root");
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

// The rules of one of the page's own style sheets.
export function rules(name) {
  const sheet = [...document.styleSheets].find((one) => one.href?.includes(`/styles/${name}.css`));
  return [...(sheet?.cssRules ?? [])];
}

// An element of an SVG.
export function tagged(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
