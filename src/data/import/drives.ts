/**
 * From a log to recordings: which times hold, where a drive ends, and how drives are cut into pieces. A drive ends at
 * a pause, where time goes back, and where the recorder began another session; so no sequence of frames spans any of
 * them. Numbers only; nothing here reads a frame.
 */
import { UsageError } from '../../errors.ts';
import { median, steps } from '../../text/statistics.ts';
import type { Log } from './source.ts';

/** Frames first..first+count of a log. */
export interface Range {
  first: number;
  count: number;
}

/** No camera of these formats is faster: a smaller step is an artefact of a conversion. Hz. */
const FASTEST = 125;

/**
 * Whether a log’s own times can be used.
 * @param wanted - true where the user asked for the nominal rate
 * @returns why the nominal rate stands in, or undefined where the times hold
 */
export function whyNominal({ times }: Pick<Log, 'times'>, wanted: boolean): string | undefined {
  if (wanted) return 'as asked';
  if (times === undefined) return 'the log has no times';
  const step = median(steps(times).filter((each) => each >= 0)); // NaN where none goes forward
  if (!(step < 1 / FASTEST)) return undefined;
  return `the recorded times, ${(step * 1000).toFixed(1)} ms apart, are not those of a camera`;
}

/**
 * The drives of a log.
 * @param pause - seconds; a step as long as this or longer ends a drive
 * @param rate - frames a second where the times do not hold, else undefined. Recorded times that do not hold still
 *   tell pauses and steps back.
 */
export function drivesOf(
  log: Pick<Log, 'times' | 'ordinals' | 'sessions'>,
  pause: number,
  rate?: number,
): Range[] {
  const { times, ordinals, sessions } = log;
  const ends = (i: number) => {
    if (sessions !== undefined && sessions[i] !== sessions[i - 1]) return true;
    if (ordinals[i] <= ordinals[i - 1]) return true;
    if (rate !== undefined && (ordinals[i] - ordinals[i - 1]) / rate >= pause) return true;
    const step = times === undefined ? 0 : times[i] - times[i - 1];
    return step < 0 || step >= pause;
  };
  const drives: Range[] = [];
  let first = 0;
  for (let i = 1; i <= ordinals.length; i++) {
    if (i < ordinals.length && !ends(i)) continue;
    drives.push({ first, count: i - first });
    first = i;
  }
  return drives;
}

/**
 * Frames within a drive that do not follow the one before: some in between are missing or were left out. Numbers are those
 * within the drive.
 */
export function gapsIn({ ordinals }: Pick<Log, 'ordinals'>, { first, count }: Range): number[] {
  const isGap = (i: number) => Math.abs(ordinals[first + i] - ordinals[first + i - 1] - 1) > 1e-6;
  return Array.from({ length: count }, (_, i) => i).filter((i) => i > 0 && isGap(i));
}

/**
 * The times of a drive, s.
 * @param rate - frames a second where the recorded times do not hold: then frame k follows (k’s number − the first’s
 *   number) / rate seconds after the first
 */
export function timesOf(
  { times, ordinals }: Pick<Log, 'times' | 'ordinals'>,
  drive: Range,
  rate?: number,
): Float64Array {
  const { first, count } = drive;
  if (times !== undefined && rate === undefined) return times.slice(first, first + count);
  if (rate === undefined) throw new Error('a log without times needs a rate');
  const start = times?.[first] ?? 0;
  return Float64Array.from(
    { length: count },
    (_, i) => start + (ordinals[first + i] - ordinals[first]) / rate,
  );
}

/**
 * Cuts drives into about `pieces` recordings of like length; one drive into exactly so many.
 * @param counts - frames of each drive
 * @param shortest - frames that a piece must have
 * @returns for each drive its pieces, as ranges within the drive
 * @throws UsageError where the pieces would be too short
 */
export function cutPieces(counts: readonly number[], pieces: number, shortest: number): Range[][] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const partsOf = (count: number, wanted: number) => Math.max(1, Math.round((wanted * count) / total));
  /** Frames of the shortest piece of a drive that is cut. */
  const shortestOf = (wanted: number) => {
    const cut = counts.filter((count) => partsOf(count, wanted) > 1);
    return Math.min(...cut.map((count) => Math.floor(count / partsOf(count, wanted))));
  };
  if (shortestOf(pieces) < shortest) {
    let most = pieces - 1;
    while (shortestOf(most) < shortest) most--;
    throw new UsageError(
      `--pieces ${pieces} leaves ${shortestOf(pieces)} frames to a recording, and at least ${shortest} are wanted: ` +
        `--pieces ${most}, or a smaller --min_frames`,
    );
  }
  return counts.map((count) => {
    const parts = partsOf(count, pieces);
    const edge = (part: number) => Math.floor((part * count) / parts);
    return Array.from({ length: parts }, (_, part) => ({
      first: edge(part),
      count: edge(part + 1) - edge(part),
    }));
  });
}
