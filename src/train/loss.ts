/**
 * The loss that is minimised, and the two figures that are logged (docs/pipeline.md §2):
 *
 *     loss = Σ w·(ŷ − y)² / Σ w        mse = mean (ŷ − y)²        mae = mean |ŷ − y|
 */
import * as tf from '@tensorflow/tfjs-core';

/**
 * @param outputs - ŷ, any shape
 * @param labels - y, as many, row-major
 * @param shares - w / Σ w of every label; Σ over the whole batch, also where only part of it is here
 * @returns Σ shares·(ŷ − y)², a scalar
 */
export function weightedLoss(outputs: tf.Tensor, labels: Float32Array, shares: Float32Array): tf.Scalar {
  const errors = tf.squaredDifference(outputs, tf.tensor(labels, outputs.shape));
  return tf.sum(tf.mul(errors, tf.tensor(shares, outputs.shape)));
}

/** w / Σ w. */
export function normalised(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/** Unweighted mean squared and mean absolute error. */
export function errors(outputs: Float32Array, labels: Float32Array): { mse: number; mae: number } {
  let squares = 0;
  let absolutes = 0;
  for (let n = 0; n < labels.length; n++) {
    const error = outputs[n] - labels[n];
    squares += error * error;
    absolutes += Math.abs(error);
  }
  return { mse: squares / labels.length, mae: absolutes / labels.length };
}
