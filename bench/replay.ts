/**
 * `npm run bench -- replay`: frames a second of a replay, of cached frames of noise, and of saliency maps. The replay ends where a row
 * of each frame would be written; the files themselves are not timed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saliencyMaps } from '../src/analyses/saliency/maps.ts';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { CROP_BYTES } from '../src/data/frames/crop.ts';
import type { CroppedFrames } from '../src/data/frames/cropped-frames.ts';
import { FrameReader } from '../src/data/frames/frame-reader.ts';
import { disposeModel } from '../src/models/model.ts';
import { traceModel } from '../src/replay/trace.ts';
import { cachedDrives } from './cached-drives.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { figuresOf, type Timing, timeAlternately } from './timing.ts';
import { benchModel } from './work.ts';

const FRAMES = 512;
/** Saliency maps are made of so many of them, a batch at once. */
const MAPS = 64;
const BATCH = 32;

export async function benchReplay({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-bench-'));
  const rows: BenchRow[] = [];
  try {
    const source = cachedSource(folder);
    for (const choice of backends) {
      const backend = await useBackend(choice as BackendChoice);
      for (const name of models) {
        const model = benchModel(name);
        const replay = async () => {
          for await (const slice of traceModel(model, source))
            if (slice.count === 0) throw new Error('an empty slice');
        };
        const bytes = new Uint8Array(MAPS * CROP_BYTES);
        await source.read(0, MAPS, bytes);
        const frames = Float32Array.from(bytes);
        const saliency = () => {
          for (let at = 0; at < MAPS; at += BATCH) {
            saliencyMaps(model, frames.subarray(at * CROP_BYTES, (at + BATCH) * CROP_BYTES));
          }
        };
        const [replayed, mapped] = await timeAlternately([replay, saliency], repetitions, 1);
        disposeModel(model);
        const row = (title: string, timing: Timing, count: number): BenchRow => ({
          name: title,
          model: name,
          backend,
          ...figuresOf(timing),
          framesPerSecond: (count * 1000) / timing.ms,
        });
        rows.push(row('replay', replayed, FRAMES), row('saliency', mapped, MAPS));
      }
    }
    source.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

function cachedSource(folder: string): CroppedFrames {
  const [drive] = cachedDrives(folder, 1, FRAMES, true);
  const reader = new FrameReader([drive], [0]);
  return {
    path: drive.name,
    frames: FRAMES,
    labels: drive.labels,
    autonomous: undefined,
    timestamps: drive.timestamps,
    read: async (first, count, out) => reader.read(0, first, count, out),
    close: () => reader.close(),
  };
}
