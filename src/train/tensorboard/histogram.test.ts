/** Histograms: every value counted once, in the bucket it lies in. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Histogram, histogramOf } from './histogram.ts';

const weights = fc.array(
  fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ min: -2, max: 2, noNaN: true }),
    fc.constantFrom(0, -0, 1e-12, -1e-12, 1e20),
  ),
  { minLength: 1, maxLength: 60 },
);

/** Left and right edge of every bucket, as TensorBoard reads them. */
const edges = ({ min, max, limits }: Histogram) => ({
  lefts: [min, ...limits.slice(0, -1)],
  rights: [...limits.slice(0, -1), max],
});

it('counts in each bucket what lies in it', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const histogram = histogramOf(values);
      const { lefts, rights } = edges(histogram);
      const { counts } = histogram;
      const last = counts.length - 1;
      counts.forEach((count, n) => {
        const inside = values.filter(
          (v) => v >= lefts[n] && (v < rights[n] || (n === last && v <= rights[n])),
        );
        expect(count).toBe(inside.length);
      });
      expect(histogram.num).toBe(values.length);
      expect(histogram.min).toBe(Math.min(...values));
      expect(histogram.max).toBe(Math.max(...values));
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts[last]).toBeGreaterThan(0);
      expect(histogram.limits).toEqual([...new Set(histogram.limits)].sort((a, b) => a - b));
    }),
  );
});

it('never has two empty buckets in a row', () => {
  const { counts } = histogramOf([-5, 1e-9, 3]);
  expect(counts).toEqual([1, 0, 1, 0, 1]);
});

it('limits grow by a tenth, from 1e-12', () => {
  expect(histogramOf([1e-13, 1.05e-12, 1.15e-12]).limits).toEqual([1e-12, 1e-12 * 1.1, 1e-12 * 1.1 * 1.1]);
  const { limits } = histogramOf([1, 1.09, 1.2]);
  expect(limits[1] / limits[0]).toBeCloseTo(1.1, 12);
  expect(histogramOf([-1e-13]).limits).toEqual([0]);
});

it('sums', () => {
  expect(histogramOf([1, 2, -4])).toMatchObject({ min: -4, max: 2, num: 3, sum: -1, sumSquares: 21 });
});

it('of a constant is one bucket', () => {
  const { limits, ...rest } = histogramOf(new Float32Array(5).fill(0.5));
  expect(rest).toEqual({ min: 0.5, max: 0.5, num: 5, sum: 2.5, sumSquares: 1.25, counts: [5] });
  expect(limits).toHaveLength(1);
  expect(limits[0]).toBeGreaterThan(0.5);
});

it('leaves out what is not finite, and what does not exist', () => {
  const values = [Number.NaN, 1, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, 3];
  expect(histogramOf(values)).toEqual(histogramOf([1, 2, 3]));
  expect(histogramOf(values, [1, 1, 1, 0, 1, 1])).toEqual(histogramOf([1, 3]));
});

it('of no values is empty', () => {
  const empty = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, limits: [], counts: [] };
  expect(histogramOf([])).toEqual(empty);
  expect(histogramOf([Number.NaN])).toEqual(empty);
});
