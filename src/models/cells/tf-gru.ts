/**
 * `tf_gru`: TensorFlow 1's GRUCell, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     r, u = σ([x, h]·W_gates + b_gates)             (column blocks in this order)
 *     c    = tanh([x, r·h]·W_candidate + b_candidate)
 *     h    ← u·h + (1 − u)·c
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { projectInputs } from './dense-steps.ts';

/** @returns the cell; state h [B,U] */
export function tfGru(options: DenseCellOptions): Cell {
  const { inputs: S, units: U } = options;
  return denseCell(options, {
    startValues: {
      gates_kernel: glorotUniform([S + U, 2 * U]),
      gates_bias: constant(1, [2 * U]),
      candidate_kernel: glorotUniform([S + U, U]),
      candidate_bias: constant(0, [U]),
    },
    states: { h: U },
    begin(weights, features) {
      const gates = projectInputs(features, weights.gates_kernel, weights.gates_bias);
      const candidate = projectInputs(features, weights.candidate_kernel, weights.candidate_bias);
      return (t, [h]) => {
        const both = tf.sigmoid(plusRecurrent(gates.steps[t], h, gates.recurrent as tf.Tensor2D));
        const [r, u] = tf.split(both, 2, 1) as tf.Tensor2D[];
        const c = tf.tanh(
          plusRecurrent(candidate.steps[t], tf.mul(r, h), candidate.recurrent as tf.Tensor2D),
        );
        return [tf.add(tf.mul(u, h), tf.mul(tf.sub(1, u), c))];
      };
    },
  });
}
