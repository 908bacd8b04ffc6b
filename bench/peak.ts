/**
 * The most this machine computes on a backend, as far as a large product of matrices tells: what a step's GFLOP/s are
 * compared with. Measured between the steps, since it drifts as they do.
 */
import * as tf from '@tensorflow/tfjs-core';

const SIZE = 1536;

export const PEAK_GFLOP = (2 * SIZE ** 3) / 1e9;

/** A job for the backend that is set: one product of two matrices of 1536 × 1536. */
export function matrixProduct(): { job: () => void; dispose: () => void } {
  const [a, b] = [0, 1].map((seed) => tf.randomUniform([SIZE, SIZE], -1, 1, 'float32', seed) as tf.Tensor2D);
  return {
    job: () => {
      const product = tf.matMul(a, b);
      product.dataSync();
      product.dispose();
    },
    dispose: () => tf.dispose([a, b]),
  };
}
