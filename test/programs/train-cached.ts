/**
 * Trains for some steps on the cached recordings that a JSON file lists, with made-up times and labels, and with a loader
 * thread and shadows as a run has them, and prints as JSON the most memory that it had resident (MB) and the median processor time of a step (ms).
 */
import { readFileSync } from 'node:fs';
import { useBackend } from '../../src/backend/choose.ts';
import { startLoader } from '../../src/data/batches/loader.ts';
import type { CachedRecording } from '../../src/data/frames/frame-cache.ts';
import { buildModel } from '../../src/models/registry.ts';
import { localEngine } from '../../src/train/engine.ts';
import { adamState } from '../../src/train/optimizer/optimizer.ts';
import { wholeRecordings } from '../../src/train/training-data.ts';

const [file, steps] = process.argv.slice(2);
const listed: Omit<CachedRecording, 'labels' | 'timestamps'>[] = JSON.parse(readFileSync(file, 'utf8'));
const recordings = listed.map((recording, r): CachedRecording => {
  const timestamps = Float64Array.from({ length: recording.frames }, (_, n) => 600 * r + n / 30);
  return { ...recording, timestamps, labels: timestamps.map(Math.sin) };
});
await useBackend('wasm');
const model = buildModel({ model: 'vanilla' }, 0);
const engine = localEngine(model, adamState(model), { curveFactor: 0.1, lr: 5e-4, convGradScaling: 1 });
const loader = startLoader({
  recordings,
  segments: wholeRecordings(recordings),
  labelScale: 1,
  labelSign: 1,
  mode: { kind: 'recurrent', T: 4, B: 4 },
  shadow: { shadowGamma: 1, darkeningRatio: 0.66 },
  seed: 0,
  fold: 0,
  compat: 'none',
  loaders: 1,
});
const spent: number[] = [];
for (let step = 0; step < Number(steps); step++) {
  const [epoch, batch] = [Math.floor(step / loader.batchesPerEpoch), step % loader.batchesPerEpoch];
  const before = process.cpuUsage();
  await engine.step(await loader.next(epoch, batch), { seed: 0, fold: 0, epoch, batch });
  const { user, system } = process.cpuUsage(before);
  spent.push((user + system) / 1000);
}
await loader.close();
spent.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    peakMB: process.resourceUsage().maxRSS / 1000,
    stepMs: spent[Math.floor(spent.length / 2)],
  }),
);
process.exit();
