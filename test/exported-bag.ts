/** `bag export` of a bag in this process, and what it leaves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportOptions, exportBag } from '../src/bags/export.ts';
import { openRecording } from '../src/data/recordings/recording.ts';
import { parseNpyHeader } from '../src/files/npy.ts';

/** @returns what was said, and the folder */
export async function exportedBag(path: string, out: string, options: Partial<ExportOptions> = {}) {
  const said: string[] = [];
  const { notes } = await exportBag(path, out, {
    topics: {},
    steering: {},
    format: 'csv',
    frames: 'npy',
    compress: false,
    onNote: (note) => said.push(note),
    onProgress() {},
    ...options,
  });
  return { out, said, notes };
}

/** The pictures of an export with `--frames npy`: [N,H,W,3]. */
export function exportedPictures(out: string): { shape: readonly number[]; pixels: Uint8Array } {
  const bytes = readFileSync(join(out, 'camera.npy'));
  const { shape, length } = parseNpyHeader(bytes, 'camera.npy');
  return { shape, pixels: bytes.subarray(length) };
}

/** A recording that an export left: labels, and the first pixel of each frame. */
export async function exportedRecording(path: string) {
  const recording = await openRecording(path);
  const { frames, height, width, labels, timestamps } = recording.info;
  const pixels = recording.readFrames(0, frames);
  const first = Array.from({ length: frames }, (_, n) => pixels[n * height * width * 3]);
  recording.close();
  return { labels: Array.from(labels), timestamps: Array.from(timestamps), first };
}
