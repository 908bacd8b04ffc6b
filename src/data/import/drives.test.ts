import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { cutPieces, drivesOf, gapsIn, timesOf, whyNominal } from './drives.ts';

const log = (times: number[], ordinals = times.map((_, i) => i), sessions?: string[]) => ({
  times: Float64Array.from(times),
  ordinals: Float64Array.from(ordinals),
  sessions,
});

describe('a drive ends', () => {
  test('at a step as long as the pause, and not at a shorter one', () => {
    expect(drivesOf(log([0, 0.75, 1.5, 2.5, 2.75]), 1)).toEqual([
      { first: 0, count: 3 },
      { first: 3, count: 2 },
    ]);
  });

  test('where time goes back', () => {
    expect(drivesOf(log([5, 5.1, 5.2, 3, 3.1]), 1)).toEqual([
      { first: 0, count: 3 },
      { first: 3, count: 2 },
    ]);
  });

  test('where another session begins', () => {
    expect(drivesOf(log([0, 0.1, 0.2], [0, 1, 2], ['a', 'a', 'b']), 1)).toEqual([
      { first: 0, count: 2 },
      { first: 2, count: 1 },
    ]);
  });

  test('at a nominal rate, where as many frames are left out as make a pause', () => {
    // 20 left out at 20 Hz: 1.05 s between 1 and 22; 18 left out: 0.95 s between 22 and 41.
    const ordinals = [0, 1, 22, 41];
    expect(drivesOf({ ordinals: Float64Array.from(ordinals) }, 1, 20)).toEqual([
      { first: 0, count: 2 },
      { first: 2, count: 2 },
    ]);
  });

  test('never otherwise: equal times are one drive', () => {
    expect(drivesOf(log([1, 1, 1]), 1)).toEqual([{ first: 0, count: 3 }]);
  });
});

test('frames are missing in a drive where numbers do not follow one another', () => {
  const ordinals = Float64Array.of(0, 1, 3, 4, 5, 9.5, 10.5);
  expect(gapsIn({ ordinals }, { first: 0, count: 7 })).toEqual([2, 5]);
  expect(gapsIn({ ordinals }, { first: 2, count: 4 })).toEqual([3]);
});

describe('the nominal rate stands in', () => {
  test('for times that no camera makes, absent ones, and on request', () => {
    expect(whyNominal(log([0, 0.003, 0.006, 0.02]), false)).toContain('3.0 ms apart');
    expect(whyNominal({ times: undefined }, false)).toBe('the log has no times');
    expect(whyNominal(log([0, 0.05, 0.1]), true)).toBe('as asked');
  });

  test('not for times with a step back or a pause among them', () => {
    expect(whyNominal(log([0, 0.05, 9, 9.05, 1, 1.05]), false)).toBeUndefined();
  });

  test('and keeps the gaps of frames that were left out, from the drive’s recorded start', () => {
    const bogus = log([100, 100.003, 100.006], [7, 8, 10]);
    expect(Array.from(timesOf(bogus, { first: 0, count: 3 }, 20))).toEqual([100, 100.05, 100.15]);
  });
});

describe('pieces', () => {
  test('of one drive are exactly as many, of like length, without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40, max: 5000 }), (pieces, frames) => {
        const [cuts] = cutPieces([frames], pieces, 1);
        expect(cuts).toHaveLength(pieces);
        let next = 0;
        for (const { first, count } of cuts) {
          expect(first).toBe(next);
          next += count;
        }
        expect(next).toBe(frames);
        const counts = cuts.map(({ count }) => count);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('go to several drives by their length, at least one each', () => {
    expect(cutPieces([800, 190, 10], 5, 10).map((cuts) => cuts.length)).toEqual([4, 1, 1]);
  });

  test('that would be too short are refused with the number that fits', () => {
    expect(() => cutPieces([1000], 50, 64)).toThrow(UsageError);
    expect(() => cutPieces([1000], 50, 64)).toThrow(
      '--pieces 50 leaves 20 frames to a recording, and at least 64 are wanted: --pieces 15',
    );
  });

  test('and that number fits, of several drives, too', () => {
    const drives = fc.array(fc.integer({ min: 20, max: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(drives, fc.integer({ min: 1, max: 60 }), (counts, pieces) => {
        try {
          cutPieces(counts, pieces, 20);
        } catch (error) {
          const advised = Number(/wanted: --pieces (\d+)/.exec((error as Error).message)?.[1]);
          expect(advised).toBeGreaterThanOrEqual(1);
          expect(() => cutPieces(counts, advised, 20)).not.toThrow();
        }
      }),
      { examples: [[[59, 59], 9]] },
    );
  });
});
