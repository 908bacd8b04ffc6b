/**
 * Camera messages that hold a JPEG or PNG of anything: colours, grey, 16 bits, a Bayer mosaic, a depth. Each comes out as the
 * picture that was taken, or is refused by its name.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/command-line.ts';
import { exportedBag, exportedPictures } from '../exported-bag.ts';
import { compressedCamera, writeBag } from '../made-bag.ts';

const SIZE = { height: 16, width: 24 } as const;
const PIXELS = SIZE.height * SIZE.width;
const ROAD = [200, 80, 30] as const;
const SIGN = [20, 60, 220] as const;

/** [H,W,3]: a road, with a sign in its upper left. */
const picture = Uint8Array.from({ length: PIXELS * 3 }, (_, i) => {
  const [row, column] = [Math.floor(i / 3 / SIZE.width), Math.floor(i / 3) % SIZE.width];
  return (row < 8 && column < 12 ? SIGN : ROAD)[i % 3];
});
const greyOf = ([r, g, b]: Uint8Array) => Math.round(0.299 * r + 0.587 * g + 0.114 * b);
const grey = Uint8Array.from({ length: PIXELS }, (_, i) => greyOf(picture.subarray(3 * i, 3 * i + 3)));
/** RGGB: the colour that each pixel saw. */
const mosaic = Uint8Array.from({ length: PIXELS }, (_, i) => {
  const [row, column] = [Math.floor(i / SIZE.width), i % SIZE.width];
  return picture[3 * i + (row & 1) + (column & 1)];
});

const inColour = () => sharp(picture, { raw: { ...SIZE, channels: 3 } });
const ofOne = (values: Uint8Array | Uint16Array, space = 'b-w') =>
  sharp(values, { raw: { ...SIZE, channels: 1 } }).toColourspace(space);

/** Two places away from edges: on the sign, on the road. */
const PLACES = [4 * SIZE.width + 5, 12 * SIZE.width + 17];

test.each([
  ['bgr8; jpeg compressed bgr8', () => inColour().jpeg({ quality: 98 }), [SIGN, ROAD], 6],
  ['rgba8; png compressed bgra8', () => inColour().ensureAlpha().png(), [SIGN, ROAD], 0],
  ['mono8; jpeg compressed ', () => ofOne(grey).jpeg({ quality: 98 }), 'grey', 2],
  [
    'mono16; png compressed ',
    () =>
      ofOne(
        Uint16Array.from(grey, (v) => v * 257),
        'grey16',
      ).png(),
    'grey',
    1,
  ],
  ['bayer_rggb8; jpeg compressed ', () => ofOne(mosaic).jpeg({ quality: 98 }), [SIGN, ROAD], 20],
  ['bayer_rggb8; png compressed ', () => ofOne(mosaic).png(), [SIGN, ROAD], 0],
] as const)('%s', async (format, coded, colours, tolerance) => {
  const folder = temporaryFolder();
  const data = await coded().toBuffer();
  const bag = await writeBag(join(folder, 'a.mcap'), [compressedCamera('/cam', format, [data, data])]);
  const { out } = await exportedBag(bag, join(folder, 'out'));
  const { shape, pixels } = exportedPictures(out);
  expect(shape).toEqual([2, 16, 24, 3]);
  for (const [n, place] of PLACES.entries()) {
    const expected = colours === 'grey' ? [grey[place], grey[place], grey[place]] : colours[n];
    for (let c = 0; c < 3; c++)
      expect(Math.abs(pixels[3 * place + c] - expected[c])).toBeLessThanOrEqual(tolerance);
  }
});

test('a depth is refused by its name', async () => {
  const folder = temporaryFolder();
  const format = '16UC1; compressedDepth png';
  const bag = await writeBag(join(folder, 'a.mcap'), [
    compressedCamera('/cam', format, [new Uint8Array(20)]),
  ]);
  await expect(exportedBag(bag, join(folder, 'out'))).rejects.toThrow('depth image (compressedDepth)');
});
