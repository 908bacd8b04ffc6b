/** Waiting for a stream that has enough for now, as often as one likes: nothing is left listening. */
import type { Writable } from 'node:stream';

/** Until it takes more, or is closed by a failure. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
