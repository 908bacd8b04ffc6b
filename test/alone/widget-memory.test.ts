/** The memory of `widget`: below 300 MB with the saliency maps of 20 drives, and no more than for 4. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { makeDrive } from '../made-drives.ts';
import { peakMB } from '../peak-memory.ts';

const LIMIT_MB = 300;
/** What the peaks may differ by: they swing with the garbage collector. */
const MARGIN_MB = 40;
/** Of the frames that `ncp-train drive` keeps. */
const SIZE = { height: 250, width: 400 };

it('20 drives', async () => {
  const folder = temporaryFolder();
  const weights = join(folder, 'wm.safetensors');
  await useBackend('wasm');
  await saveModel(weights, buildModel({ model: 'wm' }, 1), {
    height: 78,
    width: 200,
    crop: 'paper',
    label_scale: 1000,
    label_sign: 1,
    channel_order: 'rgb',
    rate_hz: 30,
  });
  const attributes = { model: 'wm', checkpoint: weights, label_scale: 1000 };
  const peaks: number[] = [];
  for (const count of [4, 20]) {
    const drives = join(folder, String(count));
    mkdirSync(drives);
    for (let run = 1; run <= count; run++) {
      const made = { ...SIZE, frames: 24, units: 19, attributes: { ...attributes, run } };
      await makeDrive(join(drives, `run${run}.h5`), made);
    }
    peaks.push(peakMB(['widget', drives, '--out', join(folder, `${count}.html`)]));
  }
  console.log(`${peaks[0].toFixed(0)} MB for 4 drives, ${peaks[1].toFixed(0)} MB for 20`);
  expect(peaks[1]).toBeLessThan(LIMIT_MB);
  expect(peaks[1] - peaks[0]).toBeLessThan(MARGIN_MB);
});
