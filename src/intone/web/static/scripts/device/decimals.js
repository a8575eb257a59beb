// Numbers as Python writes them: from what a double holds exactly, and half to even.

// A number that Python has as a float, and writes as 4.0 and not as 4.
export class Real extends Number {
  toString() {
    return written(this.valueOf());
  }
}

// |value| * 10^digits as a whole number.
function scaled(value, digits) {
  let [whole, halvings] = [Math.abs(value), 0n];
  for (; !Number.isInteger(whole); halvings += 1n) whole *= 2;
  const power = 10n ** BigInt(Math.abs(digits));
  const [above, below] = [BigInt(whole) * (digits > 0 ? power : 1n), (1n << halvings) * (digits < 0 ? power : 1n)];
  const [found, twice] = [above / below, 2n * (above % below)];
  return found + (twice > below || (twice === below && found % 2n) ? 1n : 0n);
}

const signOf = (value) => (value < 0 || Object.is(value, -0) ? "-" : "");
const odd = (value) => (Number.isNaN(value) ? "nan" : `${signOf(value)}inf`);
const powerOf = (value, digits) => Number(value.toExponential(digits).split("e")[1]);
const bare = (digits) => (digits.includes(".") ? digits.replace(/\.?0*$/, "") : digits);
const scientific = (digits, power) =>
  `${bare(`${digits[0]}.${digits.slice(1)}`)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;

// 0.25, 1 -> "0.2", as f"{0.25:.1f}"
export function fixed(value, digits) {
  if (!Number.isFinite(value)) return odd(value);
  const all = String(scaled(value, digits)).padStart(digits + 1, "0");
  const point = all.length - digits;
  return `${signOf(value)}${all.slice(0, point)}${digits ? `.${all.slice(point)}` : ""}`;
}

// 1.50 -> "1.5", as f"{1.5:g}"
function general(value) {
  if (!Number.isFinite(value)) return odd(value);
  const power = powerOf(value, 5);
  if (power >= -4 && power < 6) return bare(fixed(value, 5 - power));
  return signOf(value) + scientific(String(scaled(value, 5 - power)), power);
}

// 0.00001 -> "1e-05", as repr(0.00001)
function written(value) {
  if (!Number.isFinite(value)) return odd(value);
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return signOf(value) + scientific(mantissa.replace(".", ""), power);
  return signOf(value) + Math.abs(value) + (Number.isInteger(value) ? ".0" : "");
}

// 0.874, ".0%" -> "87%", as format(0.874, ".0%"); the kinds f, g and % are known.
export function formatted(value, spec) {
  const found = /^(\+?)(?:\.(\d+))?([fg%])$/.exec(spec);
  if (!found || (found[3] === "g" && found[2])) throw new Error(`No number is written as ${spec}.`);
  const [, plus, digits = "6", kind] = found;
  const text = kind === "g" ? general(value) : fixed(kind === "%" ? 100 * value : value, Number(digits));
  return `${plus && !text.startsWith("-") ? plus : ""}${text}${kind === "%" ? "%" : ""}`;
}

// 0.1235 -> 0.123 with 3 digits, as round(0.1235, 3)
export const rounded = (value, digits) => Number(fixed(value, digits));
