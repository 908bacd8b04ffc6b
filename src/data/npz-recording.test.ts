import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { archive, npz } from '../../test/npz.ts';
import { DataError } from '../errors.ts';
import { openCroppedFrames } from './cropped-frames.ts';
import { npyHeader, parseNpyHeader } from './npy.ts';
import { openNpzRecording } from './npz-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-npz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [N, H, W] = [5, 7, 9];
const camera = Uint8Array.from({ length: N * H * W * 3 }, (_, i) => (i * 7) % 256);
const auto = Uint8Array.of(0, 1, 1, 0, 1);

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe.each([true, false])('an .npz, compressed: %s', (compressed) => {
  it('gives its frames in any order, and where autonomous mode was on', async () => {
    const path = written(`a${compressed}.npz`, npz({ camera, auto }, [N, H, W, 3], compressed));
    const recording = await openNpzRecording(path);
    expect([recording.frames, recording.height, recording.width]).toEqual([N, H, W]);
    expect([...recording.autonomous]).toEqual([...auto]);
    const perFrame = H * W * 3;
    for (const [first, count] of [
      [0, 2],
      [2, 3],
      [4, 1],
      [1, 2],
      [0, 5],
    ]) {
      const out = new Uint8Array(count * perFrame);
      await recording.readFrames(first, out);
      expect(Buffer.compare(out, camera.subarray(first * perFrame, (first + count) * perFrame))).toBe(0);
    }
    recording.close();
  });
});

describe('a faulty .npz', () => {
  const faults: [string, () => Uint8Array, RegExp][] = [
    ['no archive', () => Buffer.from('something else, and long enough for a zip file'), /no NumPy archive/],
    [
      'without camera',
      () => archive({ auto: Buffer.concat([npyHeader('|u1', [1]), Buffer.of(1)]) }),
      /no array camera; the archive holds auto/,
    ],
    [
      'of another type',
      () => npz({ camera, auto }, [N, H, W, 3], false, '<f4'),
      /<f4 \[5,7,9,3\], expected uint8/,
    ],
    [
      'of another shape',
      () => npz({ camera, auto }, [N, H * 3, W, 1], false),
      /\[5,21,9,1\], expected uint8/,
    ],
    [
      'with too few switches',
      () => npz({ camera, auto: auto.subarray(0, 4) }, [N, H, W, 3], false),
      /expected bool \[5\]/,
    ],
    ['cut short', () => npz({ camera, auto }, [N, H, W, 3], false).subarray(0, 400), /no NumPy archive/],
  ];
  it.each(faults)('%s is a DataError that says so', async (name, bytes, message) => {
    const path = written(`${name}.npz`, bytes());
    await expect(openNpzRecording(path)).rejects.toThrow(DataError);
    await expect(openNpzRecording(path)).rejects.toThrow(message);
    await expect(openNpzRecording(path)).rejects.toThrow(path);
  });

  it('that is not there is a DataError', async () => {
    await expect(openNpzRecording(join(folder, 'none.npz'))).rejects.toThrow(/no such file/);
  });

  it('with fewer values than its header says is one when they are read', async () => {
    const path = written('short.npz', npz({ camera: camera.subarray(0, 400), auto }, [N, H, W, 3], true));
    const recording = await openNpzRecording(path);
    await expect(recording.readFrames(3, new Uint8Array(2 * H * W * 3))).rejects.toThrow(DataError);
    recording.close();
  });
});

describe('cropped frames of an .npz', () => {
  it('of 78×200 pixels are taken as they are', async () => {
    const whole = Uint8Array.from({ length: 2 * 78 * 200 * 3 }, (_, i) => (i * 31) % 251);
    const path = written(
      'cropped.npz',
      npz({ camera: whole, auto: Uint8Array.of(1, 1) }, [2, 78, 200, 3], false),
    );
    const frames = await openCroppedFrames(path, { crop: 'paper', channelOrder: 'rgb' });
    const out = new Uint8Array(whole.length);
    await frames.read(0, 2, out);
    expect(Buffer.compare(out, whole)).toBe(0);
    expect([frames.timestamps, frames.labels]).toEqual([undefined, undefined]);
    frames.close();
  });

  it('of an ending that is neither is a DataError', async () => {
    await expect(openCroppedFrames('drive.bag', { crop: 'paper', channelOrder: 'rgb' })).rejects.toThrow(
      /drive\.bag: recordings are HDF5/,
    );
  });
});

describe('the header of a NumPy array', () => {
  it('is read as it is written, and aligned to 64 bytes', () => {
    for (const shape of [[3], [4, 78, 200], [100_000, 1]]) {
      const header = npyHeader('<f4', shape);
      expect(header.length % 64).toBe(0);
      expect(parseNpyHeader(header, 'x')).toEqual({ type: '<f4', shape, length: header.length });
    }
  });

  it('of an array stored column by column is refused', () => {
    const header = Buffer.from(
      npyHeader('|u1', [2, 3]).toString('latin1').replace('False', 'True '),
      'latin1',
    );
    expect(() => parseNpyHeader(header, 'x')).toThrow(/column by column/);
  });
});
