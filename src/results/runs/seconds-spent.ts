/**
 * How long a run took: from start to end without the pauses between a stop and a resume. Of a process that was killed the
 * end is not recorded; the last epoch it logged stands for it.
 */
import type { ReadRecord } from './recorded-facts.ts';
import type { FoundState } from './run-reading.ts';

/**
 * @param metrics - text of `metrics.jsonl`, whose lines have the time at which an epoch ended
 * @param now - end of a run that is running
 * @returns seconds; null if its start is not recorded
 */
export function secondsSpent(
  record: ReadRecord,
  metrics: string,
  state: FoundState,
  now: Date,
): number | null {
  if (record.started === undefined) return null;
  const resumes = record.resumed ?? [];
  const starts = [record.started, ...resumes.map(({ at }) => at)];
  const ends = [...resumes.map(({ after }) => after), state === 'running' ? now.toISOString() : record.ended];
  const epochs = timesIn(metrics);
  let seconds = 0;
  for (const [n, text] of starts.entries()) {
    if (text === undefined) return null;
    const start = Date.parse(text);
    const next = Date.parse(starts[n + 1] ?? now.toISOString());
    const end = ends[n];
    const lastEpoch = Math.max(start, ...epochs.filter((at) => at >= start && at <= next));
    seconds += ((end === undefined ? lastEpoch : Date.parse(end)) - start) / 1000;
  }
  return Math.max(0, seconds);
}

/** Times of the lines that can be read, milliseconds. */
function timesIn(metrics: string): number[] {
  return Array.from(metrics.matchAll(/"time":"([^"]+)"/g), ([, time]) => Date.parse(time)).filter(
    Number.isFinite,
  );
}
