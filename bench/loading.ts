/** The loader alone, as a child's work: a batch with shadows from so many recordings of 10,000 frames. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoader } from '../src/data/batches/loader.ts';
import { cachedDrives } from './cached-drives.ts';
import { SEQUENCES, STEPS } from './work.ts';

const FRAMES = 10_000;
/** Taken in one step, so that what was made ahead does not count for much. */
const BATCHES = 10;

/** @param loaders - threads; 0: in the calling one */
export async function loadingWork(recordings: number, loaders: number) {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-bench-'));
  const drives = cachedDrives(folder, recordings, FRAMES, false);
  const loader = startLoader({
    recordings: drives,
    segments: drives.map(({ frames }, recording) => ({ recording, first: 0, count: frames })),
    labelScale: 1000,
    labelSign: 1,
    mode: { kind: 'recurrent', T: STEPS, B: SEQUENCES },
    shadow: { shadowGamma: 1, darkeningRatio: 0.66 },
    seed: 0,
    fold: 0,
    compat: 'none',
    loaders,
  });
  let number = 0;
  return {
    frames: BATCHES * STEPS * SEQUENCES,
    async step() {
      for (let n = 0; n < BATCHES; n++, number++) {
        const epoch = Math.floor(number / loader.batchesPerEpoch);
        await loader.next(epoch, number % loader.batchesPerEpoch);
      }
      return { loss: 0 };
    },
    async close() {
      await loader.close();
      rmSync(folder, { recursive: true });
    },
  };
}
