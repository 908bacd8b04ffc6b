/**
 * Principal components: the eigenvectors of a covariance, by falling eigenvalue. Component k explains λ_k/Σλ of the variance; a row x
 * has the score c_k·(x − mean) on it. The columns are centred, not scaled: neurons that move more count for more, as in the
 * paper's figure.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Covariance } from './covariance.ts';

export interface Components {
  /** [U] variances along the components, falling, none below 0. */
  readonly variances: Float64Array;
  /** [U] shares of the whole variance, 0 where nothing varies. */
  readonly explained: Float64Array;
  /** U components, each [U] of length 1; the largest entry of each is positive. */
  readonly components: readonly Float64Array[];
  readonly mean: Float64Array;
}

export function principalComponents(covariance: Covariance): Components {
  const { mean } = covariance;
  const U = mean.length;
  const matrix = Matrix.from1DArray(U, U, covariance.matrix());
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, n) => n).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  // Rounding may leave a variance that is 0 a little below it.
  const variances = Float64Array.from(order, (n) => Math.max(0, realEigenvalues[n]));
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  return {
    variances,
    explained: variances.map((variance) => (total > 0 ? variance / total : 0)),
    components: order.map((n) => withSign(Float64Array.from(eigenvectorMatrix.getColumn(n)))),
    mean,
  };
}

/** @returns the score of a row [U] on component k */
export function score({ components, mean }: Components, k: number, row: ArrayLike<number>): number {
  const component = components[k];
  let sum = 0;
  for (let i = 0; i < component.length; i++) sum += component[i] * (row[i] - mean[i]);
  return sum;
}

/** An eigenvector's sign is arbitrary; with one rule two runs give the same. */
function withSign(component: Float64Array): Float64Array {
  let largest = 0;
  for (const value of component) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? component.map((value) => -value) : component;
}
