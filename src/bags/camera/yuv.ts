/**
 * YUV 4:2:2 as cameras send it: two pixels in four bytes, each with its brightness, both with one colour. ITU-R BT.601 knows
 * two ranges. Studio range (V4L2's usual one, and OpenCV's) has black at 16 and white at 235; full range (JPEG's, and that of
 * many machine-vision cameras) at 0 and 255. A message does not say which it is, but its brightness mostly does.
 */
import type { YUV_RANGES } from '../../options/commands/bags.ts';
import type { RawPicture } from './raw-picture.ts';

export type YuvRange = (typeof YUV_RANGES)[number];

/** Where in the four bytes the brightness of the first pixel and the two colours lie; the second pixel's is 2 further. */
interface YuvLayout {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** By encoding. */
export const YUV: Readonly<Record<string, YuvLayout>> = {
  yuv422: { y: 1, u: 0, v: 2 },
  uyvy: { y: 1, u: 0, v: 2 },
  yuv422_yuy2: { y: 0, u: 1, v: 3 },
  yuyv: { y: 0, u: 1, v: 3 },
};

/** Bytes a row at least: of an odd width the last pixel has a colour too. */
export const yuvRow = (width: number) => Math.ceil(width / 2) * 4;

/** Black, and how far white and the ends of the colours are from it and from 128. */
const SCALES: Readonly<Record<YuvRange, { black: number; brightness: number; colour: number }>> = {
  studio: { black: 16, brightness: 219, colour: 224 },
  full: { black: 0, brightness: 255, colour: 255 },
};

/**
 * R = Y + 1.402 V, G = Y − 0.344 U − 0.714 V, B = Y + 1.772 U, with Y, U and V brought to 0..255 and ±127.5.
 * @param out - [H,W,3], RGB
 */
export function yuvToRgb(
  { height, width, step, data }: RawPicture,
  at: YuvLayout,
  range: YuvRange,
  out: Uint8Array,
): void {
  const { black, ...scale } = SCALES[range];
  const [brighter, deeper] = [255 / scale.brightness, 255 / scale.colour];
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  for (let row = 0, o = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * step + (column >> 1) * 4;
      const y = brighter * (data[i + at.y + (column & 1) * 2] - black);
      const [u, v] = [deeper * (data[i + at.u] - 128), deeper * (data[i + at.v] - 128)];
      clamped[o++] = y + 1.402 * v;
      clamped[o++] = y - 0.344136 * u - 0.714136 * v;
      clamped[o++] = y + 1.772 * u;
    }
  }
}

/** How often each brightness was seen, [256]; counts on. */
export function countBrightness(
  { height, width, step, data }: RawPicture,
  { y }: YuvLayout,
  counts: Float64Array,
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) counts[data[row * step + column * 2 + y]]++;
  }
}

/** Of all pixels, those that may lie beyond: noise, and the overshoot of sharpened edges. */
const STRAY = 0.001;
/** Levels from either end of the range that count as reaching it. */
const NEAR = 16;

/**
 * The range that brightnesses tell: full where they go beyond studio range, studio where they fill it and stay inside, which
 * a picture in full range with black and white in it never does.
 * @param counts - see {@link countBrightness}
 * @returns undefined where they keep to the middle, as both may
 */
export function rangeOf(counts: Float64Array): YuvRange | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = (from: number, to: number) =>
    counts.subarray(from, to).reduce((sum, count) => sum + count, 0) / total;
  const { black, brightness } = SCALES.studio;
  const white = black + brightness;
  if (share(0, black) > STRAY || share(white + 1, 256) > STRAY) return 'full';
  const isFilled = share(0, black + NEAR + 1) > STRAY && share(white - NEAR, 256) > STRAY;
  return isFilled ? 'studio' : undefined;
}
