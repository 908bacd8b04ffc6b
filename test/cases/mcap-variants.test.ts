/** MCAP files as the options of a writer leave them: whatever is left out of the end of the file, all frames and labels come out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zstd from '@foxglove/wasm-zstd';
import type { McapWriterOptions } from '@mcap/core';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/command-line.ts';
import { exportedBag, exportedRecording } from '../exported-bag.ts';
import { type MadeTopic, numbers, rawCamera, writeBag } from '../made-bag.ts';

beforeAll(() => zstd.isLoaded);

const FRAMES = 20;
const WHEELBASE = 2.7;
const angles = Array.from({ length: FRAMES }, (_, n) => 0.05 * Math.sin(n / 5));
const pictures = Array.from({ length: FRAMES }, (_, n) => {
  const data = new Uint8Array(72).fill(n);
  return { height: 4, width: 6, encoding: 'rgb8', data };
});
const CAMERA = rawCamera('/cam', pictures);
const SIGNALS = [numbers('/speed', new Array(FRAMES).fill(10)), numbers('/steering', angles)];

const NOTHING_AT_THE_END = {
  useStatistics: false,
  useSummaryOffsets: false,
  repeatSchemas: false,
  repeatChannels: false,
  useMessageIndex: false,
  useChunkIndex: false,
};

const VARIANTS: readonly (readonly [string, Omit<McapWriterOptions, 'writable'>, MadeTopic[]])[] = [
  ['plain chunks', {}, []],
  ['no chunks', { useChunks: false }, []],
  ['small chunks', { chunkSize: 200 }, []],
  ['no statistics', { useStatistics: false }, []],
  ['no offsets', { useSummaryOffsets: false }, []],
  ['nothing repeated', { repeatSchemas: false, repeatChannels: false }, []],
  ['no index', { useMessageIndex: false, useChunkIndex: false }, []],
  ['nothing at the end', NOTHING_AT_THE_END, []],
  ['nothing at the end and no chunks', { ...NOTHING_AT_THE_END, useChunks: false }, []],
  [
    'chunks in zstd',
    { compressChunk: (data) => ({ compression: 'zstd', compressedData: zstd.compress(data) }) },
    [],
  ],
  ['a topic of another kind', {}, [{ ...numbers('/other', [1]), encodings: ['', 'json'] }]],
];

test.each(VARIANTS)('%s', async (_, options, more) => {
  const folder = temporaryFolder();
  const bag = await writeBag(join(folder, 'a.mcap'), [CAMERA, ...SIGNALS, ...more], options);
  const out = join(folder, 'out');
  await exportedBag(bag, out, { frames: 'recording', steering: { wheelbase: WHEELBASE } });
  const { labels, first } = await exportedRecording(join(out, 'a.h5'));
  expect(first).toEqual(Array.from({ length: FRAMES }, (__, n) => n));
  for (const [n, label] of labels.entries()) expect(label).toBeCloseTo(Math.tan(angles[n]) / WHEELBASE, 6);
});

test('a recorder that was killed leaves a file that is refused with mcap recover', async () => {
  const folder = temporaryFolder();
  const whole = await writeBag(join(folder, 'a.mcap'), [CAMERA], { chunkSize: 200 });
  const cut = join(folder, 'cut.mcap');
  const bytes = readFileSync(whole);
  writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
  await expect(exportedBag(cut, join(folder, 'out'))).rejects.toThrow(`mcap recover ${cut}`);
});
