/** What a benchmark gives, and how it is timed and printed. */

export interface BenchOptions {
  readonly models: string[];
  readonly backend: string[];
  readonly repetitions: number;
}

export interface BenchRow {
  readonly name: string;
  readonly model: string;
  readonly backend: string;
  /** Median milliseconds. */
  readonly ms: number;
  /** Interquartile range of the milliseconds, the spread. */
  readonly spread: number;
  readonly gflops?: number;
  readonly framesPerSecond?: number;
}

/** Times every job in turn, over and over, so that a slow minute of the machine hits all of them alike. */
export function timeAlternately(
  jobs: readonly (() => void)[],
  repetitions: number,
): { ms: number; spread: number }[] {
  const WARM_UP = 2;
  const times: number[][] = jobs.map(() => []);
  for (let repetition = 0; repetition < WARM_UP + repetitions; repetition++) {
    for (const [n, job] of jobs.entries()) {
      const start = performance.now();
      job();
      if (repetition >= WARM_UP) times[n].push(performance.now() - start);
    }
  }
  return times.map((sample) => {
    sample.sort((a, b) => a - b);
    const quantile = (share: number) => sample[Math.round(share * (sample.length - 1))];
    return { ms: quantile(0.5), spread: quantile(0.75) - quantile(0.25) };
  });
}

export function printRows(rows: readonly BenchRow[]): void {
  const header = ['name', 'model', 'backend', 'ms', '±', 'GFLOP/s', 'frames/s'];
  const number = (value: number | undefined, digits: number) =>
    value === undefined ? '' : value.toFixed(digits);
  const cells = rows.map((row) => [
    row.name,
    row.model,
    row.backend,
    number(row.ms, 1),
    number(row.spread, 1),
    number(row.gflops, 1),
    number(row.framesPerSecond, 0),
  ]);
  const widths = header.map((title, n) => Math.max(title.length, ...cells.map((row) => row[n].length)));
  for (const row of [header, ...cells]) {
    console.log(row.map((cell, n) => (n < 3 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join('  '));
  }
}
