import { expect, test } from 'vitest';
import { stream } from '../../random/stream.ts';
import { suggestScale } from './label-scale.ts';

/** Normal labels of this deviation, 1/m. */
const labels = (deviation: number, count = 4000) => {
  const draws = stream(1, 'labels', deviation);
  return Float64Array.from({ length: count }, () => draws.normal() * deviation);
};

test.each([
  ['a car on country roads', 0.004, 1000],
  ['a car in town', 0.0074, 1000],
  ['a toy car', 0.06, 20],
  ['a toy car on a small track', 0.9, 1],
  ['a motorway', 0.0002, 5000],
  ['a robot that turns on the spot', 30, 0.05],
])('labels of %s, deviation %d, are scaled by %d', (_, deviation, scale) => {
  expect(suggestScale(labels(deviation))).toBe(scale);
});

test('a few labels far out take the paper’s scale away', () => {
  const values = labels(0.004);
  values[7] = 0.2;
  expect(suggestScale(values)).not.toBe(1000);
});

test('labels that are not finite do not count, and those that are all equal get the paper’s scale', () => {
  expect(suggestScale(Float64Array.of(Number.NaN, 0.06, -0.06, Infinity))).toBe(20);
  expect(suggestScale(new Float64Array(5))).toBe(1000);
  expect(suggestScale(Float64Array.of(0.02, 0.1 / 5 + 1e-17, 0.06 / 3))).toBe(1000); // all but for rounding
  expect(suggestScale(new Float64Array(0))).toBe(1000);
});
