/**
 * How strong a quantity is over the autonomous stretches: root of the time mean of its square, mean of its size, largest size.
 * Over time and not over samples, since logs are not sampled evenly.
 */
import { isKnownBetween } from './distance.ts';
import type { Stretch } from './trace.ts';

export interface Strength {
  /** √(∫q² dt / ∫dt); null where no two neighbouring samples are known. */
  readonly rms: number | null;
  /** ∫|q| dt / ∫dt; null likewise. */
  readonly mean: number | null;
  /** The largest |q|; null where no sample is known. */
  readonly max: number | null;
  /** s over which it was known. */
  readonly seconds: number;
}

/**
 * @param values - [N]; NaN where unknown
 * @param time - [N], s
 */
export function strength(
  values: ArrayLike<number>,
  time: ArrayLike<number>,
  stretches: readonly Stretch[],
): Strength {
  let [squares, sizes, seconds, max] = [0, 0, 0, -1];
  for (const { first, last } of stretches) {
    for (let n = first; n <= last; n++) {
      if (Number.isFinite(values[n])) max = Math.max(max, Math.abs(values[n]));
      if (n === last || !isKnownBetween(values, n)) continue;
      const step = time[n + 1] - time[n];
      squares += ((values[n] ** 2 + values[n + 1] ** 2) / 2) * step;
      sizes += ((Math.abs(values[n]) + Math.abs(values[n + 1])) / 2) * step;
      seconds += step;
    }
  }
  const over = (sum: number) => (seconds > 0 ? sum / seconds : null);
  const square = over(squares);
  return {
    rms: square === null ? null : Math.sqrt(square),
    mean: over(sizes),
    max: max < 0 ? null : max,
    seconds,
  };
}
