import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startProgress } from './progress.ts';

beforeEach(() => vi.useFakeTimers({ now: 1e12 }));
afterEach(() => vi.useRealTimers());

function sink(properties: object): { stream: NodeJS.WriteStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      done();
    },
  });
  return { stream: Object.assign(stream, properties) as unknown as NodeJS.WriteStream, text: () => text };
}

test('off a terminal a line appears every five seconds, with rate and remaining time', () => {
  const { stream, text } = sink({ isTTY: false });
  const progress = startProgress('caching', 12_000, 'frames', stream);
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
  const { stream, text } = sink({ isTTY: false });
  const progress = startProgress('caching', 10, 'frames', stream);
  vi.advanceTimersByTime(4000);
  progress.update(10);
  progress.finish();
  expect(text()).toBe('');
});

test('remaining time is in seconds, minutes, or hours', () => {
  const { stream, text } = sink({ isTTY: false });
  const progress = startProgress('generating', 100_000, 'frames', stream);
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
])('on a terminal of %i columns a bar is rewritten that fits', (columns, what, shown) => {
  const cursor = { cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  const { stream, text } = sink({ isTTY: true, columns, ...cursor });
  const progress = startProgress(what, 100, 'frames', stream);
  vi.advanceTimersByTime(2000);
  progress.update(50);
  vi.advanceTimersByTime(200);
  progress.finish();
  expect(text()).toContain(shown);
  expect(text()).not.toContain('\n50');
});
