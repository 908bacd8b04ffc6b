/**
 * Against SciPy 1.17.1, whose numbers come from
 *
 *   python3 -c "import numpy as np; from scipy.stats import wilcoxon, PermutationMethod as P
 *   for d in ([1.1,-.4,2.3,.9,1.7,-.2,3.1,.6,1.3,2.2], [.5,.7], [1,1,-1,2,2,-3,4,4], [0,0,1,-2,3,4],
 *     [.3,-.1,.2,.25,-.5,.9,1.1,.05,.6,.45,-.7,1.4], [1]*10, [0,1,-1,1,0,2,-2,2,5,6]):
 *     r = wilcoxon(np.array(d), zero_method='wilcox', method=P(n_resamples=np.inf)); print(r.statistic, r.pvalue)"
 *
 * (with infinite resamples SciPy goes through every sign pattern; its method='exact' does not hold for ties).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signedRank } from './wilcoxon.ts';

test.each([
  ['ten folds', [1.1, -0.4, 2.3, 0.9, 1.7, -0.2, 3.1, 0.6, 1.3, 2.2], 3, 0.009765625],
  ['two folds', [0.5, 0.7], 0, 0.5],
  ['ties', [1, 1, -1, 2, 2, -3, 4, 4], 8, 0.171875],
  ['zeros', [0, 0, 1, -2, 3, 4], 2, 0.375],
  ['twelve folds', [0.3, -0.1, 0.2, 0.25, -0.5, 0.9, 1.1, 0.05, 0.6, 0.45, -0.7, 1.4], 18, 0.10986328125],
  ['all equal', Array(10).fill(1), 0, 0.001953125],
  ['zeros and ties', [0, 1, -1, 1, 0, 2, -2, 2, 5, 6], 7, 0.1640625],
])('%s: W and p as SciPy', (_, differences, W, p) => {
  const test = signedRank(differences);
  expect(test.W).toBe(W);
  expect(test.p).toBeCloseTo(p, 12);
});

test('p is the share of sign patterns at least as far out, counted one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 9 }), (differences) => {
      const sizes = differences.filter((d) => d !== 0).map(Math.abs);
      const n = sizes.length;
      const rank = (size: number) =>
        sizes.filter((other) => other < size).length +
        (sizes.filter((other) => other === size).length + 1) / 2;
      const middle = (n * (n + 1)) / 4;
      const sumOf = (isPositive: (i: number) => boolean) =>
        sizes.reduce((sum, size, i) => sum + (isPositive(i) ? rank(size) : 0), 0);
      const signs = differences.filter((d) => d !== 0);
      const seen = Math.abs(sumOf((i) => signs[i] > 0) - middle);
      let asFar = 0;
      for (let pattern = 0; pattern < 2 ** n; pattern++) {
        if (Math.abs(sumOf((i) => ((pattern >> i) & 1) === 1) - middle) >= seen) asFar++;
      }
      expect(signedRank(differences).p).toBeCloseTo(asFar / 2 ** n, 12);
    }),
  );
});

test('a hundred folds are no more trouble than ten; without a difference p is 1', () => {
  expect(signedRank(Array.from({ length: 100 }, (_, i) => i + 1)).p).toBeCloseTo(2 ** -99, 40);
  expect(signedRank([0, 0])).toEqual({ W: 0, p: 1, n: 0 });
});
