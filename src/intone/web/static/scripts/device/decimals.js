// Numbers as Python writes them: from what a double holds exactly, and half to even. They are below 1e21.

// A number that Python has as a float, and writes as 4.0 and not as 4.
export class Real extends Number {
  toString() {
    return written(this.valueOf());
  }
}

const signOf = (value) => (value < 0 || Object.is(value, -0) ? "-" : "");
const odd = (value) => (Number.isNaN(value) ? "nan" : `${signOf(value)}inf`);
const bare = (digits) => (digits.includes(".") ? digits.replace(/\.?0*$/, "") : digits);

// Digits of a number half way between these and the ones below: JavaScript takes the larger ones.
const even = (digits, tie) => (tie && digits.at(-1) % 2 ? digits.slice(0, -1) + (digits.at(-1) - 1) : digits);

// 0.25, 1 -> "0.2", as f"{0.25:.1f}"
export function fixed(value, digits) {
  if (!Number.isFinite(value)) return odd(value);
  const tie = Math.abs((value * 2 ** (digits + 1)) % 2) === 1; // only such doubles end in a 5 behind the last digit
  return signOf(value) + even(Math.abs(value).toFixed(digits), tie);
}

// 1.50 -> "1.5", as f"{1.5:g}"
function general(value) {
  if (!Number.isFinite(value)) return odd(value);
  const [digits, power] = Math.abs(value).toExponential(5).split("e");
  if (power >= -4 && power < 6) return bare(fixed(value, 5 - power));
  return signOf(value) + scientific(even(digits, Math.abs((value / 10 ** (power - 5)) % 1) === 0.5), Number(power));
}

// 0.00001 -> "1e-05", as repr(0.00001)
function written(value) {
  if (!Number.isFinite(value)) return odd(value);
  const [digits, power] = Math.abs(value).toExponential().split("e");
  if (power < -4 || power >= 16) return signOf(value) + scientific(digits, Number(power));
  return signOf(value) + Math.abs(value) + (Number.isInteger(value) ? ".0" : "");
}

const scientific = (digits, power) =>
  `${bare(digits)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;

// 0.874, ".0%" -> "87%", as format(0.874, ".0%"); the kinds f, g and % are known.
export function formatted(value, spec) {
  const found = /^(\+?)(?:(g)|(?:\.(\d+))([f%]))$/.exec(spec);
  if (!found) throw new Error(`No number is written as ${spec}.`);
  const [, plus, isGeneral, digits, kind] = found;
  const text = isGeneral ? general(value) : fixed(kind === "%" ? 100 * value : value, Number(digits));
  return `${plus && !text.startsWith("-") ? plus : ""}${text}${kind === "%" ? "%" : ""}`;
}
