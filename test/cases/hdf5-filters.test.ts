/**
 * Recordings packed by filters that HDF5 does not bring: each is named, with the command that rewrites the file, and never called
 * damaged. `filters.h5` is made by test/fixtures/h5py/make.py.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkRecording } from '../../src/data/inspect/check.ts';
import { openDriveRecording } from '../../src/data/recordings/drive-recording.ts';
import { openRecording } from '../../src/data/recordings/recording.ts';

const packed = fileURLToPath(new URL('../fixtures/h5py/filters.h5', import.meta.url));

/** What is said of a filter, without the path. */
function says(filter: string): RegExp {
  const remedy = 'Rewrite the file with gzip: by the lines of Python in docs/data.md';
  const command = 'h5repack -f GZIP=4 \\S+filters.h5 rewritten.h5';
  return new RegExp(
    `it is compressed with the filter ${filter}, which is not read here. ${remedy}.* ${command}`,
  );
}

it('names the filter of the frames when the recording is opened, and once', async () => {
  await expect(openRecording(packed)).rejects.toThrow(says('zstd'));
  const { frames, defects } = await checkRecording(packed, 'full');
  expect(frames).toBeUndefined();
  expect(defects).toHaveLength(1);
  expect(defects[0]).toMatchObject({ severity: 'error', dataset: 'camera_front' });
  expect(defects[0].message).not.toContain('damaged');
});

it.each([
  ['LZ4', 'lz4'],
  ['Blosc', 'blosc'],
  ['Blosc2', 'blosc2'],
  ['Bitshuffle', 'bitshuffle'],
  ['BZip2', 'bzip2'],
  ['Zfp', 'H5Z-ZFP'],
  ['autonomous', 'lzf'],
])('names the filter of a column, %s', async (column, filter) => {
  const drive = await openDriveRecording(packed);
  expect(() => drive.extra(column)).toThrow(says(`${filter}[^,]*`));
  expect(() => drive.extra(column)).not.toThrow(/damaged/);
  drive.close();
});

it('the lines of Python stand in docs/data.md', () => {
  expect(readFileSync('docs/data.md', 'utf8')).toMatch(/### Filters[\s\S]*import h5py, hdf5plugin/);
});
