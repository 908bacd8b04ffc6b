/**
 * Raw pictures in every encoding that cameras send, with an odd width, padded rows and big-endian 16 bits: each comes out as the
 * picture that was encoded, or is refused by its name. Those in YUV come in either range.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { exportedBag, exportedPictures } from '../exported-bag.ts';
import { type RawFields, rawCamera, writeBag } from '../made-bag.ts';

const HEIGHT = 6;
const WIDTH = 9;
type Rgb = readonly [number, number, number];
type Range = 'studio' | 'full';

/** Row by row, what a function of row and column gives. */
const bytes = (width: number, at: (row: number, column: number) => readonly number[]) =>
  Uint8Array.from(
    Array.from({ length: HEIGHT * width }, (_, i) => at(Math.floor(i / width), i % width)).flat(),
  );

/** Colours that change slowly, so that what a mosaic or a pair of pixels leaves out can be filled in. */
const colour = (row: number, column: number): Rgb => [40 + 4 * column, 60 + 6 * row, 90];
const grey = (row: number, column: number) => {
  const [r, g, b] = colour(row, column);
  return Math.round(0.299 * r + 0.587 * g + 0.114 * b);
};
const greys = (row: number, column: number): Rgb => {
  const value = grey(row, column);
  return [value, value, value];
};

const pixels = (code: (rgb: Rgb) => readonly number[]) => bytes(WIDTH, (r, c) => code(colour(r, c)));
const mosaic = (order: string) =>
  bytes(WIDTH, (r, c) => [colour(r, c)['rgb'.indexOf(order[(r & 1) * 2 + (c & 1)])]]);

/** BT.601 of a colour in a range: Y, U, V. */
function yuvOf([r, g, b]: Rgb, range: Range): Rgb {
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  const [u, v] = [0.564 * (b - y), 0.713 * (r - y)];
  const [black, brightness, strength] = range === 'full' ? [0, 1, 1] : [16, 219 / 255, 224 / 255];
  return [black + brightness * y, 128 + strength * u, 128 + strength * v].map(Math.round) as unknown as Rgb;
}

/** Two pixels in four bytes; the last of an odd row stands alone in its. */
function pairs(order: 'uyvy' | 'yuyv', range: Range, of = colour) {
  return bytes(Math.ceil(WIDTH / 2), (row, pair) => {
    const [first, second] = [0, 1].map((i) => yuvOf(of(row, Math.min(2 * pair + i, WIDTH - 1)), range));
    const [u, v] = [1, 2].map((c) => Math.round((first[c] + second[c]) / 2));
    return order === 'uyvy' ? [u, first[0], v, second[0]] : [first[0], u, second[0], v];
  });
}

const big = (value: number) => [value, 7];
const little = (value: number) => [7, value];

/** The bytes of each encoding, what they show, and how far a pixel may be off. */
const ENCODINGS: readonly (readonly [
  string,
  Partial<RawFields> & { data: Uint8Array },
  typeof colour,
  number,
])[] = [
  ['rgb8', { data: pixels((rgb) => rgb) }, colour, 0],
  ['bgr8', { data: pixels(([r, g, b]) => [b, g, r]) }, colour, 0],
  ['8UC3', { data: pixels(([r, g, b]) => [b, g, r]) }, colour, 0],
  ['rgba8', { data: pixels((rgb) => [...rgb, 200]) }, colour, 0],
  ['bgra8', { data: pixels(([r, g, b]) => [b, g, r, 200]) }, colour, 0],
  ['8UC4', { data: pixels(([r, g, b]) => [b, g, r, 200]) }, colour, 0],
  ['rgb16', { data: pixels((rgb) => rgb.flatMap(little)) }, colour, 0],
  ['bgr16', { data: pixels(([r, g, b]) => [b, g, r].flatMap(little)) }, colour, 0],
  ['16UC3', { data: pixels(([r, g, b]) => [b, g, r].flatMap(big)), is_bigendian: 1 }, colour, 0],
  ['mono8', { data: bytes(WIDTH, (r, c) => [grey(r, c)]) }, greys, 0],
  ['8UC1', { data: bytes(WIDTH, (r, c) => [grey(r, c)]) }, greys, 0],
  ['mono16', { data: bytes(WIDTH, (r, c) => little(grey(r, c))) }, greys, 0],
  ['mono16', { data: bytes(WIDTH, (r, c) => big(grey(r, c))), is_bigendian: 1 }, greys, 0],
  ['yuv422', { data: pairs('uyvy', 'full') }, colour, 5],
  ['uyvy', { data: pairs('uyvy', 'full') }, colour, 5],
  ['yuv422_yuy2', { data: pairs('yuyv', 'full') }, colour, 5],
  ['yuyv', { data: pairs('yuyv', 'full') }, colour, 5],
  ['bayer_rggb8', { data: mosaic('rggb') }, colour, 5],
  ['bayer_bggr8', { data: mosaic('bggr') }, colour, 5],
  ['bayer_gbrg8', { data: mosaic('gbrg') }, colour, 5],
  ['bayer_grbg8', { data: mosaic('grbg') }, colour, 5],
  ['bayer_rggb16', { data: Uint8Array.from(Array.from(mosaic('rggb')).flatMap(little)) }, colour, 5],
];

