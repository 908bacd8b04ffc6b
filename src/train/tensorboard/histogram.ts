/**
 * Histograms as TensorBoard keeps them: counts in buckets whose limits grow by a tenth from 1e-12 to 1e20, on either side of
 * zero, the same for all data. So histograms of several epochs can be laid over each other, and small weights beside large
 * ones keep their shape.
 */

/** Bucket n holds values from `limits[n - 1]` up to but without `limits[n]`; the first from `min`, the last up to `max`. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** How many values. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Rising. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** … -1e-12 0 1e-12 1.1e-12 1.21e-12 … 1e20, the largest double */
const LIMITS: readonly number[] = (() => {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return [...positive.map((limit) => -limit).reverse(), 0, ...positive];
})();

/**
 * @param values - what is not finite is left out
 * @param exists - 0 for values that are left out
 * @returns from the first bucket that is not empty to the last; empty ones in a row between them are one. Of no values: no
 *   buckets, and zeros
 */
export function histogramOf(values: ArrayLike<number>, exists?: ArrayLike<number>): Histogram {
  const all = new Float64Array(LIMITS.length);
  let [min, max, num, sum, sumSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (!Number.isFinite(value) || exists?.[n] === 0) continue;
    all[bucketOf(value)] += 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    num += 1;
    sum += value;
    sumSquares += value * value;
  }
  if (num === 0) return { min: 0, max: 0, num, sum, sumSquares, limits: [], counts: [] };
  const limits: number[] = [];
  const counts: number[] = [];
  const last = bucketOf(max);
  for (let n = bucketOf(min); n <= last; n++) {
    if (all[n] === 0 && counts.at(-1) === 0) limits[limits.length - 1] = LIMITS[n];
    else {
      limits.push(LIMITS[n]);
      counts.push(all[n]);
    }
  }
  return { min, max, num, sum, sumSquares, limits, counts };
}

/** The first bucket whose limit lies above `value`, by halving. */
function bucketOf(value: number): number {
  let [low, high] = [0, LIMITS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (LIMITS[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
