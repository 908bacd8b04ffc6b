import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { writeRecordings } from '../../test/tiny-runs.ts';
import { openRecording } from '../data/recordings/recording.ts';
import { DataError } from '../errors.ts';
import { largestPiece, oversize, oversizePicture, refuseOversize } from './limits.ts';

afterEach(() => vi.unstubAllEnvs());

it('a gigabyte is the limit, and the environment sets another', () => {
  vi.stubEnv('NCP_TRAIN_MAX_GB', '');
  expect(largestPiece()).toBe(1e9);
  expect(oversize('its frame', 1e9)).toBeUndefined();
  expect(oversize('its frame', 8e9)).toBe(
    'its frame claims 8.00 GB, and 1.00 GB is the limit; if that is right, NCP_TRAIN_MAX_GB=8 allows it',
  );
  vi.stubEnv('NCP_TRAIN_MAX_GB', '8');
  expect(oversize('its frame', 8e9)).toBeUndefined();
  vi.stubEnv('NCP_TRAIN_MAX_GB', '0.000001');
  expect(() => refuseOversize('a.h5', 'its frame', 2000)).toThrow('a.h5: its frame claims 0 MB');
});

it('a recording whose frames claim more than the limit is refused before they are read', async () => {
  vi.stubEnv('NCP_TRAIN_MAX_GB', '0.00001');
  const folder = mkdtempSync(join(tmpdir(), 'limits-'));
  await writeRecordings(folder, ['a']);
  const opening = openRecording(join(folder, 'a.h5'));
  await expect(opening).rejects.toThrow(/camera_front.*a (row|chunk) of it claims .* is the limit/s);
  rmSync(folder, { recursive: true });
});

it('a picture of sixty million pixels is read, a larger one is not', () => {
  expect(oversizePicture({ width: 10_000, height: 6_000 })).toBeUndefined();
  expect(oversizePicture({ width: 10_000, height: 7_000 })).toContain('the picture claims 1.12 GB');
});

it.each(['no', '-1', '0'])('a limit of %s is refused', (text) => {
  vi.stubEnv('NCP_TRAIN_MAX_GB', text);
  expect(() => largestPiece()).toThrow(DataError);
});
