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
  const state = { text: what, done: begun.done, isOver: false };
  const figures = () => described(state.done, total, unit, begun, state.isOver);
  return terminal.canRewrite
    ? onTerminal(state, (columns) => line(state.text, state.done / total, figures(), columns), terminal)
    : asLines(state, () => `${state.text}: ${figures()}`, terminal);
}

interface State {
  text: string;
  done: number;
  isOver: boolean;
}

function onTerminal(state: State, line: (columns: number) => string, terminal: Terminal): Progress {
  const bars = terminal.show((columns) => [line(columns)]);
  return {
    update(done, text = state.text) {
      Object.assign(state, { done, text });
      bars.changed();
    },
    finish() {
      state.isOver = true;
      bars.end('lines');
    },
  };
}

function asLines(state: State, line: () => string, terminal: Terminal): Progress {
  const started = performance.now();
  let printed = started;
  return {
    update(done, text = state.text) {
      Object.assign(state, { done, text });
      if (performance.now() - printed < PLAIN_MS) return;
      printed = performance.now();
      terminal.say(line());
    },
    finish() {
      if (printed === started || state.isOver) return;
      state.isOver = true;
      terminal.say(line());
    },
  };
}

/**
 * `caching a.h5 [======      ] 40 of 80 frames, 7 s left`, no wider than `columns`. Where room is short the bar shrinks
 * first, then the text; figures are what one looks for.
 */
function line(text: string, share: number, figures: string, columns: number): string {
  const cells = Math.min(CELLS, columns - text.length - figures.length - 4);
  const full = Math.round(Math.min(1, share) * cells);
  const bar = cells < 6 ? '' : ` [${'='.repeat(full).padEnd(cells)}]`;
  const room = Math.max(SHORTEST, columns - bar.length - figures.length - 1);
  const head = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return `${head}${bar} ${figures}`;
}

/** `1,200 of 11,400 frames, 1,480 frames/s, 7 s left`; at the end, how long it took, whole or not. */
function described(done: number, total: number, unit: string, begun: Begun, isOver: boolean): string {
  const seconds = (performance.now() - begun.at) / 1000;
  const rate = seconds > 0 ? (done - begun.done) / seconds : 0;
  const parts = [`${grouped(done)} of ${grouped(total)} ${unit}`];
  if (rate > 0) parts.push(`${grouped(rate)} ${unit}/s`);
  if (done >= total) parts.push(`took ${duration(seconds)}`);
  else if (isOver) parts.push(`ended after ${duration(seconds)}`);
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
