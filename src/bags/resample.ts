/** Signals at other times than their own. */

/** A quantity over time, [n] each; times grow. */
interface Series {
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/** s for which the first and the last value hold beyond their times: topics do not begin and end at the same moment. */
const BEYOND = 0.5;

/**
 * Between two neighbours a straight line, at most so far apart; just before the first and after the last their value;
 * elsewhere NaN.
 *
 * @param at - [N], s, ascending
 * @param longest - s between two neighbours that still belong together
 * @returns [N]
 */
export function interpolated({ time, value }: Series, at: ArrayLike<number>, longest: number): Float64Array {
  let n = lastNotAfter(time, at[0]);
  return Float64Array.from(at, (t) => {
    while (n + 1 < time.length && time[n + 1] <= t) n++;
    if (n >= 0 && time[n] === t) return value[n];
    if (n < 0) return time[0] - t <= BEYOND ? value[0] : Number.NaN;
    if (n + 1 === time.length) return t - time[n] <= BEYOND ? value[n] : Number.NaN;
    if (time[n + 1] - time[n] > longest) return Number.NaN;
    const share = (t - time[n]) / (time[n + 1] - time[n]);
    return value[n] + (value[n + 1] - value[n]) * share;
  });
}

/**
 * The last value before or at a time; NaN before the first, and where the last is older than `longest`.
 *
 * @param at - [N], s, ascending
 * @returns [N]
 */
export function held({ time, value }: Series, at: ArrayLike<number>, longest: number): Float64Array {
  let n = lastNotAfter(time, at[0]);
  return Float64Array.from(at, (t) => {
    while (n + 1 < time.length && time[n + 1] <= t) n++;
    return n >= 0 && t - time[n] <= longest ? value[n] : Number.NaN;
  });
}

/** The last index whose time is not after t, by halving; −1 where there is none. */
function lastNotAfter(time: Float64Array, t: number): number {
  let [low, high] = [-1, time.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (time[middle] <= t) low = middle;
    else high = middle;
  }
  return low;
}
