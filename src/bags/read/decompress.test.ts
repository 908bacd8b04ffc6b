import { expect, it } from 'vitest';
import { loadDecompressors } from './decompress.ts';

/** An lz4 frame: magic, flags, block size, checksum of the header; one block with its size; end mark. */
const frame = (...block: number[]) =>
  Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...block, 0, 0, 0, 0]);
const stored = frame(3, 0, 0, 0x80, 1, 2, 3); // not compressed: the highest bit
const damaged = frame(5, 0, 0, 0, 255, 255, 255, 255, 255);

it('a damaged chunk of lz4 does not spoil those that are read after it', async () => {
  const before = await loadDecompressors();
  expect([...before.lz4(stored, 3)]).toEqual([1, 2, 3]);
  expect(() => before.lz4(damaged, 100)).toThrow('decompression');
  const after = await loadDecompressors();
  expect([...after.lz4(stored, 3)]).toEqual([1, 2, 3]);
});

it('a chunk that claims more than it can become is refused before memory is taken', async () => {
  const { lz4, zstd } = await loadDecompressors();
  expect(() => lz4(stored, 255 * stored.length + 1)).toThrow('which cannot be');
  expect(() => zstd(stored, 2e9)).toThrow('2.00 GB, and 1.00 GB is the limit');
});
