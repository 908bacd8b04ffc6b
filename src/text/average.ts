/** Mean and standard deviation over folds, divisor n, as the published summary has them (docs/pipeline.md §4). */
import { deviation, mean } from './statistics.ts';

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
