/**
 * What long work shows while it goes on: on a terminal a bar that is rewritten, elsewhere a line every few seconds; both with
 * rate and remaining time. Work that ends sooner prints no line. Nothing here runs by itself: the work calls `update`.
 */
import { terminal as ownTerminal, type Terminal } from '../terminal.ts';

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

/** Of work that did not begin with its bar. */
export interface Begun {
  /** Of the total, done before. */
  readonly done: number;
  /** When the rest began: `performance.now()` of then. */
  readonly at: number;
}

/**
 * @param what - e.g. `caching drive.h5`
 * @param total - of `unit`, at least 1
 * @param unit - plural, e.g. `frames`
 * @param begun - with nothing done, now, unless it says otherwise
 * @param terminal - for tests
 */
export function startProgress(
  what: string,
  total: number,
  unit: string,
  begun: Begun = { done: 0, at: performance.now() },
  terminal: Terminal = ownTerminal,
): Progress {
  const state = { text: what, done: begun.done };
  const figures = (isOver: boolean) => described(state.done, total, unit, begun, isOver);
  if (!terminal.canRewrite) {
    const words = ({ count, rate, time }: Figures) => listed(count, rate, time);
    return asLines(state, (isOver) => `${state.text}: ${words(figures(isOver))}`, terminal);
  }
  const bars = terminal.show((columns, isOver) => [
    line(state.text, state.done / total, figures(isOver), columns),
  ]);
  return {
    update(done, text = state.text) {
      Object.assign(state, { done, text });
      bars.changed();
    },
    finish: () => bars.end('lines'),
  };
}

interface State {
  text: string;
  done: number;
}

function asLines(state: State, line: (isOver: boolean) => string, terminal: Terminal): Progress {
  let isOver = false;
  const started = performance.now();
  let printed = started;
  return {
    update(done, text = state.text) {
      Object.assign(state, { done, text });
      if (performance.now() - printed < PLAIN_MS) return;
      printed = performance.now();
      terminal.say(line(false));
    },
    finish() {
      if (printed === started || isOver) return;
      isOver = true;
      terminal.say(line(true));
    },
  };
}

/**
 * `caching a.h5 [======      ] 40 of 80 frames, 20 frames/s, 2 s left`, no wider than `columns`. Where room is short the bar
 * shrinks first, then the text; then the rate is left out, and the time.
 */
function line(text: string, share: number, { count, rate, time }: Figures, columns: number): string {
  const space = columns - Math.min(text.length, SHORTEST) - 1;
  const figures =
    [listed(count, rate, time), listed(count, time)].find((some) => some.length <= space) ?? count;
  const cells = Math.min(CELLS, columns - text.length - figures.length - 4);
  const full = Math.round(Math.min(1, share) * cells);
  const bar = cells < 6 ? '' : ` [${'='.repeat(full).padEnd(cells)}]`;
  const room = Math.max(SHORTEST, columns - bar.length - figures.length - 1);
  const head = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return `${head}${bar} ${figures}`;
}

/** What a bar or a line says beside its text; what is not known is empty. */
interface Figures {
  /** `1,200 of 11,400 frames` */
  readonly count: string;
  /** `1,480 frames/s` */
  readonly rate: string;
  /** `7 s left`; at the end, how long it took, whole or not. */
  readonly time: string;
}

function described(done: number, total: number, unit: string, begun: Begun, isOver: boolean): Figures {
  const seconds = (performance.now() - begun.at) / 1000;
  const rate = seconds > 0 ? (done - begun.done) / seconds : 0;
  const left = rate > 0 ? `${duration((total - done) / rate)} left` : '';
  return {
    count: `${grouped(done)} of ${grouped(total)} ${unit}`,
    rate: rate > 0 ? `${grouped(rate)} ${unit}/s` : '',
    time: done >= total ? `took ${duration(seconds)}` : isOver ? `ended after ${duration(seconds)}` : left,
  };
}

const listed = (...parts: string[]) => parts.filter((part) => part !== '').join(', ');

function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** `48 s`, `12 min`, `3 h 5 min`. */
function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
