/** Averages as text: mean ± standard deviation, all of a column with the same decimals, three digits of the least mean. */
import type { Average } from './average.ts';

/** What stands for a figure that is not known. */
export const UNKNOWN = '–';

/** Decimals for a column: 1.23 and 0.00123 show three digits, 12345 none behind the point. */
export function decimalsFor(values: readonly (number | null)[]): number {
  const sizes = values.flatMap((value) => (value ? [Math.abs(value)] : []));
  if (sizes.length === 0) return 2;
  const magnitude = Math.floor(Math.log10(Math.min(...sizes)));
  return Math.min(6, Math.max(0, 2 - magnitude));
}

export function numberText(value: number | null, decimals: number): string {
  if (value === null) return UNKNOWN;
  return Math.abs(value) >= 1e7 ? value.toExponential(2) : value.toFixed(decimals);
}

/** Of a single value there is no deviation to show. */
export function averageText(average: Average | null, decimals: number): string {
  if (average === null) return UNKNOWN;
  const mean = numberText(average.mean, decimals);
  return average.n === 1 ? mean : `${mean} ± ${numberText(average.deviation, decimals)}`;
}
