import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { openDriveRecording } from '../data/recordings/drive-recording.ts';
import { openRecording } from '../data/recordings/recording.ts';
import { pictureOf } from './camera/picture.ts';
import { type ExportOptions, exportBag } from './export.ts';

const BAGS = fileURLToPath(new URL('../../test/bags', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ncp-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = 1_530_822_693;
let made = 0;

async function exported(name: string, options: Partial<ExportOptions> = {}) {
  const out = join(folder, `out-${made++}`);
  const said: string[] = [];
  const result = await exportBag(join(BAGS, name), out, {
    topics: {},
    steering: {},
    format: 'csv',
    frames: 'auto',
    compress: false,
    onNote: (note) => said.push(note),
    onProgress() {},
    ...options,
  });
  return { out, said, result };
}

const rowsOf = (out: string, file: string) =>
  parse(readFileSync(join(out, file)), { columns: true }) as Record<string, string>[];

/** A .npy file as NumPy's format describes it. */
function npy(path: string): { descr: string; shape: number[]; data: Buffer } {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
  const end = 10 + bytes.readUInt16LE(8);
  expect(end % 64).toBe(0);
  const header = bytes.subarray(10, end).toString('latin1');
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1] ?? '';
  return {
    descr: /'descr': '([^']*)'/.exec(header)?.[1] ?? '',
    shape: shape.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)])),
    data: bytes.subarray(end),
  };
}

/** As make_bags.py draws them: the frame's number, the row, the column. */
function expectedPixel(n: number, row: number, column: number): [number, number, number] {
  return [(2 * n) % 256, Math.trunc((255 * row) / 17), Math.trunc((255 * column) / 31)];
}

describe.each(['plain.bag', 'bz2.bag', 'zstd.mcap', 'lz4.bag', 'lz4.mcap', 'ros1.mcap'])('%s', (name) => {
  test('becomes columns and a recording with labels', async () => {
    const { out, said } = await exported(name);
    const h5 = name.replace(/\.\w+$/, '.h5');
    const columns = ['gps', 'speed', 'steering', 'switch', 'yaw_rate'].map((role) => `${role}.csv`);
    expect(readdirSync(out).sort()).toEqual([...columns, 'dataset.yaml', 'export.json', h5].sort());
    expect(said).toContainEqual(expect.stringMatching(/^labels: curvature from yaw rate \/vehicle\/twist/));

    const recording = await openRecording(join(out, h5));
    const { frames, height, width, labels, timestamps } = recording.info;
    expect({ frames, height, width }).toEqual({ frames: 120, height: 18, width: 32 });
    for (const label of labels) expect(label).toBeCloseTo(0.02, 9);
    for (const [n, time] of timestamps.entries()) expect(time).toBeCloseTo(START + n / 10, 6);
    const [first, second] = [recording.readFrames(40, 1), recording.readFrames(119, 1)];
    const isJpeg = !['plain.bag', 'bz2.bag', 'zstd.mcap'].includes(name);
    for (const [n, frame] of [
      [40, first],
      [119, second],
    ] as const) {
      for (const [row, column] of [
        [0, 0],
        [9, 20],
        [17, 31],
      ]) {
        const pixel = Array.from(frame.subarray((row * 32 + column) * 3, (row * 32 + column) * 3 + 3));
        const expected = expectedPixel(n, row, column);
        for (let c = 0; c < 3; c++)
          expect(Math.abs(pixel[c] - expected[c])).toBeLessThanOrEqual(isJpeg ? 24 : 0);
      }
    }
    recording.close();

    const drive = await openDriveRecording(join(out, h5));
    const autonomous = Array.from(drive.column('autonomous') ?? []);
    // The switch has no header: its messages count 4 ms later than the frames of the same moment.
    expect(
      autonomous.map((on, n) => on - (autonomous[n - 1] ?? 0)).flatMap((step, n) => (step ? [n] : [])),
    ).toEqual([21, 51, 61, 91, 101]);
    expect(Array.from(drive.crashes() ?? [])).toEqual([51, 91]);
    const position = drive.position();
    expect(position?.x[50]).toBeCloseTo(50 * Math.sin(1), 2);
    expect(position?.y[50]).toBeCloseTo(50 * (1 - Math.cos(1)), 2);
    expect(drive.column('speed')?.[7]).toBeCloseTo(10, 9);
    expect(drive.column('steering')?.[7]).toBeCloseTo(Math.atan(2.7 / 50), 6);
    drive.close();
  });
});

