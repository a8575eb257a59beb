// The discrete Fourier transform of real samples, in double precision.

// The spectrum of real samples, padded with zeros to `size` (a power of two): { re, im } of size / 2 + 1 frequencies.
//
// Even samples are taken as the real and odd ones as the imaginary part of half as many complex ones, whose transform
// Z gives both: X[k] = (Z[k] + Z*[-k]) / 2 - i w^k (Z[k] - Z*[-k]) / 2 with w = exp(-2 pi i / size).
export function rfft(samples, size) {
  const half = size / 2;
  const [re, im] = [new Float64Array(half), new Float64Array(half)];
  for (let i = 0; i < samples.length; i++) (i % 2 ? im : re)[i >> 1] = samples[i];
  transform(re, im);
  const found = { re: new Float64Array(half + 1), im: new Float64Array(half + 1) };
  const { cos, sin } = circle(size);
  for (let k = 0; k <= half; k++) {
    const [a, b] = [k % half, (half - k) % half];
    const [evenRe, evenIm] = [(re[a] + re[b]) / 2, (im[a] - im[b]) / 2];
    const [oddRe, oddIm] = [(im[a] + im[b]) / 2, (re[b] - re[a]) / 2];
    const [c, s] = k < half ? [cos[k], sin[k]] : [-1, 0];
    found.re[k] = evenRe + c * oddRe + s * oddIm;
    found.im[k] = evenIm + c * oddIm - s * oddRe;
  }
  return found;
}

// The samples of such a spectrum: `rfft` backwards.
export function irfft({ re, im }, size) {
  const half = size / 2;
  const [zRe, zIm] = [new Float64Array(half), new Float64Array(half)];
  const { cos, sin } = circle(size);
  for (let k = 0; k < half; k++) {
    const [evenRe, evenIm] = [(re[k] + re[half - k]) / 2, (im[k] - im[half - k]) / 2];
    const [diffRe, diffIm] = [(re[k] - re[half - k]) / 2, (im[k] + im[half - k]) / 2];
    const [oddRe, oddIm] = [cos[k] * diffRe - sin[k] * diffIm, cos[k] * diffIm + sin[k] * diffRe];
    zRe[k] = evenRe - oddIm;
    zIm[k] = -(evenIm + oddRe); // the conjugate: forwards it is what backwards the other would be
  }
  transform(zRe, zIm);
  const samples = new Float64Array(size);
  for (let i = 0; i < half; i++) {
    samples[2 * i] = zRe[i] / half;
    samples[2 * i + 1] = -zIm[i] / half;
  }
  return samples;
}

// The spectrum of real samples of any number, at the frequencies from `first` to before `last`.
//
// With j k = (j^2 + k^2 - (k - j)^2) / 2 it is a convolution with a chirp (Bluestein 1970), which is done by powers of
// two.
export function spectrumOfAny(samples, first, last) {
  const n = samples.length;
  const { re: chirpRe, im: chirpIm, size, overRe, overIm } = chirp(n);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let j = 0; j < n; j++) {
    re[j] = samples[j] * chirpRe[j];
    im[j] = -samples[j] * chirpIm[j];
  }
  transform(re, im);
  for (let k = 0; k < size; k++) {
    const [a, b] = [re[k], im[k]];
    re[k] = a * overRe[k] - b * overIm[k];
    im[k] = -(a * overIm[k] + b * overRe[k]);
  }
  transform(re, im);
  const found = { re: new Float64Array(last - first), im: new Float64Array(last - first) };
  for (let k = first; k < last; k++) {
    const [a, b] = [re[k] / size, -im[k] / size];
    found.re[k - first] = a * chirpRe[k] + b * chirpIm[k];
    found.im[k - first] = b * chirpRe[k] - a * chirpIm[k];
  }
  return found;
}

// exp(pi i j^2 / n), and the transform of it, both ways from 0, at a power of two.
const chirp = remembered((n) => {
  const size = 2 ** Math.ceil(Math.log2(2 * n));
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  const [overRe, overIm] = [new Float64Array(size), new Float64Array(size)];
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    re[j] = overRe[j] = overRe[(size - j) % size] = Math.cos(angle);
    im[j] = overIm[j] = overIm[(size - j) % size] = Math.sin(angle);
  }
  transform(overRe, overIm);
  return { re, im, size, overRe, overIm };
});

// The complex transform in place, of a power of two (Cooley and Tukey 1965).
function transform(re, im) {
  const size = re.length;
  reorder(re, im);
  const { cos, sin } = circle(size);
  for (let span = 1; span < size; span *= 2) {
    const step = size / (2 * span);
    for (let start = 0; start < size; start += 2 * span) {
      for (let low = start, turn = 0; low < start + span; low++, turn += step) {
        const high = low + span;
        const c = cos[turn];
        const s = sin[turn];
        const a = re[high] * c + im[high] * s;
        const b = im[high] * c - re[high] * s;
        re[high] = re[low] - a;
        im[high] = im[low] - b;
        re[low] += a;
        im[low] += b;
      }
    }
  }
}

// Each sample at the place whose number has the same bits backwards.
function reorder(re, im) {
  for (let i = 1, j = 0; i < re.length; i++) {
    let bit = re.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) {
      swap(re, i, j);
      swap(im, i, j);
    }
  }
}

function swap(values, i, j) {
  const one = values[i];
  values[i] = values[j];
  values[j] = one;
}

// The cosines and sines of the first half of a circle in `size` steps.
const circle = remembered((size) => {
  const angles = Float64Array.from({ length: Math.max(1, size / 2) }, (_, k) => (2 * Math.PI * k) / size);
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
});

function remembered(make) {
  const known = new Map();
  return (size) => {
    if (!known.has(size)) known.set(size, make(size));
    return known.get(size);
  };
}
