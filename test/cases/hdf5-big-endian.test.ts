/**
 * Recordings as programs write them that put the most significant byte first (MATLAB, Java, IDL): labels, times and
 * frames are read. The files are made by test/fixtures/h5py/make.py.
 */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openRecording } from '../../src/data/recordings/recording.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/h5py/${name}`, import.meta.url));

it('big-endian labels and times are the numbers that were written', async () => {
  const recording = await openRecording(fixture('endian.h5'));
  expect(Array.from(recording.info.labels)).toEqual([0, 1, -2, 0.5, 2 ** -20, 3]);
  expect(Array.from(recording.info.timestamps)).toEqual([0, 1, 2, 3, 4, 5].map((n) => 1.5e9 + n / 4));
  recording.close();
});

it('frames in big-endian uint16 are those that were written', async () => {
  const recording = await openRecording(fixture('wide.h5'));
  const { frames, height, width } = recording.info;
  const written = Uint8Array.from({ length: frames * height * width * 3 }, (_, i) => (7 * i) % 256);
  expect(recording.readFrames(0, frames)).toEqual(written);
  recording.close();
});
