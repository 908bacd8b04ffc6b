/**
 * A driven trace: what the metrics are computed from, one value a sample, of a simulated drive or of a real car's log alike.
 * Knows no file format. A quantity that nobody measured is left out; one that is unknown at a sample is NaN there, and what
 * depends on it is then not formed, rather than guessed.
 */
import { DataError } from '../errors.ts';

export interface DriveTrace {
  /** [N], s, each later than the one before. */
  readonly time: ArrayLike<number>;
  /** [N], 1 where the model drove, else 0; holds until the next sample. */
  readonly autonomous: ArrayLike<number>;
  /** [N], m/s */
  readonly speed?: ArrayLike<number>;
  /** [N], driven, 1/m, positive to the left. */
  readonly curvature?: ArrayLike<number>;
  /** [N], m from where the car should be, positive to the left. */
  readonly lateralOffset?: ArrayLike<number>;
  /** [N], angle of steering wheel or front wheels, rad. */
  readonly steering?: ArrayLike<number>;
}

/** A longer step in time is a gap, s: nobody knows what was driven in it (the replay's reset, docs/pipeline.md §5). */
export const LONGEST_STEP = 1;

/**
 * @param where - for the message: the file's name
 * @throws DataError for columns of different lengths, times that are not finite or do not grow, and a switch that is neither 0
 *   nor 1
 */
export function checkTrace(trace: DriveTrace, where = 'the drive'): void {
  const { time, autonomous } = trace;
  for (const [name, column] of Object.entries(trace) as [string, ArrayLike<number> | undefined][]) {
    if (column !== undefined && column.length !== time.length) {
      throw new DataError(`${where}: ${column.length} values of ${name} for ${time.length} times`);
    }
  }
  for (let n = 0; n < time.length; n++) {
    if (!Number.isFinite(time[n])) throw new DataError(`${where}: time[${n}] is ${time[n]}, not a number`);
    if (n > 0 && time[n] <= time[n - 1]) {
      throw new DataError(
        `${where}: time[${n}] is ${time[n]} s, which is not later than the ${time[n - 1]} s before it`,
      );
    }
    if (autonomous[n] !== 0 && autonomous[n] !== 1) {
      throw new DataError(
        `${where}: autonomous[${n}] is ${autonomous[n]}; it is 1 where the model drives, else 0`,
      );
    }
  }
}

/** Samples `first` to `last`, both included, all autonomous and without a gap between. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The autonomous stretches of a trace, in order. */
export function autonomousStretches({ time, autonomous }: DriveTrace, longestStep = LONGEST_STEP): Stretch[] {
  const stretches: Stretch[] = [];
  for (let first = 0; first < time.length; first++) {
    if (autonomous[first] !== 1) continue;
    let last = first;
    while (autonomous[last + 1] === 1 && time[last + 1] - time[last] <= longestStep) last++;
    stretches.push({ first, last });
    first = last;
  }
  return stretches;
}

// Crashes: autonomous mode going from on to off (docs/pipeline.md §5), which is the safety driver taking over. The
// end of a recording is none. A switch that goes off within a gap in the times is none either: nobody knows what
// happened there, so such places are counted on their own.

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
