import { expect, test } from 'vitest';
import type { Choice } from './choose-topics.ts';
import type { Bag, BagMessage } from './read/bag.ts';
import { chooseClock } from './signals.ts';

/** A bag of one topic: the time in each message's header, and when the recorder had it, s. */
function bagOf(...times: readonly (readonly [number | undefined, number])[]): Bag {
  return {
    path: 'some.mcap',
    format: 'MCAP',
    size: 0,
    topics: [],
    notes: [],
    async *messages() {
      for (const [stamp, received] of times) {
        const header = stamp === undefined ? {} : { header: { stamp: { sec: stamp, nsec: 0 } } };
        yield { topic: '/speed', received, fields: header } satisfies BagMessage;
      }
    },
    close: async () => {},
  };
}

const choice: Choice = {
  speed: { topic: '/speed', type: 'x', field: 'data', count: 1, isNamed: false },
};
const clockOf = async (bag: Bag) => (await chooseClock(bag, choice)).clock;

test.each([
  ['headers of the recorder’s clock', [[100, 100]], 'stamp'],
  ['headers of another clock', [[5, 100]], 'received'],
  [
    'headers of another clock that begin unset',
    [
      [0, 100],
      [0, 101],
      [7, 102],
    ],
    'received',
  ],
  ['headers that nobody sets', Array.from({ length: 30 }, (_, n) => [n < 20 ? 0 : 5, 100 + n]), 'stamp'],
  [
    'no headers',
    [
      [undefined, 100],
      [5, 101],
    ],
    'stamp',
  ],
] as const)('%s', async (_, times, clock) => {
  expect(await clockOf(bagOf(...(times as [number | undefined, number][])))).toBe(clock);
});
