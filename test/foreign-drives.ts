/**
 * Small hand-made drives in foreign formats, for the importers' tests. Each frame is of one colour, which tells which
 * frame it is: red is `10·i`, as JPEG keeps it within a few units.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a text file and its folders. */
export function writeText(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The colour of frame i. */
export const colour = (i: number) => ({ r: 10 * i, g: 100, b: 200 });

/** Writes frame i as an image of the kind its name says. */
export async function writeImage(path: string, i: number, height = 12, width = 16): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await sharp({ create: { height, width, channels: 3, background: colour(i) } }).toFile(path);
}

/** Writes images 0, 1, … under the names. */
export async function writeImages(folder: string, names: readonly string[]): Promise<void> {
  for (const [i, name] of names.entries()) await writeImage(join(folder, name), i);
}

/** A record of a Donkeycar tub, 50 ms after the one before. */
export function tubRecord(i: number, more: Record<string, unknown> = {}) {
  return {
    _index: i,
    _timestamp_ms: 1_600_000_000_000 + 50 * i,
    'cam/image_array': `${i}_cam_image_array_.jpg`,
    'user/angle': 0.1 * i,
    'user/mode': 'user',
    ...more,
  };
}

/** Writes a tub of version 2 with these records; images are those of `_index`. */
export async function writeTub(
  folder: string,
  records: readonly ReturnType<typeof tubRecord>[],
  deleted: readonly number[] = [],
): Promise<void> {
  const lines = records.map((record) => JSON.stringify(record));
  writeText(join(folder, 'catalog_0.catalog'), `${lines.join('\n')}\n`);
  const state = { paths: ['catalog_0.catalog'], current_index: records.length, max_len: 1000 };
  const manifest = [['cam/image_array'], ['image_array'], {}, {}, { ...state, deleted_indexes: deleted }];
  writeText(join(folder, 'manifest.json'), manifest.map((line) => JSON.stringify(line)).join('\n'));
  for (const { _index, 'cam/image_array': name } of records) {
    await writeImage(join(folder, 'images', name), _index);
  }
}