/** The rows, with bytes between them that nobody reads. */
function padded({ data, ...fields }: Partial<RawFields> & { data: Uint8Array }, by: number) {
  const row = data.length / HEIGHT;
  const wide = new Uint8Array((row + by) * HEIGHT).fill(255);
  for (let r = 0; r < HEIGHT; r++) wide.set(data.subarray(r * row, (r + 1) * row), r * (row + by));
  return { ...fields, data: wide };
}

async function exportedCamera(
  encoding: string,
  fields: Partial<RawFields> & { data: Uint8Array },
  yuvRange?: Range,
) {
  const folder = temporaryFolder();
  const camera = rawCamera('/cam', [{ height: HEIGHT, width: WIDTH, encoding, ...fields }]);
  const bag = await writeBag(join(folder, 'a.mcap'), [camera]);
  return { bag, ...(await exportedBag(bag, join(folder, 'out'), { yuvRange })) };
}

/** How far the picture is from what it should show, at most; a mosaic's edge lacks neighbours. */
function largestError(out: string, expected: typeof colour): number {
  const { shape, pixels: found } = exportedPictures(out);
  expect(shape).toEqual([1, HEIGHT, WIDTH, 3]);
  let largest = 0;
  for (let row = 1; row < HEIGHT - 1; row++) {
    for (let column = 1; column < WIDTH - 1; column++) {
      const at = (row * WIDTH + column) * 3;
      for (const [c, value] of expected(row, column).entries())
        largest = Math.max(largest, Math.abs(found[at + c] - value));
    }
  }
  return largest;
}

describe.each([0, 7])('with %i bytes between rows', (by) => {
  test.each(ENCODINGS)('%s', async (encoding, fields, expected, tolerance) => {
    const { out } = await exportedCamera(encoding, padded(fields, by));
    expect(largestError(out, expected)).toBeLessThanOrEqual(tolerance);
  });
});

test.each(['nv12', 'nv21', '32FC1', '16SC1'])('%s is refused by its name', async (encoding) => {
  await expect(exportedCamera(encoding, { data: new Uint8Array(WIDTH * HEIGHT * 4) })).rejects.toThrow(
    `the encoding "${encoding}" is not read`,
  );
});

describe.each(['uyvy', 'yuyv'] as const)('studio range in %s', (order) => {
  /** From black to white. */
  const contrast = (row: number, column: number): Rgb => {
    const value = Math.round((255 * (row * WIDTH + column)) / (HEIGHT * WIDTH - 1));
    return [value, value, value];
  };

  test('is told by the brightness', async () => {
    const { out, said } = await exportedCamera(order, { data: pairs(order, 'studio', contrast) });
    expect(said).toContainEqual(expect.stringContaining(`${order}, studio range`));
    expect(largestError(out, contrast)).toBeLessThanOrEqual(2);
  });

  test('is taken where it is named', async () => {
    const { out } = await exportedCamera(order, { data: pairs(order, 'studio') }, 'studio');
    expect(largestError(out, colour)).toBeLessThanOrEqual(5);
  });
});

test('bag info says which range is taken, and bag export takes the one that is named', async () => {
  const { bag, said } = await exportedCamera('yuv422', { data: pairs('uyvy', 'studio') });
  const undecided = `camera: /cam: ${HEIGHT}×${WIDTH}, yuv422, full range, 0 to 255, but studio range, 16 to 235, is as likely`;
  expect(said).toContainEqual(expect.stringContaining(undecided));
  const info = await ncpTrain(['bag', 'info', bag]);
  expect(info.stdout).toContain(undecided);
  const out = join(temporaryFolder(), 'out');
  const named = await ncpTrain(['bag', 'export', bag, '--out', out, '--yuv_range', 'studio']);
  expect({ status: named.status }, named.stderr).toEqual({ status: 0 });
  expect(named.stdout).toContain('camera from /cam, yuv422 in studio range');
  expect(largestError(out, colour)).toBeLessThanOrEqual(5);
});
