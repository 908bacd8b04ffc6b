/** `--compat paper` walks through a split as the published scripts do: evaluation.json. */
import { describe, expect, it } from 'vitest';
import { Concatenation } from '../src/data/batches/concatenation.ts';
import { evaluationRuns } from '../src/data/batches/evaluation-order.ts';
import { goldenJson } from './golden.ts';

interface Original {
  chunks: number;
  counted: number[];
  reset_before: number[];
}
const { frames, timestamps, original } = goldenJson('evaluation.json') as {
  frames: number;
  timestamps: number[];
  original: Record<string, Original>;
};
const split = new Concatenation(
  [{ recording: 0, first: 0, count: frames }],
  [{ timestamps: Float64Array.from(timestamps) }],
);

describe('evaluation order, compat paper', () => {
  for (const length of [16, 32]) {
    it(`counts and resets the original's chunks of ${length} frames`, () => {
      const expected = original[`L${length}`];
      const runs = evaluationRuns(split, length, 'paper', 'validation');
      expect(runs.flat()).toEqual(expected.counted.map((chunk) => chunk * length));
      expect(runs.map(([start]) => start / length)).toEqual(expected.reset_before);
      expect(Math.floor(frames / length)).toBe(expected.chunks);
    });
  }
});
