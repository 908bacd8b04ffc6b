/**
 * How everything here is timed: all jobs in turn, over and over, so that a slow minute of the machine hits all of them
 * alike. Ratios are taken repetition by repetition, between neighbours in time. Beside the time that passes stands the
 * time that processors worked, all threads together, which other programs disturb less.
 */

export interface Time {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface Timing extends Time {
  /** Interquartile range of the milliseconds that passed. */
  readonly spread: number;
  /** Every repetition, in order. */
  readonly times: readonly Time[];
}

/** @param warmUp - rounds before those that count */
export function timeAlternately(
  jobs: readonly (() => unknown)[],
  repetitions: number,
  warmUp = 5,
): Promise<Timing[]> {
  return alternate(
    jobs.map((job) => () => timed(job)),
    repetitions,
    warmUp,
  );
}

/** The same for jobs that say themselves how long they took. */
export async function alternate(
  jobs: readonly (() => Promise<Time>)[],
  repetitions: number,
  warmUp = 0,
): Promise<Timing[]> {
  const times: Time[][] = jobs.map(() => []);
  for (let repetition = 0; repetition < warmUp + repetitions; repetition++) {
    for (const [n, job] of jobs.entries()) {
      const time = await job();
      if (repetition >= warmUp) times[n].push(time);
    }
  }
  return times.map(timingOf);
}

/** Of this process, all its threads. */
export async function timed(job: () => unknown): Promise<Time> {
  const start = performance.now();
  const processor = process.cpuUsage();
  await job();
  const { user, system } = process.cpuUsage(processor);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

export function timingOf(times: readonly Time[]): Timing {
  const ms = times.map((time) => time.ms);
  return {
    ms: median(ms),
    cpuMs: median(times.map((time) => time.cpuMs)),
    spread: quantile(ms, 0.75) - quantile(ms, 0.25),
    times,
  };
}

/** How many times as long one takes as the other: the median over the repetitions. */
export function ratiosOf(one: Timing, other: Timing): { ratio: number; cpuRatio: number } {
  const ratio = (of: keyof Time) => median(one.times.map((time, n) => time[of] / other.times[n][of]));
  return { ratio: ratio('ms'), cpuRatio: ratio('cpuMs') };
}

/** What a row takes over. */
export const figuresOf = ({ ms, spread, cpuMs }: Timing) => ({ ms, spread, cpuMs });

export const median = (values: readonly number[]) => quantile(values, 0.5);

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))];
}
