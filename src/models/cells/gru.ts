/**
 * `gru`: the paper's own gated recurrent unit, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     r = σ([x, h]·W_r + b_r)        b_r starts at 1
 *     s = σ([x, h]·W_s + b_s)        b_s starts at 0
 *     q = tanh([x, r·h]·W_q + b_q)
 *     h ← clip((1 − s)·h + s·q)
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { clipped, projectInputs } from './dense-steps.ts';

export interface GruOptions extends DenseCellOptions {
  /** Bound on |h|; ≤ 0 for none. */
  readonly clip: number;
}

/** @returns the cell; state h [B,U] */
export function gru(options: GruOptions): Cell {
  const { inputs: S, units: U, clip } = options;
  const kernel = glorotUniform([S + U, U]);
  return denseCell(options, {
    startValues: {
      W_reset_gate: kernel,
      bias_reset_gate: constant(1, [U]),
      W_detect_signal: kernel,
      bias_detect_signal: constant(0, [U]),
      W_update_setting: kernel,
      bias_update_setting: constant(0, [U]),
    },
    states: { h: U },
    begin(weights, features) {
      const reset = projectInputs(features, weights.W_reset_gate, weights.bias_reset_gate);
      const detect = projectInputs(features, weights.W_detect_signal, weights.bias_detect_signal);
      const update = projectInputs(features, weights.W_update_setting, weights.bias_update_setting);
      return (t, [h]) => {
        const r = tf.sigmoid(plusRecurrent(reset.steps[t], h, reset.recurrent as tf.Tensor2D));
        const s = tf.sigmoid(plusRecurrent(update.steps[t], h, update.recurrent as tf.Tensor2D));
        const q = tf.tanh(plusRecurrent(detect.steps[t], tf.mul(r, h), detect.recurrent as tf.Tensor2D));
        return [clipped(tf.add(tf.mul(tf.sub(1, s), h), tf.mul(s, q)), clip)];
      };
    },
  });
}
