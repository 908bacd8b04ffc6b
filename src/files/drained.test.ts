import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { drained } from './drained.ts';

/** Takes nothing until it is let. */
function slow() {
  let next: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write: (_, __, done) => {
      next = done;
    },
  });
  return { stream, take: () => next?.() };
}

it('waits until the stream takes more, and leaves nobody listening', async () => {
  const { stream, take } = slow();
  for (let n = 0; n < 30; n++) {
    expect(stream.write('ab')).toBe(false);
    const waiting = drained(stream);
    expect(stream.listenerCount('drain')).toBe(1);
    take();
    await waiting;
  }
  expect([stream.listenerCount('drain'), stream.listenerCount('close')]).toEqual([0, 0]);
});

it('does not wait for a stream that is closed, before or meanwhile', async () => {
  const { stream } = slow();
  stream.write('ab');
  const waiting = drained(stream);
  stream.destroy();
  await waiting;
  await drained(stream);
});
