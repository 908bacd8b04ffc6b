/**
 * Crashes: autonomous mode going from on to off (docs/pipeline.md §5), which is the safety driver taking over. The end of a
 * recording is none. A switch that goes off within a gap in the times is none either: nobody knows what happened there, so
 * such places are counted on their own.
 */
import { type DriveTrace, LONGEST_STEP } from './trace.ts';

export interface Crashes {
  /** Of the first sample after each crash: autonomous there no more. */
  readonly at: readonly number[];
  /** How often the mode went off within a gap. */
  readonly unseen: number;
}

export function findCrashes({ time, autonomous }: DriveTrace, longestStep = LONGEST_STEP): Crashes {
  const at: number[] = [];
  let unseen = 0;
  for (let n = 1; n < time.length; n++) {
    if (autonomous[n - 1] !== 1 || autonomous[n] !== 0) continue;
    if (time[n] - time[n - 1] > longestStep) unseen++;
    else at.push(n);
  }
  return { at, unseen };
}
