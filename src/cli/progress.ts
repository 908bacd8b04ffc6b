/**
 * What long work prints to stderr: on a terminal a bar that is rewritten, elsewhere a line every few seconds; both with
 * rate and remaining time. Work that ends sooner prints no line. Nothing here runs by itself: the work calls `update`.
 */
import { type Options, SingleBar } from 'cli-progress';

const TERMINAL_MS = 100;
const PLAIN_MS = 5000;

/** Characters of a bar where there is room, and of a text where there is none. */
const CELLS = 24;
const SHORTEST = 12;

export interface Progress {
  /** @param done - of the total, so far @param what - replaces the text before the bar, e.g. the file at work */
  update(done: number, what?: string): void;
  /** Ends the bar; also to be called when the work fails. */
  finish(): void;
}

/**
 * @param what - e.g. `caching drive.h5`
 * @param total - of `unit`, at least 1
 * @param unit - plural, e.g. `frames`
 * @param stream - for tests
 */
export function startProgress(
  what: string,
  total: number,
  unit: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const started = Date.now();
  return stream.isTTY === true
    ? terminalProgress(what, total, unit, started, stream)
    : plainProgress(what, total, unit, started, stream);
}

function terminalProgress(
  what: string,
  total: number,
  unit: string,
  started: number,
  stream: NodeJS.WriteStream,
): Progress {
  const format: Options['format'] = (_, { progress, value }, { text }) => {
    return line(text, progress, described(value, total, unit, started), (stream.columns ?? 80) - 1);
  };
  const bar = new SingleBar({ format, stream, fps: 1000 / TERMINAL_MS, hideCursor: true, linewrap: null });
  bar.start(total, 0, { text: what });
  return {
    update: (done, text = what) => bar.update(done, { text }),
    finish: () => bar.stop(),
  };
}

/**
 * `caching a.h5 [======      ] 40 of 80 frames, 7 s left`, no wider than `columns`, since a line that wraps is not
 * rewritten. Where room is short the bar shrinks first, then the text; figures are what one looks for.
 */
function line(text: string, progress: number, figures: string, columns: number): string {
  const cells = Math.min(CELLS, columns - text.length - figures.length - 4);
  const bar = cells < 6 ? '' : ` [${'='.repeat(Math.round(progress * cells)).padEnd(cells)}]`;
  const room = Math.max(SHORTEST, columns - bar.length - figures.length - 1);
  const head = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return `${head}${bar} ${figures}`.slice(0, columns);
}

function plainProgress(
  what: string,
  total: number,
  unit: string,
  started: number,
  stream: NodeJS.WriteStream,
): Progress {
  let printed = started;
  let last = 0;
  let text = what;
  const print = () => stream.write(`${text}: ${described(last, total, unit, started)}\n`);
  return {
    update: (done, changed = text) => {
      last = done;
      text = changed;
      if (Date.now() - printed < PLAIN_MS) return;
      printed = Date.now();
      print();
    },
    finish: () => {
      if (printed !== started) print();
    },
  };
}

/** `1,200 of 11,400 frames, 1,480 frames/s, 7 s left`; at the end, how long it took. */
function described(done: number, total: number, unit: string, started: number): string {
  const seconds = (Date.now() - started) / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [`${grouped(done)} of ${grouped(total)} ${unit}`];
  if (rate > 0) parts.push(`${grouped(rate)} ${unit}/s`);
  if (done >= total) parts.push(`took ${duration(seconds)}`);
  else if (rate > 0) parts.push(`${duration((total - done) / rate)} left`);
  return parts.join(', ');
}

function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** `48 s`, `12 min`, `3 h 5 min`. */
function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
