// A time axis in clock form, whatever part of a recording it is of: as many ticks as have room, at round times.

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const ROOM = 58; // pixels from tick to tick, at least

// Draws the axis of what lies between two times, in seconds, into a box.
export function drawAxis(box, from, to) {
  const width = box.clientWidth;
  if (!width || !(to > from)) return;
  const step = stepFor(to - from, width);
  const ticks = [];
  for (let i = Math.ceil(from / step - 1e-6); i * step <= to; i += 1) {
    const x = ((i * step - from) / (to - from)) * width;
    ticks.push(tick(x, x + 0.75 * ROOM < width ? onTheClock(i * step, step) : ""));
  }
  box.replaceChildren(...ticks);
}

// Seconds from tick to tick.
export function stepFor(seconds, width) {
  return STEPS.find((one) => (one / seconds) * width >= ROOM) ?? STEPS.at(-1);
}

// 83 -> "1:23", 3723 -> "1:02:03", and 3.5 -> "0:03.5" where ticks are less than a second apart.
export function onTheClock(seconds, step) {
  const tenths = Math.round(10 * seconds);
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const two = (number) => String(number).padStart(2, "0");
  const whole = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(Math.floor(rest))}`;
  return step < 1 ? `${whole}.${tenths % 10}` : whole;
}

function tick(x, text) {
  const mark = document.createElement("span");
  mark.style.left = `${x}px`;
  mark.textContent = text;
  return mark;
}
