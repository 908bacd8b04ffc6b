/**
 * `lstm`: TensorFlow 1's LSTMCell, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     i, j, f, o = [x, h]·W + b                      (column blocks in this order)
 *     c ← clip(c·σ(f + forget bias) + σ(i)·tanh(j))
 *     h ← σ(o)·tanh(c)
 *
 * The forget bias of 1 is added in the equation and is not part of b, as in TensorFlow 1.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell, Table } from './cell.ts';
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { clipped, projectInputs } from './dense-steps.ts';

export interface LstmOptions extends DenseCellOptions {
  readonly forgetBias: number;
  /** Bound on |c|; ≤ 0 for none. */
  readonly clip: number;
}

/** @returns the cell; states c and h, both [B,U] */
export function lstm(options: LstmOptions): Cell {
  const { inputs: S, units: U, forgetBias, clip } = options;
  return denseCell(options, {
    startValues: { kernel: glorotUniform([S + U, 4 * U]), bias: constant(0, [4 * U]) },
    states: { c: U, h: U },
    begin({ kernel, bias }, features) {
      const { steps, recurrent } = projectInputs(features, kernel, bias);
      return (t, [c, h]) => {
        const gates = plusRecurrent(steps[t], h, recurrent as tf.Tensor2D);
        const [i, j, f, o] = tf.split(gates, 4, 1) as tf.Tensor2D[];
        const kept = tf.mul(c, tf.sigmoid(tf.add(f, forgetBias)));
        const written = tf.mul(tf.sigmoid(i), tf.tanh(j));
        const nextC = clipped(tf.add(kept, written), clip);
        return [nextC, tf.mul(tf.sigmoid(o), tf.tanh(nextC))];
      };
    },
    tables: ({ kernel, bias }) =>
      new Map<string, Table>([
        ['forget_w.csv', { rows: columns(kernel, 2 * U, U) }],
        ['forget_bias.csv', { rows: columns(bias, 2 * U, U) }],
      ]),
  });
}

/** `width` columns of a matrix from `first` on; a vector is one row. */
function columns(tensor: tf.Tensor, first: number, width: number): number[][] {
  const values = tensor.dataSync();
  const stride = tensor.shape[tensor.rank - 1] as number;
  const rows: number[][] = [];
  for (let at = first; at < values.length; at += stride)
    rows.push(Array.from(values.subarray(at, at + width)));
  return rows;
}
