import { expect, it } from 'vitest';
import {
  BackendError,
  DataError,
  NotFiniteError,
  receivedError,
  sentError,
  UsageError,
} from '../../errors.ts';
import { Views } from './views.ts';

it('a crop that leaves nothing is seen in a thread and stays a wrong command line', async () => {
  const roads = { kind: 'passive', seed: 1, distance: 10, seconds: 1, height: 20, width: 30 } as const;
  const views = new Views(roads, 1, 1, 1, 1);
  const view = {
    slot: 0,
    road: 0,
    x: 0,
    y: 0,
    heading: 0,
    s: 0,
    frame: 0,
    noise: 0,
    noiseSeed: 0,
    whole: true,
  };
  try {
    const error = await views.draw([view], '0.4,0.4,0.41,0.41').catch((reason) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.exitStatus).toBe(2);
  } finally {
    await views.close();
  }
});

it.each([UsageError, DataError, NotFiniteError, BackendError])(
  '%o keeps its class on its way from a thread',
  (Known) => {
    const received = receivedError(structuredClone(sentError(new Known('why'))));
    expect(received.constructor).toBe(Known);
    expect(received.message).toBe('why');
  },
);

it('a bug keeps its name and stack', () => {
  const bug = new RangeError('beyond');
  const received = receivedError(structuredClone(sentError(bug)));
  expect([received.name, received.message, received.stack]).toEqual(['RangeError', 'beyond', bug.stack]);
});
