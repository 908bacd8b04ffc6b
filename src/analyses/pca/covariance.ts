/**
 * Mean and covariance of rows that come one after the other, in memory that does not grow with them (Welford's method, Chan et al.
 * 1983): with δ the distance of the n-th row from the mean before it,
 *
 *     mean += δ/n        C += (n−1)/n · δ·δᵀ        covariance = C/(n−1)
 */
import { NotFiniteError } from '../../errors.ts';

export interface Covariance {
  /** Rows seen so far. */
  readonly rows: number;
  /** [U] */
  readonly mean: Float64Array;
  /** Adds a row [U]. @throws NotFiniteError naming row and column of what is not finite */
  add(row: ArrayLike<number>): void;
  /** [U,U] row-major, divisor rows − 1; zeros of fewer than two rows. */
  matrix(): Float64Array;
}

/** @param names - of the U columns, for messages */
export function streamingCovariance(names: readonly string[]): Covariance {
  const U = names.length;
  const mean = new Float64Array(U);
  const delta = new Float64Array(U);
  /** Upper triangle of C, the rest 0. */
  const sums = new Float64Array(U * U);
  let n = 0;
  return {
    get rows() {
      return n;
    },
    mean,
    add(row) {
      n++;
      const keep = (n - 1) / n;
      for (let i = 0; i < U; i++) delta[i] = row[i] - mean[i];
      for (let i = 0; i < U; i++) {
        const d = delta[i] * keep;
        // A sum of products of differences: what is not finite shows here, without a test an entry.
        if (!(Math.abs(d) < Number.POSITIVE_INFINITY)) {
          throw new NotFiniteError(
            `${names[i]} is ${row[i]} in row ${n - 1}: only finite numbers have components`,
          );
        }
        mean[i] += delta[i] / n;
        const at = i * U;
        for (let j = i; j < U; j++) sums[at + j] += d * delta[j];
      }
    },
    matrix() {
      const divisor = Math.max(1, n - 1);
      return Float64Array.from({ length: U * U }, (_, at) => {
        const [i, j] = [Math.floor(at / U), at % U];
        return sums[Math.min(i, j) * U + Math.max(i, j)] / divisor;
      });
    },
  };
}
