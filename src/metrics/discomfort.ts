/**
 * What passengers feel sideways, as time series. Lateral acceleration a = v²κ is that of a point on a circle of radius 1/κ; its
 * root mean square is how ISO 2631-1 weighs up vibration over time. Lateral jerk is a's rate of change as UN Regulation 79 (§5.6.2,
 * for automatically commanded steering) limits it: the moving average over half a second, which differences of single samples,
 * mostly noise at 30 Hz, are not.
 */
import { isKnownBetween } from './distance.ts';
import type { DriveTrace, Stretch } from './trace.ts';

/** Of the moving average of the jerk, s (UN Regulation 79). */
export const JERK_WINDOW = 0.5;

/** a = v²κ, [N], m/s²; NaN where speed or curvature is unknown. */
export function lateralAcceleration({ time, speed, curvature }: DriveTrace): Float64Array {
  return Float64Array.from({ length: time.length }, (_, n) =>
    speed === undefined || curvature === undefined ? Number.NaN : speed[n] ** 2 * curvature[n],
  );
}

/**
 * j(t) = (a(t + 0.5 s) − a(t)) / 0.5 s, the mean of a's derivative over the window, a being linear between samples.
 *
 * @param acceleration - [N], m/s²
 * @returns [N], m/s³; NaN in the last half second of a stretch, and where a is unknown within the window
 */
export function lateralJerk(
  acceleration: ArrayLike<number>,
  time: ArrayLike<number>,
  stretches: readonly Stretch[],
): Float64Array {
  const jerk = new Float64Array(time.length).fill(Number.NaN);
  for (const { first, last } of stretches) {
    let after = first; // the last sample not beyond the window's end
    let looked = first - 1; // the last sample looked at,
    let unknown = first - 1; // and the last of these that is unknown
    for (let n = first; n <= last; n++) {
      const end = time[n] + JERK_WINDOW;
      while (after < last && time[after + 1] <= end) after++;
      while (looked < Math.min(after + 1, last))
        if (!Number.isFinite(acceleration[++looked])) unknown = looked;
      if (unknown >= n) continue;
      if (after === last && !isAt(time[last], end)) continue;
      const share = after === last ? 0 : (end - time[after]) / (time[after + 1] - time[after]);
      const there =
        share === 0 ? acceleration[after] : mixed(acceleration[after], acceleration[after + 1], share);
      jerk[n] = (there - acceleration[n]) / JERK_WINDOW;
    }
  }
  return jerk;
}

/** Times of 30 frames a second add up to half a second but for rounding, which grows with Unix time. */
const isAt = (time: number, end: number) => Math.abs(time - end) < 1e-6;

const mixed = (a: number, b: number, share: number) => a + (b - a) * share;

/**
 * How restless a quantity is: √(∫(dq/dt)² dt / ∫dt), with the differences of neighbouring samples.
 *
 * @returns the quantity's unit a second; null where no two neighbouring samples are known
 */
export function rateRms(
  values: ArrayLike<number>,
  time: ArrayLike<number>,
  stretches: readonly Stretch[],
): number | null {
  let [squares, seconds] = [0, 0];
  for (const { first, last } of stretches) {
    for (let n = first; n < last; n++) {
      if (!isKnownBetween(values, n)) continue;
      const step = time[n + 1] - time[n];
      squares += (values[n + 1] - values[n]) ** 2 / step;
      seconds += step;
    }
  }
  return seconds > 0 ? Math.sqrt(squares / seconds) : null;
}

// How strong a quantity is over the autonomous stretches: root of the time mean of its square, mean of its size,
// largest size. Over time and not over samples, since logs are not sampled evenly.

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
