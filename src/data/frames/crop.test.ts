import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import {
  CROP_BYTES,
  CROP_HEIGHT,
  CROP_WIDTH,
  type CropSpec,
  cropBox,
  cropInto,
  cropPlan,
  cropText,
  parseCrop,
} from './crop.ts';

const size = fc.integer({ min: 2, max: 90 });
const box = fc
  .tuple(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }))
  .map(([low, length]) => [low, Math.min(1, low + length + 0.25)]);
const spec: fc.Arbitrary<CropSpec> = fc.oneof(
  fc.constant<CropSpec>('full'),
  fc.tuple(box, box).map(([[left, right], [top, bottom]]) => ({ left, top, right, bottom })),
);

function crop(of: CropSpec, height: number, width: number, frame: Uint8Array, order: 'rgb' | 'bgr' = 'rgb') {
  const out = new Uint8Array(CROP_BYTES);
  cropInto(cropPlan(of, height, width), frame, 0, out, 0, order);
  return out;
}

const frameOf = (height: number, width: number, seed: number) =>
  Uint8Array.from({ length: height * width * 3 }, (_, i) => ((i + seed) * (2 * i + 31)) >> 3);

/** What the crop approximates, in double precision: bilinear samples at (i + 0.5)·scale − 0.5, clamped to the box. */
function interpolated(
  of: CropSpec,
  height: number,
  width: number,
  frame: Uint8Array,
  y: number,
  x: number,
  c: number,
) {
  const { left, top, right, bottom } = cropBox(of, height, width);
  const axis = (i: number, source: number, target: number) => {
    const position = Math.min(Math.max(((i + 0.5) * source) / target - 0.5, 0), source - 1);
    const low = Math.min(Math.floor(position), source - 2);
    return { low, part: position - low };
  };
  const rows = axis(y, bottom - top, CROP_HEIGHT);
  const columns = axis(x, right - left, CROP_WIDTH);
  const pixel = (row: number, column: number) => frame[((top + row) * width + left + column) * 3 + c];
  const line = (row: number) =>
    pixel(row, columns.low) * (1 - columns.part) + pixel(row, columns.low + 1) * columns.part;
  return line(rows.low) * (1 - rows.part) + line(rows.low + 1) * rows.part;
}

describe('the crop', () => {
  it('of a full frame of 78×200 is that frame', () => {
    const frame = frameOf(CROP_HEIGHT, CROP_WIDTH, 5);
    expect(crop('full', CROP_HEIGHT, CROP_WIDTH, frame)).toEqual(frame);
  });

  it('of BGR frames is RGB', () => {
    const frame = frameOf(78, 200, 1);
    const swapped = frame.map((_, i) => frame[i + 2 - 2 * (i % 3)]);
    expect(crop('full', 78, 200, swapped, 'bgr')).toEqual(frame);
  });

  it('is the bilinear interpolation of its box, truncated, for any frame and box', () => {
    fc.assert(
      fc.property(size, size, spec, fc.nat(99), fc.nat(CROP_BYTES - 1), (height, width, of, seed, at) => {
        const { left, top, right, bottom } = pixels(of, height, width);
        fc.pre(right - left >= 2 && bottom - top >= 2);
        const frame = frameOf(height, width, seed);
        const exact = interpolated(
          of,
          height,
          width,
          frame,
          Math.floor(at / 600),
          Math.floor(at / 3) % 200,
          at % 3,
        );
        const value = crop(of, height, width, frame)[at];
        expect(value).toBeGreaterThan(exact - 1.001);
        expect(value).toBeLessThan(exact + 0.001);
      }),
    );
  });

  it('reads its own frame and box only, and writes 46,800 bytes where it is told', () => {
    fc.assert(
      fc.property(size, size, spec, (height, width, of) => {
        const { left, top, right, bottom } = pixels(of, height, width);
        fc.pre(right - left >= 2 && bottom - top >= 2);
        const bytes = height * width * 3;
        const frames = new Uint8Array(3 * bytes).fill(200); // what must not be seen
        for (let y = top; y < bottom; y++) {
          frames.fill(100, bytes + (y * width + left) * 3, bytes + (y * width + right) * 3);
        }
        const out = new Uint8Array(CROP_BYTES + 20).fill(7);
        cropInto(cropPlan(of, height, width), frames, bytes, out, 10, 'rgb');
        expect(out.subarray(0, 10).every((value) => value === 7)).toBe(true);
        expect(out.subarray(10 + CROP_BYTES).every((value) => value === 7)).toBe(true);
        // A constant mixed with itself in float32 may fall just below, and is then truncated.
        expect(out.subarray(10, 10 + CROP_BYTES).every((value) => value === 100 || value === 99)).toBe(true);
      }),
    );
  });

  it('leaves nothing of one frame in the next', () => {
    const plan = cropPlan('paper', 250, 400);
    const [first, second] = [frameOf(250, 400, 1), frameOf(250, 400, 2)];
    const out = new Uint8Array(CROP_BYTES);
    cropInto(plan, first, 0, out, 0, 'rgb');
    cropInto(plan, second, 0, out, 0, 'rgb');
    expect(out).toEqual(crop('paper', 250, 400, second));
  });
});

function pixels(of: CropSpec, height: number, width: number) {
  try {
    return cropBox(of, height, width);
  } catch {
    return { left: 0, top: 0, right: 0, bottom: 0 };
  }
}

test('the edges are rounded half to even, as the published scripts do', () => {
  const half = { left: 0.5, top: 0.5, right: 1, bottom: 1 };
  expect(cropBox(half, 5, 7)).toEqual({ left: 4, top: 2, right: 7, bottom: 5 }); // 3.5 and 2.5
});

test.each(['paper', 'full', '0,0.4,1,0.95'])('the crop %s is read, and written the same', (text) => {
  expect(cropText(parseCrop(text))).toBe(text);
});

test.each([
  'pape',
  '',
  '0,0,1',
  '0,0,1,1,1',
  '0,0.5,1,0.5',
  '0.6,0,0.5,1',
  '-0.1,0,1,1',
  '0,0,1.1,1',
  '0,,1,1',
  'a,0,1,1',
])('the crop "%s" is refused', (text) => {
  expect(() => parseCrop(text)).toThrow(UsageError);
  expect(() => parseCrop(text)).toThrow(/expected paper, full, or left,top,right,bottom/);
});

test('a box of under 2 pixels is refused with the size of the frame', () => {
  expect(() => cropPlan({ left: 0, top: 0, right: 0.009, bottom: 1 }, 120, 160)).toThrow(
    'crop 0,0,0.009,1 leaves 120×1 pixels',
  );
});
