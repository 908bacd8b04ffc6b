/** `bag metrics`: from a file to the figures of its drive. */
import { type DriveMetrics, measureDrive } from '../metrics/metrics.ts';
import type { NamedTopics } from './choose-topics.ts';
import { chooseTopics } from './choose-topics.ts';
import { openBag } from './read/open-bag.ts';
import type { Role } from './roles.ts';
import { type Clock, chooseClock, omissionNotes, readSignals } from './signals.ts';
import { type TraceOptions, traceOf } from './trace.ts';

export interface BagMetricsOptions extends TraceOptions {
  readonly topics: NamedTopics;
  /** Undefined: the headers' where their clock is the recorder's, see signals.ts. */
  readonly clock?: Clock;
}

export interface BagMetrics {
  readonly path: string;
  readonly metrics: DriveMetrics;
  /** s since the start of the trace, and Unix time, of each crash. */
  readonly crashes: readonly { readonly after: number; readonly time: number }[];
  /** What each quantity was made from. */
  readonly sources: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

const WANTED: readonly Role[] = ['gps', 'switch', 'speed', 'steering', 'yaw_rate', 'curvature'];

/** @throws DataError (status 3) for a bag that cannot be read, and for one from which crashes cannot be counted */
export async function bagMetrics(path: string, options: BagMetricsOptions): Promise<BagMetrics> {
  const bag = await openBag(path);
  try {
    const { choice, notes } = chooseTopics(bag, options.topics, WANTED);
    const { clock, notes: clockNotes } =
      options.clock === undefined ? await chooseClock(bag, choice) : { clock: options.clock, notes: [] };
    const signals = await readSignals(bag, choice, clock);
    const { trace, sources, notes: traceNotes } = traceOf(bag, signals, options);
    const metrics = measureDrive(trace, { where: path });
    const at = (n: number) => ({ after: trace.time[n] - trace.time[0], time: trace.time[n] });
    return {
      path,
      metrics,
      crashes: metrics.crashesAt.map(at),
      sources,
      notes: [...bag.notes, ...notes, ...clockNotes, ...omissionNotes(signals), ...traceNotes],
    };
  } finally {
    await bag.close();
  }
}
