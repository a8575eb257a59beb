// Numbers as Python and NumPy make them.

import { fixed } from "./decimals.js";

// A number to the nearest integer, halves to the even one: Python's round().
export function halfEven(x) {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

// A number to some decimal places, halves to the even digit: Python's round(x, digits).
export const rounded = (x, digits) => Number(fixed(x, digits));

// `count` numbers from 0 to `last`, cut to integers: numpy.linspace(0, last, count).astype(int).
export function stepsTo(last, count) {
  const step = last / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? last : Math.floor(i * step)));
}

export function peakOf(samples) {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]));
  return peak;
}

export const sum = (values) => values.reduce((total, one) => total + one, 0);

export const largest = (values) => values.reduce((most, one) => Math.max(most, one), -Infinity);

// Numbers with those shares of their sum.
export function normalised(values) {
  const whole = sum(values);
  return Array.from(values, (one) => one / whole);
}

// The mean of rows of numbers, weighted.
export function averaged(rows, weights) {
  const whole = sum(weights);
  return rows[0].map((_, k) => sum(rows.map((row, i) => row[k] * weights[i])) / whole);
}

// The middle of some numbers, or the mean of the two in the middle.
export function median(values) {
  const ordered = Float64Array.from(values).sort();
  return (ordered[(ordered.length - 1) >> 1] + ordered[ordered.length >> 1]) / 2;
}

// The place of the largest number, the first of several.
export const placeOfLargest = (values) => values.indexOf(largest(values));
