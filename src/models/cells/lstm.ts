/**
 * `lstm`: TensorFlow 1's LSTMCell, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     i, j, f, o = [x, h]·W + b                      (column blocks in this order)
 *     c ← clip(c·σ(f + forget bias) + σ(i)·tanh(j))
 *     h ← σ(o)·tanh(c)
 *
 * The forget bias of 1 is added in the equation and is not part of b, as in TensorFlow 1.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell, Table } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { clipBy, clipSlope, shiftedSigmoid, sigmoid, tanh } from './recurrence/activations.ts';
import { stateAsItIs } from './recurrence/dynamics.ts';

export interface LstmOptions extends DenseCellOptions {
  readonly forgetBias: number;
  /** Bound on |c|; ≤ 0 for none. */
  readonly clip: number;
}

/** @returns the cell; states c and h, both [B,U] */
export function lstm(options: LstmOptions): Cell {
  const { inputs: S, units: U, forgetBias } = options;
  const [clip, slope] = [clipBy(options.clip), clipSlope(options.clip)];
  return denseCell(options, {
    startValues: { kernel: glorotUniform([S + U, 4 * U]), bias: constant(0, [4 * U]) },
    states: { c: U, h: U },
    dynamics: {
      layers: [
        {
          kernel: 'kernel',
          bias: 'bias',
          blocks: [sigmoid, tanh, shiftedSigmoid(forgetBias), sigmoid],
          sees: stateAsItIs(1),
        },
      ],
      // i, j, f, o: the gates after their σ and tanh
      next([c], [i, j, f, o], [nextC, nextH]) {
        for (let n = 0; n < nextC.length; n++) {
          nextC[n] = clip(c[n] * f[n] + i[n] * j[n]);
          nextH[n] = o[n] * Math.tanh(nextC[n]);
        }
      },
      nextBackward([c], [i, j, f, o], [nextC], [dNextC, dNextH], [dC], [dI, dJ, dF, dO]) {
        for (let n = 0; n < nextC.length; n++) {
          const squashed = Math.tanh(nextC[n]);
          dO[n] += dNextH[n] * squashed;
          const d = (dNextC[n] + dNextH[n] * o[n] * (1 - squashed * squashed)) * slope(nextC[n]);
          dC[n] += d * f[n];
          dF[n] += d * c[n];
          dI[n] += d * j[n];
          dJ[n] += d * i[n];
        }
      },
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
