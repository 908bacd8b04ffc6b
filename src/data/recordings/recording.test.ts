import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../../errors.ts';
import { loadHdf5 } from './hdf5.ts';
import { openRecording } from './recording.ts';
import { createRecording } from './recording-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
const good = join(folder, 'good.h5');
const [N, H, W] = [7, 5, 6];
const frames = Uint8Array.from({ length: N * H * W * 3 }, (_, i) => (i * 7) % 256);
const labels = Float64Array.from({ length: N }, (_, n) => (n - 3) / 1000);
const times = Float64Array.from({ length: N }, (_, n) => 1.53e9 + n / 30);

beforeAll(async () => {
  await loadHdf5();
  const writer = await createRecording(good, {
    height: H,
    width: W,
    attributes: { seed: 3, camera_height: 2.5, road: 'narrow' },
    extras: ['speed'],
  });
  const half = 4;
  const bytes = H * W * 3;
  const speed = labels.map((label) => label * 2);
  writer.append(frames.subarray(0, half * bytes), labels.subarray(0, half), times.subarray(0, half), {
    speed: speed.subarray(0, half),
  });
  writer.append(frames.subarray(half * bytes), labels.subarray(half), times.subarray(half), {
    speed: speed.subarray(half),
  });
  expect(readdirSync(folder)).toEqual([
    expect.stringMatching(`^good\\.h5\\.tmp-${process.pid}-[\\da-f-]{36}$`),
  ]);
  await writer.finish();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file with h5wasm itself, and gives its path. */
function written(name: string, fill: (file: File) => void): string {
  const path = join(folder, name);
  const file = new File(path, 'w');
  fill(file);
  file.close();
  return path;
}

function textFile(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

interface Columns {
  frames?: { data: Uint8Array | BigInt64Array | Float32Array; shape: number[]; dtype?: string };
  labels?: { data: Float64Array | Float32Array; shape: number[] };
  times?: { data: Float64Array; shape: number[] };
}

/** A recording of 2 frames of 2×2, of which parts are replaced or, with `null`, left out. */
function recording(name: string, parts: { [key in keyof Columns]: Columns[key] | null } = {}): string {
  return written(name, (file) => {
    const all = {
      camera_front:
        parts.frames === undefined ? { data: new Uint8Array(24).fill(9), shape: [2, 2, 2, 3] } : parts.frames,
      inverse_r: parts.labels === undefined ? { data: new Float64Array(2), shape: [2, 1] } : parts.labels,
      timestamp: parts.times === undefined ? { data: Float64Array.of(0, 1), shape: [2] } : parts.times,
    };
    for (const [dataset, part] of Object.entries(all))
      if (part) file.create_dataset({ name: dataset, ...part });
  });
}

describe('a recording', () => {
  it('gives back what was written', async () => {
    const opened = await openRecording(good);
    expect(opened.info).toEqual({
      path: good,
      name: 'good.h5',
      frames: N,
      height: H,
      width: W,
      labels,
      timestamps: times,
    });
    expect(opened.readFrames(0, N)).toEqual(frames);
    expect(opened.readFrames(3, 2)).toEqual(frames.subarray(3 * H * W * 3, 5 * H * W * 3));
    expect(opened.attributes()).toEqual({ seed: 3, camera_height: 2.5, road: 'narrow' });
    expect(opened.readExtra('speed')).toEqual(labels.map((label) => label * 2));
    expect(opened.readExtra('heading')).toBeUndefined();
    expect(() => opened.readExtra('camera_front')).toThrow(
      'camera_front: its shape is [7,5,6,3], expected [7] or [7,1]',
    );
    expect(() => opened.readFrames(N - 1, 2)).toThrow(RangeError);
    opened.close();
    expect(readdirSync(folder)).toEqual(['good.h5']);
  });

  it('may have int64 frames, float32 labels and a column of times', async () => {
    const values = BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i * 11));
    const opened = await openRecording(
      recording('int64.h5', {
        frames: { data: values, shape: [2, 2, 2, 3] },
        labels: { data: Float32Array.of(0.5, -0.25), shape: [2] },
        times: { data: Float64Array.of(3, 4), shape: [2, 1] },
      }),
    );
    expect(opened.readFrames(0, 2)).toEqual(Uint8Array.from(values, Number));
    expect(opened.info.labels).toEqual(Float64Array.of(0.5, -0.25));
    expect(opened.info.timestamps).toEqual(Float64Array.of(3, 4));
    opened.close();
  });

  it('is read in whole chunks where a chunk holds several frames', async () => {
    const path = written('chunks.h5', (file) => {
      const data = Uint8Array.from({ length: 30 * 12 }, (_, i) => i % 251);
      file.create_dataset({
        name: 'camera_front',
        data,
        shape: [30, 2, 2, 3],
        chunks: [8, 2, 2, 1],
        compression: 'gzip',
      });
      file.create_dataset({ name: 'inverse_r', data: Float64Array.from({ length: 30 }, (_, n) => n) });
      file.create_dataset({ name: 'timestamp', data: Float64Array.from({ length: 30 }, (_, n) => n) });
    });
    const opened = await openRecording(path);
    expect(opened.framesAtOnce % 8).toBe(0);
    expect(opened.readFrames(5, 25)).toEqual(Uint8Array.from({ length: 25 * 12 }, (_, i) => (i + 60) % 251));
    opened.close();
  });
});

const shape = [2, 2, 2, 3];
const bad: [string, () => string, RegExp][] = [
  ['that is not there', () => join(folder, 'none.h5'), /none\.h5: there is no such file/],
  ['that is a folder', () => folder, /this is no file/],
  ['that is no HDF5', () => textFile('text.h5', 'hello'), /text\.h5: this is no HDF5 file\. .*data import/],
  ['of no bytes', () => textFile('empty.h5', ''), /truncated, 0 bytes/],
  [
    'that is truncated',
    () => {
      copyFileSync(good, join(folder, 'cut.h5'));
      truncateSync(join(folder, 'cut.h5'), 2000);
      return join(folder, 'cut.h5');
    },
    /cut\.h5: the file is truncated, 2000 bytes are there\. Copy or record it again/,
  ],
  [
    'without labels and times',
    () => recording('missing.h5', { labels: null, times: null }),
    /inverse_r: there is no such dataset; the file holds camera_front\.[\s\S]*timestamp: there is no such/,
  ],
  [
    'without any dataset',
    () => written('void.h5', () => {}),
    /camera_front: there is no such dataset; the file holds none at all/,
  ],
  [
    'with a group for frames',
    () => written('group.h5', (file) => file.create_group('camera_front')),
    /this is a group/,
  ],
  [
    'of the wrong rank',
    () => recording('rank.h5', { frames: { data: new Uint8Array(8), shape: [2, 2, 2] } }),
    /camera_front: its shape is \[2,2,2\], expected \[N,height,width,3\]/,
  ],
  [
    'with two labels a frame',
    () => recording('labels.h5', { labels: { data: new Float64Array(4), shape: [2, 2] } }),
    /inverse_r: its shape is \[2,2\], expected \[N\] or \[N,1\]/,
  ],
  [
    'of floats',
    () => recording('float.h5', { frames: { data: new Float32Array(24), shape } }),
    /camera_front: its type is float32, expected uint8/,
  ],
  [
    'of differing lengths',
    () => recording('lengths.h5', { times: { data: new Float64Array(3), shape: [3] } }),
    /lengths differ: camera_front has 2 frames, inverse_r 2 values, timestamp 3/,
  ],
  [
    'of no frames',
    () =>
      recording('zero.h5', {
        frames: { data: new Uint8Array(0), shape: [0, 2, 2, 3], dtype: '<B' },
        labels: { data: new Float64Array(0), shape: [0] },
        times: { data: new Float64Array(0), shape: [0] },
      }),
    /zero\.h5: camera_front: there are no frames/,
  ],
  [
    'with labels that are not finite',
    () => recording('nan.h5', { labels: { data: Float64Array.of(0, Number.NaN), shape: [2] } }),
    /nan\.h5: inverse_r\[1\]: one value is not finite, the first is NaN\. Cut/,
  ],
  [
    'with times that are not finite',
    () => recording('inf.h5', { times: { data: Float64Array.of(-Infinity, Infinity), shape: [2] } }),
    /inf\.h5: timestamp\[0\]: 2 values are not finite, the first is -Infinity/,
  ],
];

describe('a defective recording', () => {
  it.each(bad)('%s is refused in words', async (_, make, message) => {
    const error = await openRecording(make()).catch((reason) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  });

  it('with values beyond a byte says at which frame', async () => {
    const values = new BigInt64Array(24);
    values[13] = -1n;
    const opened = await openRecording(recording('wide.h5', { frames: { data: values, shape } }));
    expect(() => opened.readFrames(0, 2)).toThrow(/camera_front\[1\]: a value is outside 0\.\.255/);
    opened.close();
  });

  it('with a damaged chunk says at which frame, and the others are read', async () => {
    const path = written('damaged.h5', (file) => {
      const data = Uint8Array.from({ length: 3 * 3000 }, (_, i) => (i * i) % 256);
      const compression = { chunks: [1, 10, 100, 3], compression: 'gzip' as const };
      file.create_dataset({ name: 'camera_front', data, shape: [3, 10, 100, 3], ...compression });
      file.create_dataset({ name: 'inverse_r', data: new Float64Array(3) });
      file.create_dataset({ name: 'timestamp', data: Float64Array.of(0, 1, 2) });
    });
    const bytes = readFileSync(path);
    const zlib = bytes.indexOf(Buffer.from([0x78, 0x5e])); // the start of the first compressed chunk
    expect(zlib).toBeGreaterThan(0);
    bytes.fill(0xff, zlib, zlib + 40);
    writeFileSync(path, bytes);
    const opened = await openRecording(path);
    expect(() => opened.readFrames(0, 1)).toThrow(/damaged\.h5: camera_front\[0\]: cannot be read: /);
    expect(opened.readFrames(1, 1)[5]).toBe((3005 * 3005) % 256);
    opened.close();
  });

  it('opens with values that are not finite where that is asked for', async () => {
    const opened = await openRecording(join(folder, 'nan.h5'), { anyValues: true });
    expect(opened.info.labels[1]).toBeNaN();
    opened.close();
  });
});
