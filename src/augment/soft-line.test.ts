import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KernelSize, SoftLine } from './soft-line.ts';
import { type Canvas, type Point, paintThickLine } from './thick-line.ts';

const [HEIGHT, WIDTH] = [78, 200];

/** The painted pixels as a picture of 0 and 1. */
function picture(from: Point, to: Point, thickness: number): number[][] {
  const rows = Array.from({ length: HEIGHT }, () => new Array<number>(WIDTH).fill(0));
  const canvas: Canvas = {
    height: HEIGHT,
    width: WIDTH,
    run(y, first, last) {
      if (y >= 0 && y < HEIGHT) rows[y].fill(1, Math.max(first, 0), Math.max(last + 1, 0));
    },
  };
  paintThickLine(canvas, from, to, thickness);
  return rows;
}

/** Index mirrored about the first and the last: 1 0 1 2 … */
const mirror = (n: number, size: number) => (n < 0 ? -n : n >= size ? 2 * size - 2 - n : n);

/** Weights of OpenCV's kernels, docs/pipeline.md §2. */
const KERNELS = { 3: [1, 2, 1], 5: [1, 4, 6, 4, 1], 7: [2, 7, 14, 18, 14, 7, 2] };

/** Every pixel of a picture weighed by the kernel in both directions. */
function blur(rows: number[][], size: KernelSize): number[] {
  const weights = KERNELS[size].map((weight) => weight / KERNELS[size].reduce((a, b) => a + b));
  const reach = size >> 1;
  return rows.flatMap((row, y) =>
    row.map((_, x) => {
      let sum = 0;
      for (let i = -reach; i <= reach; i++) {
        for (let j = -reach; j <= reach; j++) {
          sum += weights[i + reach] * weights[j + reach] * rows[mirror(y + i, HEIGHT)][mirror(x + j, WIDTH)];
        }
      }
      return sum;
    }),
  );
}

describe('a thick line', () => {
  it('paints a rectangle with round ends', () => {
    const rows = picture({ x: 50, y: 40 }, { x: 150, y: 40 }, 10);
    const spans = rows.map((row) => [row.indexOf(1), row.lastIndexOf(1)]);
    // Thickness 10: rows 35 to 45 between the ends, and circles of radius 5 around them.
    expect(rows.findIndex((row) => row.includes(1))).toBe(35);
    expect(rows.findLastIndex((row) => row.includes(1))).toBe(45);
    expect(spans[40]).toEqual([45, 155]);
    expect(spans[35]).toEqual([50, 150]);
  });

  it('paints nothing where it passes by', () => {
    expect(picture({ x: -100, y: -50 }, { x: 300, y: -50 }, 20).flat()).not.toContain(1);
  });
});

describe('a soft line', () => {
  const point = fc.record({ x: fc.integer({ min: -200, max: 400 }), y: fc.integer({ min: -200, max: 280 }) });

  it('is the painted line weighed by the kernel, with the frame mirrored at its borders', () => {
    const soft = new SoftLine(HEIGHT, WIDTH);
    const sizes = fc.constantFrom<KernelSize>(3, 5, 7);
    fc.assert(
      fc.property(point, point, fc.integer({ min: 10, max: 99 }), sizes, (from, to, thickness, size) => {
        soft.draw(from, to, thickness, size);
        const expected = blur(picture(from, to, thickness), size);
        const worst = soft.values().reduce((most, m, i) => Math.max(most, Math.abs(m - expected[i])), 0);
        expect(worst).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('blurs around the hole that the rule leaves at the border for some lines', () => {
    const [from, to] = [
      { x: 282, y: 74 },
      { x: -104, y: -28 },
    ];
    const rows = picture(from, to, 98);
    expect(rows[0].slice(191, 196)).toEqual([1, 1, 0, 1, 1]);
    const soft = new SoftLine(HEIGHT, WIDTH);
    soft.draw(from, to, 98, 5);
    // 1 − (6/16)², the hole and its mirror being in the first row only.
    expect(soft.values()[193]).toBe(1 - 36 / 256);
  });
});
