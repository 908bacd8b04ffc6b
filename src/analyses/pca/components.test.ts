/** Components of Gaussians whose axes and variances are known, and of data that has none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../random/stream.ts';
import { principalComponents, score } from './components.ts';
import { streamingCovariance } from './covariance.ts';

const namesOf = (U: number) => Array.from({ length: U }, (_, i) => `neuron ${i}`);

function componentsOf(rows: readonly ArrayLike<number>[]) {
  const covariance = streamingCovariance(namesOf(rows[0].length));
  for (const row of rows) covariance.add(row);
  return principalComponents(covariance);
}

describe('principalComponents', () => {
  it('finds the axes of a rotated Gaussian: deviations 3 and 1, turned by 30°', () => {
    const draws = stream(1, 'gaussian');
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const rows = Array.from({ length: 20_000 }, () => {
      const [a, b] = [draws.normal(), draws.normal()];
      return [5 + 3 * a * cos - b * sin, -2 + 3 * a * sin + b * cos];
    });
    const { variances, explained, components, mean } = componentsOf(rows);
    // Variances 9 and 1; a variance of 20,000 draws has a relative deviation of √(2/20,000) = 1 %.
    expect(variances[0] / 9).toBeCloseTo(1, 1);
    expect(variances[1]).toBeCloseTo(1, 1);
    expect(explained[0]).toBeCloseTo(0.9, 2);
    expect(Math.abs(components[0][0] * cos + components[0][1] * sin)).toBeCloseTo(1, 3);
    expect(mean[0]).toBeCloseTo(5, 1);
    expect(mean[1]).toBeCloseTo(-2, 1);
  });

  it('scores are uncorrelated, and vary as the component does (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }), {
          minLength: 4,
          maxLength: 30,
        }),
        (rows) => {
          const parts = componentsOf(rows);
          const scores = streamingCovariance(namesOf(3));
          for (const row of rows) scores.add([0, 1, 2].map((k) => score(parts, k, row)));
          const matrix = scores.matrix();
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
              expect(matrix[i * 3 + j]).toBeCloseTo(i === j ? parts.variances[i] : 0, 6);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('far from 0, small variances keep their digits', () => {
    const { variances } = componentsOf([-1, 0, 1].map((n) => [1e8 + n, 3e8]));
    expect(Array.from(variances)).toEqual([1, 0]);
  });

  it('constant neurons explain nothing; where none moves, nothing is explained', () => {
    const one = componentsOf([
      [1, 7],
      [3, 7],
    ]);
    expect(Array.from(one.explained)).toEqual([1, 0]);
    expect(Array.from(one.components[0])).toEqual([1, 0]);
    const none = componentsOf([
      [2, 7],
      [2, 7],
    ]);
    expect(Array.from(none.explained)).toEqual([0, 0]);
    expect(Array.from(componentsOf([[2, 7]]).variances)).toEqual([0, 0]);
  });

  it('names what is not finite', () => {
    const covariance = streamingCovariance(['v0', 'v1']);
    covariance.add([0, 0]);
    expect(() => covariance.add([1, Number.NaN])).toThrow('v1 is NaN in row 1');
    expect(() => streamingCovariance(['v0']).add([Number.POSITIVE_INFINITY])).toThrow(
      'v0 is Infinity in row 0',
    );
  });

  it('100,000 rows of 64', () => {
    const draws = stream(3, 'rows');
    const row = new Float64Array(64);
    const covariance = streamingCovariance(namesOf(64));
    for (let n = 0; n < 100_000; n++) {
      row[n % 64] = draws.uniform(-1, 1);
      covariance.add(row);
    }
    expect(principalComponents(covariance).variances).toHaveLength(64);
  });
});
