import { expect, test } from 'vitest';
import { deviation, histogram, LABEL_BINS, mean, median, steps } from './statistics.ts';

test('mean, deviation and median are those of NumPy', () => {
  const values = Float64Array.of(4, 1, 7, 2);
  expect(mean(values)).toBe(3.5);
  expect(deviation(values)).toBeCloseTo(2.29128784747792, 14);
  expect(median(values)).toBe(3);
  expect(median(values.subarray(1))).toBe(2);
  expect([mean([]), deviation([])]).toEqual([0, 0]);
});

test('steps are the differences of neighbours', () => {
  expect(steps(Float64Array.of(1, 3, 2.5))).toEqual(Float64Array.of(2, -0.5));
});

test('a value on an edge falls into the bin above, on the last edge into the last bin', () => {
  //  −60…−15 −15…−5 −5…0 0…5 5…15 15…60
  expect(histogram([-61, -60, -15, -0.1, 0, 4.9, 5, 60, 60.1, Number.NaN], LABEL_BINS)).toEqual([
    1, 1, 1, 2, 1, 1,
  ]);
});
