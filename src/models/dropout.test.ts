/** Dropout masks: how many entries fall, what the others are multiplied by, and what decides which. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { type BatchKey, dropoutFactors } from './dropout.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const KEY: BatchKey = { seed: 1, fold: 2, epoch: 3, batch: 4 };
const KEEP = [0.5, 0.8, 0.7] as const;

/** The factors of the three layers as plain arrays. */
function drawn(key: BatchKey, N: number, firstSample?: number): Float32Array[] {
  return dropoutFactors(key, KEEP, N, firstSample).map((factors) => {
    const values = factors.dataSync<'float32'>().slice();
    factors.dispose();
    return values;
  });
}

describe('dropout factors', () => {
  it('fall on the 4,864 values of the last maps and on the dense layers of 1,000 and 100', () => {
    const factors = dropoutFactors(KEY, KEEP, 2);
    expect(factors.map(({ shape }) => shape)).toEqual([
      [2, 4864],
      [2, 1000],
      [2, 100],
    ]);
    for (const factor of factors) factor.dispose();
  });

  it('are 0 or 1/keep, and as many are kept as asked', () => {
    for (const [layer, values] of drawn(KEY, 40).entries()) {
      const keep = KEEP[layer];
      expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / keep)]));
      const kept = values.filter((value) => value > 0).length / values.length;
      const tolerance = 5 * Math.sqrt((keep * (1 - keep)) / values.length); // five standard errors
      expect(Math.abs(kept - keep), `layer ${layer}`).toBeLessThan(tolerance);
    }
  });

  it('keep 1 drops nothing', () => {
    for (const factors of dropoutFactors(KEY, [1, 1, 1], 2)) {
      expect(new Set(factors.dataSync())).toEqual(new Set([1]));
      factors.dispose();
    }
  });

  it('the same batch draws the same masks, whatever was drawn in between', () => {
    const first = drawn(KEY, 3);
    drawn({ ...KEY, batch: 9 }, 5);
    expect(drawn(KEY, 3)).toEqual(first);
  });

  it('a batch cut in two draws the masks of the whole one', () => {
    const whole = drawn(KEY, 5);
    const [front, back] = [drawn(KEY, 2, 0), drawn(KEY, 3, 2)];
    for (const layer of whole.keys()) {
      expect(Float32Array.of(...front[layer], ...back[layer])).toEqual(whole[layer]);
    }
  });

  it.each(['seed', 'fold', 'epoch', 'batch'] as const)(
    'another %s draws other masks in every layer',
    (part) => {
      const [here, there] = [drawn(KEY, 1), drawn({ ...KEY, [part]: KEY[part] + 1 }, 1)];
      for (const layer of here.keys()) expect(there[layer], `layer ${layer}`).not.toEqual(here[layer]);
    },
  );

  it('neither samples nor layers share a mask', () => {
    const [flat] = drawn(KEY, 2);
    expect(flat.subarray(0, 4864)).not.toEqual(flat.subarray(4864));
    const [first, second] = dropoutFactors(KEY, [0.5, 0.5, 0.5], 1).map((factors) => factors.dataSync());
    expect(first.slice(0, 1000)).not.toEqual(second);
  });
});
