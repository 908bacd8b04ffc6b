/** Bayer mosaics: each pixel saw one colour only. */
import type { RawPicture } from './raw-picture.ts';

/** Where in each 2×2 block red and blue lie: row, column. */
interface Mosaic {
  readonly red: readonly [number, number];
  readonly blue: readonly [number, number];
}

const MOSAICS: Readonly<Record<string, Mosaic>> = {
  rggb: { red: [0, 0], blue: [1, 1] },
  bggr: { red: [1, 1], blue: [0, 0] },
  gbrg: { red: [1, 0], blue: [0, 1] },
  grbg: { red: [0, 1], blue: [1, 0] },
};

export const MOSAIC_ENCODINGS = [8, 16].flatMap((bits) =>
  Object.keys(MOSAICS).map((order) => `bayer_${order}${bits}`),
);

/** @returns the mosaic of an encoding such as `bayer_rggb8`, and its bytes a pixel; undefined for another encoding */
export function mosaicOf(encoding: string): { mosaic: Mosaic; bytes: 1 | 2 } | undefined {
  const [, order = '', bits] = /^bayer_(\w{4})(8|16)$/.exec(encoding) ?? [];
  const mosaic = MOSAICS[order];
  return mosaic && { mosaic, bytes: bits === '8' ? 1 : 2 };
}

/**
 * Bilinear: each colour that a pixel lacks is the mean of those of its neighbours (3×3) that have it.
 * @param raw - a byte a pixel
 * @param out - [H,W,3], RGB
 */
export function filledIn(
  { height, width, step, data }: RawPicture,
  { red, blue }: Mosaic,
  out: Uint8Array,
): void {
  const is = ([r, c]: readonly [number, number], row: number, column: number) =>
    (row & 1) === r && (column & 1) === c;
  const colourAt = (row: number, column: number) =>
    is(red, row, column) ? 0 : is(blue, row, column) ? 2 : 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [sum, count] = [
        [0, 0, 0],
        [0, 0, 0],
      ];
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const colour = colourAt(r, c);
          sum[colour] += data[r * step + c];
          count[colour]++;
        }
      }
      const own = colourAt(row, column);
      [sum[own], count[own]] = [data[row * step + column], 1];
      for (let k = 0; k < 3; k++)
        out[(row * width + column) * 3 + k] = Math.round(sum[k] / Math.max(1, count[k]));
    }
  }
}
