/** How long and how far a trace was driven autonomously. */
import { type DriveTrace, LONGEST_STEP } from './trace.ts';

export interface AutonomousDistance {
  /** s; a sample's mode holds until the next. */
  readonly time: number;
  /** m, where the speed is known. */
  readonly distance: number;
  /** s of the time, without a known speed. */
  readonly unknown: number;
  /** Steps between samples that are gaps: in no time, in no distance. */
  readonly gaps: number;
}

/**
 * Δs = |v_n + v_{n+1}|/2 · Δt, summed over the steps that begin autonomous and are no gap.
 */
export function autonomousDistance(
  { time, autonomous, speed }: DriveTrace,
  longestStep = LONGEST_STEP,
): AutonomousDistance {
  const sum = { time: 0, distance: 0, unknown: 0, gaps: 0 };
  for (let n = 0; n + 1 < time.length; n++) {
    if (autonomous[n] !== 1) continue;
    const step = time[n + 1] - time[n];
    if (step > longestStep) {
      sum.gaps++;
      continue;
    }
    sum.time += step;
    if (isKnownBetween(speed, n)) sum.distance += (Math.abs(speed[n] + speed[n + 1]) / 2) * step;
    else sum.unknown += step;
  }
  return sum;
}

/** m: less than this was not driven. */
const STOOD_STILL = 1e-3;

/** Events per km; null where the car stood still, of which the quotient would be infinite or say nothing. */
export const perKilometre = (events: number, metres: number): number | null =>
  metres >= STOOD_STILL ? events / (metres / 1000) : null;

/** Whether a quantity is known at a sample and at the next. */
export function isKnownBetween(
  values: ArrayLike<number> | undefined,
  n: number,
): values is ArrayLike<number> {
  return values !== undefined && Number.isFinite(values[n]) && Number.isFinite(values[n + 1]);
}
