/** Lines and bars as a terminal shows them: one of usual width, narrow ones, one whose size changes; and none. */
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emulator } from '../test/emulator.ts';
import { Terminal } from './terminal.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** A stream into an emulator, which knows its size as Node does, or another size while `believed` says so. */
function streamTo(emulator: Emulator, isTTY = true) {
  let text = '';
  let believed: { columns: number; rows: number } | undefined;
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      emulator.write(String(chunk).replaceAll('\n', '\r\n'));
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: isTTY },
    columns: { get: () => (believed ?? emulator).columns },
    rows: { get: () => (believed ?? emulator).rows },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => text,
    believe: (size: typeof believed) => {
      believed = size;
    },
  };
}

/** A terminal with a bar of two lines, which count. */
function counting(emulator: Emulator) {
  const { stream, ...more } = streamTo(emulator);
  const terminal = new Terminal(stream);
  let n = 0;
  const bars = terminal.show((columns) => [`first ${n} ${'='.repeat(columns)}`, `second ${n}`]);
  const count = () => {
    n += 1;
    vi.advanceTimersByTime(100);
    bars.changed();
  };
  return { terminal, bars, count, ...more };
}

const heads = async (emulator: Emulator) => (await emulator.lines()).map((line) => line.slice(0, 8).trim());

test('lines stand above the bars, whole, and the bars below, once', async () => {
  const emulator = new Emulator(40, 6);
  const { terminal, bars, count } = counting(emulator);
  for (let n = 1; n <= 9; n++) {
    count();
    if (n % 3 === 0) terminal.say(`line ${n}`);
  }
  expect(await heads(emulator)).toEqual(['line 3', 'line 6', 'line 9', 'first 9', 'second 9']);
  bars.end('lines');
  bars.end('lines');
  terminal.say('last');
  expect(await heads(emulator)).toEqual(['line 3', 'line 6', 'line 9', 'first 9', 'second 9', 'last']);
  expect(await emulator.cursor()).toEqual({ row: 6, column: 0 });
});

test('bars may leave nothing, stand below others, and all be ended at once', async () => {
  const emulator = new Emulator();
  const { terminal, bars } = counting(emulator);
  const other = terminal.show(() => ['other']);
  terminal.say('line');
  expect(await heads(emulator)).toEqual(['line', 'first 0', 'second 0', 'other']);
  bars.end('nothing');
  expect(await heads(emulator)).toEqual(['line', 'other']);
  const listeners = process.listenerCount('exit');
  terminal.endAll();
  other.end('lines');
  expect(await heads(emulator)).toEqual(['line', 'other']);
  expect(process.listenerCount('exit')).toBe(listeners - 1);
});

test('a Ctrl-C leaves no ^C in a line or a bar', async () => {
  const emulator = new Emulator();
  const { terminal, bars } = counting(emulator);
  emulator.write('^C');
  terminal.say('stopping');
  bars.end('nothing');
  emulator.write('^C');
  terminal.say('stopped');
  expect(await emulator.lines()).toEqual(['stopping', 'stopped']);
});

test.each([80, 20, 8, 2])('in %i columns no line of a bar is folded', async (columns) => {
  const emulator = new Emulator(columns, 5);
  const { terminal, count } = counting(emulator);
  for (let n = 0; n < 5; n++) count();
  terminal.say('x');
  const cut = (text: string) => text.slice(0, columns - 1).trimEnd();
  const lines = (await emulator.lines()).map((line) => line.trimEnd());
  expect(lines).toEqual(['x', cut(`first 5 ${'='.repeat(columns)}`), cut('second 5')]);
});

test('a terminal made narrower or wider is left without a trace of the old bars, and no line is lost', async () => {
  const emulator = new Emulator(60, 10);
  const { terminal, bars, count } = counting(emulator);
  terminal.say('line 1');
  for (const [columns, n] of [
    [25, 2],
    [70, 3],
    [11, 4],
    [30, 5],
  ]) {
    count();
    await emulator.resize(columns);
    terminal.say(`line ${n}`);
  }
  bars.end('lines');
  expect(await heads(emulator)).toEqual([...[1, 2, 3, 4, 5].map((n) => `line ${n}`), 'first 4', 'second 4']);
});

test('a terminal that is smaller than the process knows yet keeps its bars in their rows', async () => {
  const emulator = new Emulator(20, 10);
  const { terminal, bars, count, believe } = counting(emulator);
  believe({ columns: 60, rows: 10 });
  for (let n = 0; n < 4; n++) count();
  believe(undefined);
  terminal.say('line');
  bars.end('lines');
  expect(await heads(emulator)).toEqual(['line', 'first 4', 'second 4']);
});

test('of more bars than there are rows the last ones are shown, and none stays behind', async () => {
  const emulator = new Emulator(20, 4);
  const { stream } = streamTo(emulator);
  const terminal = new Terminal(stream);
  const bars = terminal.show(() => Array.from({ length: 9 }, (_, n) => `bar ${n}`));
  terminal.say('a');
  terminal.say('b');
  expect(await emulator.lines()).toEqual(['a', 'b', 'bar 6', 'bar 7', 'bar 8']);
  bars.end('nothing');
  expect(await emulator.lines()).toEqual(['a', 'b']);
});

test('a terminal that does not say its size has a usual one', async () => {
  const emulator = new Emulator(80, 24);
  const { terminal, believe } = counting(emulator);
  believe({ columns: 0, rows: 0 });
  terminal.say('line');
  expect(await emulator.lines()).toEqual(['line', `first 0 ${'='.repeat(71)}`, 'second 0']);
});

test('bars are drawn ten times a second at most, and at the first change after that', () => {
  const { stream, text } = streamTo(new Emulator());
  const terminal = new Terminal(stream);
  let n = 0;
  const bars = terminal.show(() => [`bar ${n}`]);
  for (n = 1; n < 100; n++) {
    vi.advanceTimersByTime(10);
    bars.changed();
  }
  expect(text().match(/bar \d+/g)).toHaveLength(10);
  bars.end('lines');
  expect(text()).toContain('bar 100\n');
});

test('where nothing can be rewritten lines are plain', () => {
  const { stream, text } = streamTo(new Emulator(), false);
  new Terminal(stream).say('a\nb');
  expect(text()).toBe('a\nb\n');
});

test('a terminal without a cursor to move is no terminal', () => {
  vi.stubEnv('TERM', 'dumb');
  expect(new Terminal(streamTo(new Emulator()).stream).canRewrite).toBe(false);
  vi.unstubAllEnvs();
});

test.each([true, false])(
  'what others wrote moves no cursor, in lines and in bars; on a terminal: %s',
  (isTTY) => {
    const emulator = new Emulator(40, 10);
    const { stream, text } = streamTo(emulator, isTTY);
    const terminal = new Terminal(stream);
    terminal.say('a\x1b]0;title\x07.h5: \x9b2J\rgone');
    const bars = terminal.show(() => ['b\x1b[3A\nc']);
    bars.end('lines');
    expect(text()).toContain('a\\u001b]0;title\\u0007.h5: \\u009b2J\\u000dgone\n');
    expect(text()).toContain('b\\u001b[3A\\u000ac\n');
    for (const sequence of ['\x1b]', '\x9b', '\x1b[3A']) expect(text()).not.toContain(sequence);
  },
);
