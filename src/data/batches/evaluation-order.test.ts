import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../errors.ts';
import { Concatenation } from './concatenation.ts';
import { evaluationRuns } from './evaluation-order.ts';

/** One segment for each list of times. */
function split(...times: number[][]): Concatenation {
  return new Concatenation(
    times.map((of, recording) => ({ recording, first: 0, count: of.length })),
    times.map((of) => ({ timestamps: Float64Array.from(of) })),
  );
}

const seconds = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

describe('the order of evaluation', () => {
  // Numbers 0..9 in one drive; a skip before 10; 10..15; time goes back before 16; 16..18, too short; the next
  // recording, 19..27, begins where time would just go on.
  const frames = split([...seconds(0, 10), ...seconds(20, 6), ...seconds(1, 3)], seconds(4, 9));

  it('walks every unbroken piece from its own start in whole chunks', () => {
    expect(evaluationRuns(frames, 4, 'none', 'validation')).toEqual([[0, 4], [10], [19, 23]]);
  });

  it('for compat paper walks on whatever lies on a border, and leaves chunks with a skip out', () => {
    // Chunks 0 4 8 12 16 20 24; 8..11 has the skip; 12..15, 16..19 and so on follow as they are.
    expect(evaluationRuns(frames, 4, 'paper', 'validation')).toEqual([
      [0, 4],
      [12, 16, 20, 24],
    ]);
  });

  it('is refused where there is no chunk', () => {
    for (const compat of ['none', 'paper'] as const) {
      const attempt = () => evaluationRuns(split(seconds(0, 15)), 16, compat, 'test');
      expect(attempt).toThrow(DataError);
      expect(attempt).toThrow(/^test: none of its 15 frames are part of 16/);
    }
  });

  it('keeps chunks within pieces, in order, apart, and leaves less than a chunk of each piece out', () => {
    const step = fc.oneof(
      { weight: 15, arbitrary: fc.constantFrom(0, 0.03, 1, 4.9) },
      { weight: 1, arbitrary: fc.constantFrom(5, 60, -1) },
    );
    const drives = fc.array(fc.array(step, { minLength: 8, maxLength: 60 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(drives, fc.integer({ min: 1, max: 8 }), (steps, L) => {
        const times = steps.map((of) =>
          of.map((_, n) => of.slice(0, n + 1).reduce((sum: number, s) => sum + s, 0)),
        );
        const all = split(...times);
        const pieces = all.pieces('none');
        const whole = pieces.filter(({ count }) => count >= L);
        if (whole.length === 0) return;
        const runs = evaluationRuns(all, L, 'none', 'validation');
        expect(runs.map(([start]) => start)).toEqual(whole.map(({ first }) => first));
        runs.forEach((run, r) => {
          expect(run).toEqual(run.map((_, chunk) => whole[r].first + chunk * L));
          const left = whole[r].count - run.length * L;
          expect(left >= 0 && left < L).toBe(true);
        });
      }),
    );
  });
});
