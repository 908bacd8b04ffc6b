import { truncateSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cachedRecordings, digest } from '../../../test/cached-recordings.ts';
import { DataError } from '../../errors.ts';
import { CROP_BYTES } from '../frames/crop.ts';
import type { HostBatch } from './host-batch.ts';
import { type Loader, type LoaderOptions, startLoader } from './loader.ts';

const SHADOW = { shadowGamma: 1, darkeningRatio: 0.66 };

/** 60 frames in one recording: 5 batches of 3 sequences of 4 frames an epoch. */
function options(more: Partial<LoaderOptions> = {}): LoaderOptions {
  return {
    recordings: cachedRecordings(60),
    segments: [{ recording: 0, first: 0, count: 60 }],
    labelScale: 1,
    labelSign: 1,
    mode: { kind: 'recurrent', T: 4, B: 3 },
    shadow: SHADOW,
    seed: 1,
    fold: 0,
    compat: 'none',
    loaders: 1,
    ...more,
  };
}

function started(of: LoaderOptions): Loader {
  const loader = startLoader(of);
  onTestFinished(() => loader.close());
  return loader;
}

/** What tells a batch from others; its arrays belong to the loader. */
const identity = ({ frames, labels }: HostBatch) => digest(frames, labels);

/** The batches of two epochs. */
async function twoEpochs(loader: Loader) {
  const batches = [];
  for (let number = 0; number < 10; number++) {
    batches.push(identity(await loader.next(Math.floor(number / 5), number % 5)));
  }
  return batches;
}

describe('a loader', () => {
  it('gives the same batches with any number of threads', async () => {
    const of = options();
    const expected = await twoEpochs(started({ ...of, loaders: 0 }));
    expect(new Set(expected).size).toBe(10);
    expect(await twoEpochs(started({ ...of, loaders: 1 }))).toEqual(expected);
    expect(await twoEpochs(started({ ...of, loaders: 3, ahead: 5, epochs: 2 }))).toEqual(expected);
    expect(await twoEpochs(started({ ...of, loaders: 2, ahead: 0 }))).toEqual(expected);
  });

  it('gives the batch that is asked for, whatever was made ahead', async () => {
    const of = options();
    const direct = started({ ...of, loaders: 0 });
    const threads = started({ ...of, loaders: 2, ahead: 2 });
    for (const [epoch, batch] of [
      [0, 3],
      [0, 4],
      [1, 0],
      [7, 2],
      [0, 0],
      [0, 2],
      [0, 2],
    ]) {
      const expected = identity(await direct.next(epoch, batch));
      expect(identity(await threads.next(epoch, batch)), `batch ${batch} of epoch ${epoch}`).toEqual(
        expected,
      );
    }
  });

  it('has a slot for each batch ahead and for the one in use', async () => {
    const loader = started(options({ ahead: 2 }));
    const first = await loader.next(0, 0);
    // Three slots: those of the batches 0, 1, 2; batch 3 takes the place of batch 0.
    const second = await loader.next(0, 1);
    const third = await loader.next(0, 2);
    const fourth = await loader.next(0, 3);
    expect(new Set([first.frames, second.frames, third.frames]).size).toBe(3);
    expect(fourth.frames).toBe(first.frames);
  });

  it('hands out shared memory', async () => {
    for (const loaders of [0, 1]) {
      const { T, B, frames, labels } = await started(options({ loaders })).next(0, 0);
      expect([T, B]).toEqual([4, 3]);
      expect(frames.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(frames.length).toBe(12 * CROP_BYTES);
      expect(labels.length).toBe(12);
    }
  });

  it('passes an error of a thread on as what it was, when its batch is asked for', async () => {
    const of = options();
    truncateSync(of.recordings[0].frameFile, 100);
    const loader = started(of);
    await expect(loader.next(0, 0)).rejects.toThrow(DataError);
    await expect(loader.next(0, 1)).rejects.toThrow(/ends before frame \d+ of 0\.h5/);
  });

  it('finds a plan without batches at once', () => {
    const of = options({ mode: { kind: 'recurrent', T: 16, B: 20 } });
    expect(() => startLoader(of)).toThrow(DataError);
  });

  it('refuses a batch that is waited for when it is closed, and any after', async () => {
    const loader = started(options());
    const waiting = loader.next(0, 0);
    const refused = expect(waiting).rejects.toThrow(/closed/);
    await loader.close();
    await refused;
    await expect(loader.next(0, 1)).rejects.toThrow(/closed/);
  });
});
