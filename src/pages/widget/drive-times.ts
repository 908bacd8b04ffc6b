/**
 * The time line of a drive in the page: seconds from its start, growing from frame to frame. Where a recording has a gap, or its times
 * go back, a frame's time passes and no more, so that the slider knows no stretches without pictures; such places are marked.
 */

import { LONGEST_STEP } from '../../metrics/trace.ts';
import { median, steps } from '../../text/statistics.ts';

export interface DriveTimes {
  /** [N], s */
  readonly times: Float64Array;
  /** Frames before which there is a gap. */
  readonly gaps: readonly number[];
}

/**
 * @param timestamps - [N], s; undefined where there are none
 * @param rate - frames a second, where the times do not say
 */
export function driveTimes(N: number, timestamps: Float64Array | undefined, rate: number): DriveTimes {
  if (timestamps === undefined)
    return { times: Float64Array.from({ length: N }, (_, n) => n / rate), gaps: [] };
  const isUsual = (step: number) => step > 0 && step <= LONGEST_STEP;
  const usual = steps(timestamps).filter(isUsual);
  const frame = usual.length > 0 ? median(usual) : 1 / rate;
  const gaps: number[] = [];
  const times = new Float64Array(N);
  for (let n = 1; n < N; n++) {
    const step = timestamps[n] - timestamps[n - 1];
    if (!isUsual(step)) gaps.push(n);
    times[n] = times[n - 1] + (isUsual(step) ? step : frame);
  }
  return { times, gaps };
}

/** Frames first..end−1 whose times are within from..to; none where first = end. */
export function framesWithin(times: Float64Array, from: number, to: number): { first: number; end: number } {
  const first = times.findIndex((time) => time >= from);
  if (first === -1) return { first: 0, end: 0 };
  const after = times.findIndex((time) => time > to);
  return { first, end: Math.max(first, after === -1 ? times.length : after) };
}
