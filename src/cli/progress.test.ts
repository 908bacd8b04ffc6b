import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emulator } from '../../test/emulator.ts';
import { Terminal } from '../terminal.ts';
import { startProgress } from './progress.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** A terminal, or none, and what is written to it. */
function sink(properties: object): { terminal: Terminal; text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      done();
    },
  });
  const terminal = new Terminal(Object.assign(stream, properties) as unknown as NodeJS.WriteStream);
  return { terminal, text: () => text };
}

test('off a terminal a line appears every five seconds, with rate and remaining time', () => {
  const { terminal, text } = sink({ isTTY: false });
  const progress = startProgress('caching', 12_000, 'frames', undefined, terminal);
  for (let second = 1; second <= 8; second++) {
    vi.advanceTimersByTime(1000);
    progress.update(second * 1500, second < 3 ? undefined : 'caching b.h5');
  }
  progress.finish();
  expect(text()).toBe(
    'caching b.h5: 7,500 of 12,000 frames, 1,500 frames/s, 3 s left\n' +
      'caching b.h5: 12,000 of 12,000 frames, 1,500 frames/s, took 8 s\n',
  );
});

test('off a terminal short work prints nothing', () => {
  const { terminal, text } = sink({ isTTY: false });
  const progress = startProgress('caching', 10, 'frames', undefined, terminal);
  vi.advanceTimersByTime(4000);
  progress.update(10);
  progress.finish();
  expect(text()).toBe('');
});

test('remaining time is in seconds, minutes, or hours', () => {
  const { terminal, text } = sink({ isTTY: false });
  const progress = startProgress('generating', 100_000, 'frames', undefined, terminal);
  for (const done of [5, 100, 3000]) {
    vi.advanceTimersByTime(10_000);
    progress.update(done);
  }
  expect(text().match(/(?<=frames\/s, ).* left/g)).toEqual([
    '55 h 33 min left',
    '5 h 33 min left',
    '16 min left',
  ]);
});

test.each([
  [100, 'caching', 'caching [============            ] 50 of 100 frames, 25 frames/s, 2 s left'],
  [60, 'caching', 'caching [=====    ] 50 of 100 frames, 25 frames/s, 2 s left'],
  [60, 'caching 20180705_mit_to_devens.h5', 'caching 20180705_m… 50 of 100 frames, 25 frames/s, 2 s left'],
  [30, 'caching 20180705_mit_to_devens.h5', 'caching 201… 50 of 100 frames'],
  [45, 'caching 20180705_mit_to_devens.h5', 'caching 20180705… 50 of 100 frames, 2 s left'],
])('on a terminal of %i columns a bar is rewritten that fits', async (columns, what, shown) => {
  const { terminal, text } = sink({ isTTY: true, columns });
  const progress = startProgress(what, 100, 'frames', undefined, terminal);
  vi.advanceTimersByTime(2000);
  progress.update(50);
  const emulator = new Emulator(columns);
  emulator.write(text());
  expect(await emulator.lines()).toEqual([shown]);
});

test('a bar whose work is broken off says when, and ends once', async () => {
  const { terminal, text } = sink({ isTTY: true, columns: 100 });
  const progress = startProgress('caching', 100, 'frames', undefined, terminal);
  vi.advanceTimersByTime(2000);
  progress.update(50);
  progress.finish();
  progress.finish();
  const emulator = new Emulator(100);
  emulator.write(text());
  expect(await emulator.lines()).toEqual([
    'caching [============            ] 50 of 100 frames, 25 frames/s, ended after 2 s',
  ]);
});

test('the rate of work that goes on is that of what is done now', async () => {
  const { terminal, text } = sink({ isTTY: true });
  vi.advanceTimersByTime(2000);
  const begun = { done: 800, at: performance.now() - 1000 };
  const progress = startProgress('epoch 3', 1000, 'frames', begun, terminal);
  vi.advanceTimersByTime(1000);
  progress.update(900);
  const emulator = new Emulator();
  emulator.write(text());
  expect((await emulator.lines())[0]).toContain('50 frames/s');
});
