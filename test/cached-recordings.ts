/** Recordings as the frame cache gives them, made up: every frame has one grey, and every label tells its frame. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CROP_BYTES } from '../src/data/frames/crop.ts';
import type { CachedRecording } from '../src/data/frames/frame-cache.ts';

/** Grey of frame n of recording r. */
export const grey = (r: number, n: number) => (100 * r + n) % 251;

/** Label of frame n of recording r, 1/m. */
export const curvature = (r: number, n: number) => r + n / 1000;

/**
 * Recordings of so many frames, 30 a second, ten minutes between them. Their files are removed when the test ends.
 */
export function cachedRecordings(...frames: number[]): CachedRecording[] {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-cached-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return frames.map((count, r) => {
    const bytes = new Uint8Array(count * CROP_BYTES);
    for (let n = 0; n < count; n++) bytes.fill(grey(r, n), n * CROP_BYTES, (n + 1) * CROP_BYTES);
    const frameFile = join(folder, `${r}.frames`);
    writeFileSync(frameFile, bytes);
    return {
      name: `${r}.h5`,
      frames: count,
      labels: Float64Array.from({ length: count }, (_, n) => curvature(r, n)),
      timestamps: Float64Array.from({ length: count }, (_, n) => 600 * r + n / 30),
      fingerprint: String(r),
      digest: String(r),
      frameFile,
    };
  });
}

/** The same for the same numbers; comparing long arrays one by one takes a test runner seconds. */
export function digest(...arrays: Float32Array[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}
