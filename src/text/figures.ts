/** Figures as text. Averages: mean ± standard deviation, all of a column with the same decimals, three digits of the least mean. */
import { deviation, mean } from './statistics.ts';

/** What stands for a figure that is not known. */
export const UNKNOWN = '–';

/**
 * Decimals for a column of models and floor: those that the models need, and one more if the floor lies so much lower. A floor of
 * 0.001 is no reason to give the models' figures five digits.
 */
export function columnDecimals(
  rows: readonly { readonly isFloor: boolean; readonly value: number | null }[],
): number {
  const of = (isFloor: boolean) => rows.filter((row) => row.isFloor === isFloor).map(({ value }) => value);
  const models = decimalsFor(of(false));
  return Math.max(models, Math.min(decimalsFor(of(true)), models + 1));
}

/** Decimals for some figures: 1.23 and 0.00123 show three digits, 12345 none behind the point. */
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

// Mean and standard deviation over folds, divisor n, as the published summary has them (docs/pipeline.md §4).

export interface Average {
  readonly mean: number;
  /** Divisor n. */
  readonly deviation: number;
  readonly n: number;
}

/** @returns null if no value is known */
export function averageOf(values: readonly (number | null)[]): Average | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : { mean: mean(known), deviation: deviation(known), n: known.length };
}

/** `1 run`, `2 runs` */
export const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** A span of time as people say it: `42 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
