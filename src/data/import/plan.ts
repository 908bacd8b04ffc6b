/**
 * What an import will write, known before a frame is read: the recordings with their names, ranges, labels and times,
 * and how large they get. Also says what is left out.
 */
import { DataError } from '../../errors.ts';
import { cutPieces, drivesOf, gapsIn, type Range, timesOf, whyNominal } from './drives.ts';
import type { Log, Size, Source } from './source.ts';

export interface PlanOptions {
  /** Seconds that end a drive. */
  pause: number;
  /** Frames below which a drive is left out. */
  shortest: number;
  /** Recordings wanted from all drives together; 1: one a drive. */
  pieces: number;
  /** Hz, in place of the recorded times; undefined: the recorded times where they hold. */
  rate?: number;
  /** What frames are scaled to; undefined: as they are. */
  size?: Size;
}

/** A recording to be written. */
export interface Planned {
  /** File name with .h5. */
  name: string;
  log: Log;
  /** Its frames, within the log. */
  range: Range;
  /** [count] s. */
  times: Float64Array;
  /** Numbers of frames, within `range`, that do not follow the one before. */
  gaps: number[];
  height: number;
  width: number;
}

export interface Plan {
  recordings: Planned[];
  /** Hz, where the recorded times were replaced in any log. */
  nominalRate?: number;
  notes: string[];
}

/**
 * @param sources - as read, at least one log among them
 * @throws DataError where no drive is long enough, UsageError where the pieces would be too short
 */
export async function planImport(sources: readonly Source[], options: PlanOptions): Promise<Plan> {
  const notes: string[] = [];
  const logs = named(sources.flatMap(({ logs, nominalRate }) => logs.map((log) => ({ log, nominalRate }))));
  const drives = logs.flatMap(({ log, name, nominalRate }) => {
    const { rate, note } = rateOf(log, nominalRate, options.rate);
    if (note !== undefined) notes.push(`${name}: ${note}`);
    const found = drivesOf(log, options.pause, rate);
    return found.map((range, i) => ({ log, rate, range, name: `${name}_d${numbered(i, found.length)}` }));
  });
  const kept = drives.filter(({ range }) => range.count >= options.shortest);
  if (kept.length < drives.length) {
    const frames = drives.reduce((sum, { range }) => sum + range.count, 0);
    const left = frames - kept.reduce((sum, { range }) => sum + range.count, 0);
    notes.push(
      `${drives.length - kept.length} of ${drives.length} drives are shorter than ${options.shortest} frames, ` +
        `${left} of ${frames} frames in all, left out (--min_frames)`,
    );
  }
  if (kept.length === 0) {
    const longest = Math.max(...drives.map(({ range }) => range.count));
    throw new DataError(
      `no drive has ${options.shortest} frames, the longest of ${drives.length} has ${longest}: a smaller --min_frames, ` +
        `or a longer --pause than ${options.pause} s, or --rate (images: --time_unit) where the times are wrong`,
    );
  }
  const cuts = cutPieces(
    kept.map(({ range }) => range.count),
    options.pieces,
    options.shortest,
  );
  const recordings = await Promise.all(
    kept.flatMap(({ log, rate, range, name }, drive) =>
      cuts[drive].map(async ({ first, count }, piece): Promise<Planned> => {
        const part = { first: range.first + first, count };
        const { height, width } = options.size ?? (await log.frames.size());
        const suffix = cuts[drive].length === 1 ? '' : `_p${numbered(piece, cuts[drive].length)}`;
        const times = timesOf(log, range, rate).subarray(first, first + count);
        return {
          name: `${name}${suffix}.h5`,
          log,
          range: part,
          times,
          gaps: gapsIn(log, part),
          height,
          width,
        };
      }),
    ),
  );
  const gaps = recordings.reduce((sum, recording) => sum + recording.gaps.length, 0);
  if (gaps > 0) {
    const where = gaps === 1 ? 'at 1 place' : `at ${gaps} places`;
    notes.push(
      `frames are missing ${where} within drives; no sequence of frames spans one (sequence_starts)`,
    );
  }
  const nominalRate = kept.find(({ rate }) => rate !== undefined)?.rate;
  return { recordings, nominalRate, notes };
}

/** Bytes of a recording’s frames, before any compression. */
export function frameBytes({ range, height, width }: Planned): number {
  return range.count * height * width * 3;
}

/** The rate that stands in for a log’s times, where one must, and the sentence that says so. */
function rateOf(log: Log, nominal: number, asked: number | undefined): { rate?: number; note?: string } {
  const why = whyNominal(log, asked !== undefined);
  if (why === undefined) return {};
  const rate = asked ?? nominal;
  const note =
    asked === undefined ? `${why}; ${rate} Hz is assumed, --rate says another` : `${rate} Hz, ${why}`;
  return { rate, note };
}

/** Logs under names that differ and fit a file name: a second `tub` is `tub-2`. */
function named<T extends { log: Log }>(logs: T[]): (T & { name: string })[] {
  const taken = new Set<string>();
  return logs.map((each) => {
    const base = each.log.name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '') || 'drive';
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return { ...each, name };
  });
}

/** 1-based, with as many digits as the largest. */
function numbered(index: number, of: number): string {
  return String(index + 1).padStart(String(of).length, '0');
}
