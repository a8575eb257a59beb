// Samples at another rate, by band-limited interpolation as soxr's "HQ" does it on the server.
//
// A signal without components above half its rate is the sum over n of x[n] sinc(rate t - n), and can be read at any
// time t (Shannon 1949). To a lower rate the sinc is stretched, which removes what would fold back. The infinite sinc
// is windowed by Kaiser's window. The numbers are soxr's: what lies below `PASSED` of the lower of both half rates
// passes, and what lies above that half rate is `REJECTED_DB` lower.

const PASSED = 0.9136;
const REJECTED_DB = 126;

const CUT_OFF = (1 + PASSED) / 2;
const BETA = 0.1102 * (REJECTED_DB - 8.7); // Kaiser 1974
export const REACH = (REJECTED_DB - 7.95) / (2.285 * Math.PI * (1 - PASSED)) / 2; // samples of the lower rate, to one side
const LARGEST_PART = 768_000; // of a ratio of two rates

// Samples (Float32Array) at the rate `to`: as many as last nearest as long.
export function resample(samples, rate, to) {
  if (rate === to) return samples;
  const [up, down] = ratio(to / rate);
  const length = Math.round((samples.length * to) / rate);
  const found = new Float32Array(length);
  const filters = filtersFor(up, down);
  for (let i = 0; i < length; i++) {
    const at = i * down;
    const phase = at % up;
    const filter = filters(phase);
    const before = (at - phase) / up - (filter.length >> 1) + 1; // the number of the first sample that counts
    const [first, last] = [Math.max(0, -before), Math.min(filter.length, samples.length - before)];
    found[i] = weighted(samples, before, filter, first, last);
  }
  return found;
}

// The sum of samples from a place on, each times its weight, for the weights from `first` to before `last`. It is four
// sums, so that a processor need not wait for the term before.
function weighted(samples, before, filter, first, last) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = first;
  for (; k + 3 < last; k += 4) {
    a += filter[k] * samples[before + k];
    b += filter[k + 1] * samples[before + k + 1];
    c += filter[k + 2] * samples[before + k + 2];
    d += filter[k + 3] * samples[before + k + 3];
  }
  for (; k < last; k++) a += filter[k] * samples[before + k];
  return a + b + (c + d);
}

// A number as a fraction, from its continued one.
function ratio(value) {
  let [up, down, upBefore, downBefore, rest] = [Math.floor(value), 1, 1, 0, value];
  while (Math.abs(up / down - value) > 1e-12 * value) {
    rest = 1 / (rest - Math.floor(rest));
    const whole = Math.floor(rest);
    const [nextUp, nextDown] = [whole * up + upBefore, whole * down + downBefore];
    if (Math.max(nextUp, nextDown) > LARGEST_PART) break;
    [upBefore, downBefore, up, down] = [up, down, nextUp, nextDown];
  }
  return [up, down];
}

// Gives the filter of a phase, which is how many parts of `up` a time lies after a sample; each is made once.
function filtersFor(up, down) {
  const cut = CUT_OFF * Math.min(1, up / down); // of half the rate of the samples
  const reach = REACH / Math.min(1, up / down);
  const known = new Map();
  return (phase) => {
    if (!known.has(phase)) known.set(phase, filterAt(phase / up, cut, reach));
    return known.get(phase);
  };
}

// The weights of the samples around a time, which lies `after` (0 to 1) after one of them.
function filterAt(after, cut, reach) {
  const half = Math.ceil(reach);
  return Float64Array.from({ length: 2 * half }, (_, k) => {
    const apart = k - half + 1 - after;
    const inside = 1 - (apart / reach) ** 2;
    return inside <= 0 ? 0 : (cut * sinc(cut * apart) * bessel(BETA * Math.sqrt(inside))) / bessel(BETA);
  });
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

// The modified Bessel function of order 0, by its series.
function bessel(x) {
  let [term, total] = [1, 1];
  for (let k = 1; term > 1e-17 * total; k++) {
    term *= (x / (2 * k)) ** 2;
    total += term;
  }
  return total;
}
