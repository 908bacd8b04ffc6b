/** What a benchmark gives: a row for each thing measured, and how rows are printed. */

export interface BenchOptions {
  readonly models: string[];
  readonly backend: string[];
  readonly repetitions: number;
  /** Print JSON; what takes long says so on stderr either way. */
  readonly json?: boolean;
  /** Words of the peers' names that are wanted; all if left out. */
  readonly peers?: string[];
  /** Folder for plots, where a benchmark draws some. */
  readonly plots?: string;
}

export interface BenchRow {
  readonly name: string;
  readonly model: string;
  readonly backend: string;
  /** Median milliseconds. */
  readonly ms: number;
  /** Interquartile range of the milliseconds, the spread. */
  readonly spread: number;
  /** Median milliseconds that processors worked, all threads together. */
  readonly cpuMs?: number;
  readonly gflops?: number;
  /** Of what a large matrix product reaches on the same backend in the same run, 0..1. */
  readonly ofPeak?: number;
  readonly framesPerSecond?: number;
  /** Seconds that simulated cars drove, of a second. */
  readonly carSeconds?: number;
  /** Most memory the process had resident, MB of 10⁶ bytes. */
  readonly memoryMB?: number;
  /** How many times as long it takes as what `against` names; the median over the repetitions. */
  readonly ratio?: number;
  /** The same of the processors' time. */
  readonly cpuRatio?: number;
  readonly against?: string;
  /** Validation loss, mean and standard deviation over seeds. */
  readonly loss?: number;
  readonly lossDeviation?: number;
  /** Trainable parameters, where the row is about a model that may differ from ours. */
  readonly parameters?: number;
  /** What was varied, where the row is one of a series. */
  readonly at?: { readonly factor: string; readonly value: number };
}

type Column = readonly [title: string, text: (row: BenchRow) => string | undefined, isText?: boolean];

const digits = (count: number, value: number | undefined, factor = 1) =>
  value === undefined ? undefined : (value * factor).toFixed(count);

const COLUMNS: readonly Column[] = [
  ['name', (row) => row.name, true],
  ['model', (row) => row.model, true],
  ['backend', (row) => row.backend, true],
  ['ms', (row) => digits(1, row.ms)],
  ['±', (row) => digits(1, row.spread)],
  ['cpu ms', (row) => digits(1, row.cpuMs)],
  ['GFLOP/s', (row) => digits(1, row.gflops)],
  ['% of peak', (row) => digits(0, row.ofPeak, 100)],
  ['frames/s', (row) => digits(0, row.framesPerSecond)],
  ['car-s/s', (row) => digits(1, row.carSeconds)],
  ['MB', (row) => digits(0, row.memoryMB)],
  ['loss', (row) => digits(4, row.loss)],
  ['± loss', (row) => digits(4, row.lossDeviation)],
  ['parameters', (row) => digits(0, row.parameters)],
  ['ratio', (row) => digits(2, row.ratio)],
  ['cpu ratio', (row) => digits(2, row.cpuRatio)],
  ['to', (row) => row.against, true],
];

/** A table of the columns that any row fills. */
export function printRows(rows: readonly BenchRow[]): void {
  const used = COLUMNS.filter(([, text], n) => n < 5 || rows.some((row) => text(row) !== undefined));
  const lines = [used.map(([title]) => title), ...rows.map((row) => used.map(([, text]) => text(row) ?? ''))];
  const widths = used.map((_, n) => Math.max(...lines.map((line) => line[n].length)));
  for (const line of lines) {
    const cells = line.map((cell, n) => (used[n][2] ? cell.padEnd(widths[n]) : cell.padStart(widths[n])));
    console.log(cells.join('  ').trimEnd());
  }
}

/** What takes long says what it is at. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
