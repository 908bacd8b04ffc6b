/** What `replay`, `saliency` and `widget` hold in memory does not grow with the recording: 4,000 frames against 400. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { createRecording } from '../../src/data/recordings/recording-writer.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { peakMB } from '../peak-memory.ts';

const [SHORT, LONG] = [400, 4000];
const SIZE = { height: 60, width: 96 };
/** What the peaks may differ by: they swing with the garbage collector. */
const MARGIN_MB = 60;

it('the peak is the same', async () => {
  const folder = temporaryFolder();
  const weights = join(folder, 'vanilla.safetensors');
  await useBackend('wasm');
  await saveModel(weights, buildModel({ model: 'vanilla' }, 1), {
    height: 78,
    width: 200,
    crop: 'paper',
    label_scale: 1000,
    label_sign: 1,
    channel_order: 'rgb',
    rate_hz: 30,
  });
  const backend = ['--backend', 'wasm'];
  const peaks = [SHORT, LONG].map(() => ({}) as Record<string, number>);
  for (const [n, frames] of [SHORT, LONG].entries()) {
    const recording = join(folder, `${frames}.h5`);
    await writeRecording(recording, frames);
    const replayed = join(folder, `replay-${frames}`);
    peaks[n].replay = peakMB(['replay', weights, recording, '--out', replayed, ...backend]);
    peaks[n].saliency = peakMB([
      'saliency',
      weights,
      recording,
      '--out',
      join(folder, `saliency-${frames}`),
      ...backend,
    ]);
    peaks[n].widget = peakMB([
      'widget',
      replayed,
      '--no-saliency',
      '--out',
      join(folder, `${frames}.html`),
      ...backend,
    ]);
  }
  for (const [name, short] of Object.entries(peaks[0])) {
    const long = peaks[1][name];
    console.log(`${name}: ${short.toFixed(0)} MB for ${SHORT} frames, ${long.toFixed(0)} MB for ${LONG}`);
    expect(long - short, name).toBeLessThan(MARGIN_MB);
  }
});

async function writeRecording(path: string, frames: number): Promise<void> {
  const writer = await createRecording(path, SIZE);
  const block = new Uint8Array(100 * SIZE.height * SIZE.width * 3);
  for (let first = 0; first < frames; first += 100) {
    for (let i = 0; i < block.length; i++) block[i] = (i * i + first) % 251;
    const each = (value: (n: number) => number) =>
      Float64Array.from({ length: 100 }, (_, n) => value(first + n));
    const labels = each((n) => 0.01 * Math.sin(n / 50));
    writer.append(
      block,
      labels,
      each((n) => n / 30),
    );
  }
  await writer.finish();
}
