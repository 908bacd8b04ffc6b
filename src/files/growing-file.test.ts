import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { smallDisk } from '../../test/small-disk.ts';
import { DataError } from '../errors.ts';
import { csvLine } from '../text/csv.ts';
import { growingFile, growingTable } from './growing-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'growing-'));
  path = join(folder, 'file');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('has all its pieces in their order, texts and bytes, short ones and ones longer than what is written at once', async () => {
  const file = await growingFile(path);
  const pieces = ['a', 'é'.repeat(200_000), 'b', 'c'.repeat(200_000), 'd'.repeat(200_000), '', 'e'];
  for (const [n, piece] of pieces.entries()) await file.add(n % 2 ? Buffer.from(piece) : piece);
  expect(file.bytes).toBe(Buffer.byteLength(pieces.join('')));
  await file.finish();
  expect(readFileSync(path, 'utf8') === pieces.join('')).toBe(true);
  expect(readdirSync(folder)).toEqual(['file']);
});

it('takes bytes at once, so that their memory may be used again', async () => {
  const file = await growingFile(path);
  for (const size of [3, 300_000]) {
    const bytes = new Uint8Array(size).fill(1);
    await file.add(bytes);
    bytes.fill(2);
  }
  await file.finish();
  expect(readFileSync(path).every((byte) => byte === 1)).toBe(true);
});

it('has its name when it is whole, not before, and leaves nothing when it is given up', async () => {
  const file = await growingFile(path);
  await file.add('half');
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^file\.tmp-/)]);
  await file.discard();
  await file.discard();
  expect(readdirSync(folder)).toEqual([]);
  const again = await growingFile(path);
  await again.finish();
  await again.discard();
  expect(readdirSync(folder)).toEqual(['file']);
});

it('says where it cannot be made', async () => {
  await expect(growingFile(join(folder, 'none', 'file'))).rejects.toThrow(DataError);
});

it('as a table has a head and rows', async () => {
  const file = await growingTable(path, ['frame', 'a, b']);
  await file.add(csvLine([1, 0.5]));
  await file.add(csvLine([2, 'on']));
  await file.finish();
  expect(readFileSync(path, 'utf8')).toBe('frame,"a, b"\n1,0.5\n2,on\n');
});

const disk = smallDisk(1);
it.skipIf(!disk.present)(disk.title('names a disk that is full, and leaves nothing'), async () => {
  const file = await growingFile(join(disk.path, 'file'));
  const fill = async () => {
    for (let n = 0; n < 20; n++) await file.add(Buffer.alloc(1 << 17));
    await file.finish();
  };
  await expect(fill()).rejects.toThrow(/file: the disk is full/);
  await file.discard();
  expect(readdirSync(disk.path)).toEqual([]);
});