test('columns have times, values and what follows from them', async () => {
  const { out } = await exported('zstd.mcap', { frames: 'none' });
  expect(readdirSync(out).filter((file) => file.endsWith('.h5'))).toEqual([]);
  const gps = rowsOf(out, 'gps.csv');
  expect(Object.keys(gps[0])).toEqual(['time', 'latitude', 'longitude', 'altitude', 'east', 'north']);
  expect(gps).toHaveLength(120);
  expect(Number(gps[100].east)).toBeCloseTo(50 * Math.sin(2), 2);
  const modes = rowsOf(out, 'switch.csv');
  expect(modes[20]).toEqual({ time: expect.stringMatching(/^1530822695\.00/), value: '1', autonomous: '1' });
  expect(Object.keys(rowsOf(out, 'yaw_rate.csv')[0])).toEqual(['time', 'yaw_rate']);
});

test('as .npy, pictures and columns are what NumPy reads', async () => {
  const { out, result } = await exported('plain.bag', { format: 'npy', frames: 'npy' });
  expect(readdirSync(out).sort()).toEqual([
    'camera.npy',
    'camera_times.npy',
    'export.json',
    'gps.npy',
    'speed.npy',
    'steering.npy',
    'switch.npy',
    'yaw_rate.npy',
  ]);
  const camera = npy(join(out, 'camera.npy'));
  expect(camera).toMatchObject({ descr: '|u1', shape: [120, 18, 32, 3] });
  expect(camera.data).toHaveLength(120 * 18 * 32 * 3);
  const at = ((77 * 18 + 5) * 32 + 6) * 3;
  expect(Array.from(camera.data.subarray(at, at + 3))).toEqual(expectedPixel(77, 5, 6));
  const speed = npy(join(out, 'speed.npy'));
  expect(speed).toMatchObject({ descr: '<f8', shape: [120, 2] });
  expect(speed.data.readDoubleLE(8 * (2 * 3 + 1))).toBe(10);
  expect(result.files.find(({ file }) => file === 'speed.npy')).toMatchObject({ columns: ['time', 'speed'] });
});

test('pictures may be scaled, and go to both places', async () => {
  const { out } = await exported('lz4.mcap', { frames: 'both', size: { height: 9, width: 16 } });
  expect(npy(join(out, 'camera.npy')).shape).toEqual([120, 9, 16, 3]);
  const recording = await openRecording(join(out, 'lz4.h5'));
  expect(recording.info).toMatchObject({ frames: 120, height: 9, width: 16 });
  recording.close();
});

test('where the curvature is not known there is an array, and a recording is refused in words', async () => {
  const topics = { yaw_rate: 'none', gps: 'none' };
  const { out } = await exported('plain.bag', { topics });
  expect(existsSync(join(out, 'camera.npy'))).toBe(true);
  await expect(exported('plain.bag', { topics, frames: 'recording' })).rejects.toThrow(
    'a recording needs the curvature that was driven',
  );
});

test('times that go back are counted, and leave the mode out of it', async () => {
  const { out, result } = await exported('set-back.mcap');
  expect(result.notes).toEqual([
    '40 of 120 messages of /autonomous.data are not later than one before them, by up to 3.900 s: left out',
    expect.stringMatching(/^no autonomous mode in the recording: .*the times of \/autonomous.data go back/),
  ]);
  expect(rowsOf(out, 'switch.csv')).toHaveLength(80);
});

test('a failed export leaves nothing behind', async () => {
  const before = readdirSync(folder).length;
  await expect(exported('plain.bag', { topics: { speed: '/vehicle/twist.speed' } })).rejects.toThrow(
    'have no field speed',
  );
  expect(readdirSync(folder)).toHaveLength(before);
});

