import { describe, expect, test } from 'vitest';
import { countBrightness, rangeOf, YUV, type YuvRange, yuvRow, yuvToRgb } from './yuv.ts';

/** One colour in the two ranges, as ITU-R BT.601 has them: Y, U, V. */
const COLOURS: readonly (readonly [
  string,
  readonly number[],
  Readonly<Record<YuvRange, readonly number[]>>,
])[] = [
  ['black', [0, 0, 0], { studio: [16, 128, 128], full: [0, 128, 128] }],
  ['white', [255, 255, 255], { studio: [235, 128, 128], full: [255, 128, 128] }],
  ['red', [255, 0, 0], { studio: [81, 90, 240], full: [76, 85, 255] }],
  ['green', [0, 255, 0], { studio: [145, 54, 34], full: [150, 44, 21] }],
  ['blue', [0, 0, 255], { studio: [41, 240, 110], full: [29, 255, 107] }],
];

/** A picture of two pixels of a colour. */
function twoPixels(encoding: string, [y, u, v]: readonly number[]) {
  const at = YUV[encoding];
  const data = new Uint8Array(4);
  data.set([y], at.y);
  data.set([y], at.y + 2);
  data.set([u], at.u);
  data.set([v], at.v);
  return { height: 1, width: 2, step: 4, data, isBigEndian: false };
}

describe.each(Object.keys(YUV))('%s', (encoding) => {
  test.each(COLOURS)('has %s in either range', (_, rgb, coded) => {
    for (const range of ['studio', 'full'] as const) {
      const out = new Uint8Array(6);
      yuvToRgb(twoPixels(encoding, coded[range]), YUV[encoding], range, out);
      for (const [i, value] of out.entries())
        expect(Math.abs(value - rgb[i % 3]), range).toBeLessThanOrEqual(2);
    }
  });

  test('has brightnesses that are counted', () => {
    const counts = new Float64Array(256);
    for (const y of [7, 7, 200]) countBrightness(twoPixels(encoding, [y, 1, 2]), YUV[encoding], counts);
    expect([counts[7], counts[200], counts.reduce((a, b) => a + b)]).toEqual([4, 2, 6]);
  });
});

test('a row of an odd width ends with a whole pair', () => {
  expect([2, 3, 4].map(yuvRow)).toEqual([4, 8, 8]);
});

describe('brightness tells', () => {
  const counts = (from: number, to: number, strays: readonly number[] = []) => {
    const counted = new Float64Array(256).map((_, y) => (y >= from && y <= to ? 100 : 0));
    for (const y of strays) counted[y]++;
    return counted;
  };
  test.each([
    ['studio range where it is filled and not left', counts(16, 235), 'studio'],
    ['studio range where it is nearly filled', counts(30, 222), 'studio'],
    ['studio range in spite of some noise beyond', counts(16, 235, [3, 12, 240, 255]), 'studio'],
    ['full range where it goes to 0', counts(0, 200), 'full'],
    ['full range where it goes to 255', counts(60, 255), 'full'],
    ['neither where there is no black', counts(60, 235), undefined],
    ['neither where there is no white', counts(16, 200), undefined],
    ['neither where there are strays only', counts(60, 200, [20, 230, 255]), undefined],
  ])('%s', (_, counted, range) => expect(rangeOf(counted)).toBe(range));
});
