/** What dense cells put their pre-activations z through, with the derivatives. */
import { sigmoid as sigma } from '../ltc/sigmoid.ts';

export interface Activation {
  /** Fills y from z. */
  forward(z: Float32Array, y: Float32Array): void;
  /** Fills dz, the gradient of z, from that of y. */
  backward(z: Float32Array, y: Float32Array, dy: Float32Array, dz: Float32Array): void;
}

/** y = σ(z + shift)         dz = dy·y·(1 − y) */
export const shiftedSigmoid = (shift: number): Activation => ({
  forward(z, y) {
    for (let n = 0; n < z.length; n++) y[n] = sigma(z[n] + shift);
  },
  backward(_, y, dy, dz) {
    for (let n = 0; n < y.length; n++) dz[n] = dy[n] * y[n] * (1 - y[n]);
  },
});

export const sigmoid: Activation = shiftedSigmoid(0);

/** y = tanh z               dz = dy·(1 − y²) */
export const tanh: Activation = {
  forward(z, y) {
    for (let n = 0; n < z.length; n++) y[n] = Math.tanh(z[n]);
  },
  backward(_, y, dy, dz) {
    for (let n = 0; n < y.length; n++) dz[n] = dy[n] * (1 - y[n] * y[n]);
  },
};

/**
 * Shares of M places c_i, by how near z_i is to each; z and y hold M entries a unit:
 *
 *     y = softmax_i(−(z_i − c_i)²)       dz_i = −2·(z_i − c_i)·y_i·(dy_i − Σ_j dy_j·y_j)
 */
export function sharesByDistance(places: readonly number[]): Activation {
  const c = Float64Array.from(places);
  const M = c.length;
  const e = new Float64Array(M);
  return {
    forward(z, y) {
      for (let first = 0; first < z.length; first += M) {
        let nearest = Number.POSITIVE_INFINITY;
        for (let i = 0; i < M; i++) {
          const distance = z[first + i] - c[i];
          e[i] = distance * distance;
          if (e[i] < nearest) nearest = e[i];
        }
        let total = 0;
        for (let i = 0; i < M; i++) {
          e[i] = Math.exp(nearest - e[i]);
          total += e[i];
        }
        for (let i = 0; i < M; i++) y[first + i] = e[i] / total;
      }
    },
    backward(z, y, dy, dz) {
      for (let first = 0; first < z.length; first += M) {
        let mean = 0;
        for (let i = 0; i < M; i++) mean += dy[first + i] * y[first + i];
        for (let i = 0; i < M; i++) {
          const n = first + i;
          dz[n] = -2 * (z[n] - c[i]) * y[n] * (dy[n] - mean);
        }
      }
    },
  };
}

/** Clips to [−bound, bound]; a bound ≤ 0 means off, as in the published options. */
export function clipBy(bound: number): (x: number) => number {
  return bound > 0 ? (x) => Math.max(-bound, Math.min(bound, x)) : (x) => x;
}

/** The derivative of {@link clipBy} by its result, as float32: 0 where it lies on the bound, else 1. */
export function clipSlope(bound: number): (clipped: number) => number {
  const limit = Math.fround(bound);
  return bound > 0 ? (clipped) => (Math.abs(clipped) < limit ? 1 : 0) : () => 1;
}
