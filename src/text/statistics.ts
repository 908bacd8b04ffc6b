/** Numbers that describe the labels and times of recordings; all take them as stored and change nothing. */

/** Edges of the label histogram, in scaled labels (docs/pipeline.md §1). */
export const LABEL_BINS = [-60, -15, -5, 0, 5, 15, 60] as const;

/** 0 for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  return values.length === 0 ? 0 : sum / values.length;
}

/** Standard deviation, divisor n; 0 for no values. */
export function deviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += (values[n] - centre) ** 2;
  return values.length === 0 ? 0 : Math.sqrt(sum / values.length);
}

/** The middle value, or the mean of the two middle ones; NaN for no values. */
export function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
}

/** Steps between neighbours, [N − 1]. */
export function steps(timestamps: Float64Array): Float64Array {
  return timestamps.subarray(1).map((time, n) => time - timestamps[n]);
}

/**
 * How many values fall into each bin, the last bin with its upper edge (NumPy's rule).
 * @param edges - ascending, one more than bins
 */
export function histogram(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const last = edges[edges.length - 1];
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (!(value >= edges[0] && value <= last)) continue;
    const above = edges.findIndex((edge) => value < edge);
    counts[above === -1 ? counts.length - 1 : above - 1]++;
  }
  return counts;
}
