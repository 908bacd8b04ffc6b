/**
 * Cached recordings for benchmarks, without the HDF5: as many as are wanted, of noise, or, where only their number and length
 * matter, of nothing: files with holes take no room on disk.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CROP_BYTES } from '../src/data/frames/crop.ts';
import type { CachedRecording } from '../src/data/frames/frame-cache.ts';
import { stream } from '../src/random/stream.ts';

/** Frames of noise written, at the start of a recording. */
const WRITTEN = 256;

/** @param isNoise - whether the frames are noise, else black */
export function cachedDrives(
  folder: string,
  count: number,
  frames: number,
  isNoise: boolean,
): CachedRecording[] {
  const draws = stream(0, 'bench', 'drives');
  const noise = Uint8Array.from({ length: isNoise ? WRITTEN * CROP_BYTES : 0 }, () => draws.uint32());
  return Array.from({ length: count }, (_, n) => {
    const name = `drive-${String(n).padStart(4, '0')}.h5`;
    const frameFile = join(folder, `${name}.frames`);
    const file = openSync(frameFile, 'w');
    ftruncateSync(file, frames * CROP_BYTES);
    for (let first = 0; isNoise && first < frames; first += WRITTEN) {
      writeSync(file, noise, 0, Math.min(WRITTEN, frames - first) * CROP_BYTES);
    }
    closeSync(file);
    return {
      name,
      frames,
      labels: Float64Array.from({ length: frames }, () => (draws.uint32() / 2 ** 32 - 0.5) / 100),
      timestamps: Float64Array.from({ length: frames }, (_, t) => n * 1e6 + t / 30),
      fingerprint: '0'.repeat(64),
      digest: '0'.repeat(64),
      frameFile,
    };
  });
}