describe('a picture', () => {
  const raw = (encoding: string, bytes: number, data: number[], more = {}) => ({
    height: 1,
    width: data.length / bytes,
    encoding,
    is_bigendian: 0,
    step: data.length,
    data: Uint8Array.from(data),
    ...more,
  });
  test.each([
    ['rgb8', raw('rgb8', 3, [1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]],
    ['bgr8', raw('bgr8', 3, [1, 2, 3]), [3, 2, 1]],
    ['8UC3, as OpenCV has it', raw('8UC3', 3, [1, 2, 3]), [3, 2, 1]],
    ['rgba8', raw('rgba8', 4, [1, 2, 3, 9]), [1, 2, 3]],
    ['bgra8', raw('bgra8', 4, [1, 2, 3, 9]), [3, 2, 1]],
    ['mono8', raw('mono8', 1, [7, 8]), [7, 7, 7, 8, 8, 8]],
    ['mono16, little-endian', raw('mono16', 2, [1, 7]), [7, 7, 7]],
    ['mono16, big-endian', raw('mono16', 2, [7, 1], { is_bigendian: 1 }), [7, 7, 7]],
    ['rgb16', raw('rgb16', 6, [0, 1, 0, 2, 0, 3]), [1, 2, 3]],
    ['bgr16, big-endian', raw('bgr16', 6, [1, 0, 2, 0, 3, 0], { is_bigendian: 1 }), [3, 2, 1]],
    ['bgra16', raw('bgra16', 8, [0, 1, 0, 2, 0, 3, 0, 9]), [3, 2, 1]],
    ['rgba16, big-endian', raw('rgba16', 8, [1, 0, 2, 0, 3, 0, 9, 0], { is_bigendian: 1 }), [1, 2, 3]],
    ['yuv422: grey', raw('yuv422', 2, [128, 50, 128, 60]), [50, 50, 50, 60, 60, 60]],
    ['yuv422_yuy2: red', raw('yuv422_yuy2', 2, [76, 85, 76, 255]), [254, 0, 0, 254, 0, 0]],
  ])('of %s', async (_, fields, expected) => {
    const { pixels } = await pictureOf(fields);
    for (const [i, value] of expected.entries())
      expect(Math.abs(pixels[i] - value), `${i}`).toBeLessThanOrEqual(1);
    expect(pixels).toHaveLength(expected.length);
  });

  test('of rows with bytes between them', async () => {
    const fields = {
      height: 2,
      width: 1,
      encoding: 'rgb8',
      is_bigendian: 0,
      step: 5,
      data: Uint8Array.of(1, 2, 3, 0, 0, 4, 5, 6),
    };
    expect(Array.from((await pictureOf(fields)).pixels)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    ['bayer_rggb8', [0, 0], [1, 1]],
    ['bayer_bggr8', [1, 1], [0, 0]],
    ['bayer_gbrg8', [1, 0], [0, 1]],
    ['bayer_grbg8', [0, 1], [1, 0]],
  ])('of %s, evenly coloured', async (encoding, red, blue) => {
    const mosaic = Array.from({ length: 16 }, (_, i) => {
      const place = [(i >> 2) & 1, i & 1];
      return place.join() === red.join() ? 200 : place.join() === blue.join() ? 50 : 100;
    });
    const { pixels } = await pictureOf(raw(encoding, 1, mosaic, { height: 4, width: 4, step: 4 }));
    expect(Array.from(pixels)).toEqual(Array.from({ length: 16 }, () => [200, 100, 50]).flat());
  });

  test.each([
    [0, [9, 200]],
    [1, [200, 9]],
  ])('of bayer_rggb16, of which the upper bytes count; big-endian: %i', async (is_bigendian, [one, two]) => {
    const data = Array.from({ length: 16 }, () => [one, two]).flat();
    const fields = raw('bayer_rggb16', 2, data, { height: 4, width: 4, step: 8, is_bigendian });
    expect(new Set((await pictureOf(fields)).pixels)).toEqual(new Set([is_bigendian ? one : two]));
  });

  test.each([
    [16, [255, 15, 1]],
    [12, [255, 255, 16]],
    [10, [255, 255, 64]],
  ])('of which the camera fills %i of 16 bits', async (bits, expected) => {
    const values = Uint16Array.of(0xffff, 0x0fff, 0x0100);
    const little = Array.from(values, (v) => [v & 255, v >> 8]).flat();
    const big = Array.from(values, (v) => [v >> 8, v & 255]).flat();
    const png = await sharp(values, { raw: { height: 1, width: 3, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    for (const fields of [
      raw('mono16', 2, little),
      raw('mono16', 2, big, { is_bigendian: 1 }),
      raw('mono16', 2, [...little, 9], { width: 3, step: 7 }),
      { format: 'mono16; png compressed', data: png },
    ]) {
      const { pixels } = await pictureOf(fields, { bits });
      expect(Array.from(pixels)).toEqual(expected.flatMap((v) => [v, v, v]));
    }
  });

  test('of a mosaic that was compressed is filled in as a raw one; one with colours has been', async () => {
    const grey = Uint8Array.from({ length: 64 }, (_, i) => [200, 80, 80, 30][((i >> 3) & 1) * 2 + (i & 1)]);
    const stored = sharp(grey, { raw: { height: 8, width: 8, channels: 1 } }).toColourspace('b-w');
    const png = await stored.clone().png().toBuffer();
    const jpeg = await stored.clone().jpeg({ quality: 98 }).toBuffer();
    const inColour = await sharp({ create: { height: 8, width: 8, channels: 3, background: '#c8501e' } })
      .png()
      .toBuffer();
    for (const [format, data] of [
      ['bayer_rggb8; png compressed ', png],
      ['bayer_rggb8; jpeg compressed ', jpeg],
      ['bayer_rggb8; png compressed bgr8', inColour],
    ] as const) {
      const { pixels } = await pictureOf({ format, data });
      expect(pixels).toHaveLength(8 * 8 * 3);
      for (const [i, value] of pixels.entries())
        expect(Math.abs(value - [200, 80, 30][i % 3]), format).toBeLessThanOrEqual(3);
    }
    // The same bytes with the order of colours turned round.
    const { pixels } = await pictureOf({ format: 'bayer_bggr8; png compressed', data: png });
    expect(Array.from(pixels.subarray(0, 3))).toEqual([30, 80, 200]);
  });

  test('of a mosaic of 16 bits in a PNG keeps the upper 8', async () => {
    const values = Uint16Array.from(
      { length: 16 },
      (_, i) => [0xc8ff, 0x5000, 0x5000, 0x1e80][((i >> 2) & 1) * 2 + (i & 1)],
    );
    const data = await sharp(values, { raw: { height: 4, width: 4, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { pixels } = await pictureOf({ format: 'bayer_rggb16; png compressed', data });
    for (const [i, value] of pixels.entries())
      expect(Math.abs(value - [200, 80, 30][i % 3])).toBeLessThanOrEqual(1);
  });

  test('that is compressed is turned as its EXIF orientation says', async () => {
    const data = await sharp(Uint8Array.from([255, 0, 0, 0, 0, 255]), {
      raw: { height: 1, width: 2, channels: 3 },
    })
      .withMetadata({ orientation: 6 }) // a quarter to the right
      .png()
      .toBuffer();
    const { height, width, pixels } = await pictureOf({ format: 'rgb8; png compressed bgr8', data });
    expect([height, width, ...pixels]).toEqual([2, 1, 255, 0, 0, 0, 0, 255]);
  });

  test('that is compressed, of grey values', async () => {
    const data = await sharp({ create: { height: 2, width: 3, channels: 3, background: '#404040' } })
      .greyscale()
      .png()
      .toBuffer();
    const picture = await pictureOf({ format: 'mono8; png compressed', data });
    expect(picture).toMatchObject({ height: 2, width: 3 });
    expect(new Set(picture.pixels)).toEqual(new Set([0x40]));
  });

  test.each([
    [raw('bayer_x', 1, [1]), 'the encoding "bayer_x" is not read; read are rgb8, bgr8'],
    [raw('rgb8', 3, [1, 2, 3], { width: 2 }), '3 bytes are no 1×2 picture of rgb8 with 3 bytes a row'],
    [raw('nv21', 2, [1, 2]), 'the encoding "nv21" is not read'],
    [raw('yuv422', 2, [1, 2, 3, 4, 5, 6]), '6 bytes are no 1×3 picture of yuv422 with 6 bytes a row'],
    [{ format: 'png; compressedDepth', data: Uint8Array.of(1) }, 'it is a depth image'],
    [
      { format: 'h264', data: Uint8Array.of(0, 0, 0, 1, 0x67) },
      'of the format "h264" only JPEG and PNG pictures are read; it begins with 00000001',
    ],
  ])('that cannot be read is told in words', async (fields, message) => {
    await expect(pictureOf(fields)).rejects.toThrow(message);
  });
});
