/**
 * `vanilla`: the plain recurrent network, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     h ← tanh([x, h]·W + b)
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { projectInputs } from './dense-steps.ts';

/** @returns the cell; state h [B,U] */
export function vanilla(options: DenseCellOptions): Cell {
  const { inputs: S, units: U } = options;
  return denseCell(options, {
    startValues: { W_step: glorotUniform([S + U, U]), bias_step: constant(0, [U]) },
    states: { h: U },
    begin({ W_step, bias_step }, features) {
      const { steps, recurrent } = projectInputs(features, W_step, bias_step);
      return (t, [h]) => [tf.tanh(plusRecurrent(steps[t], h, recurrent as tf.Tensor2D))];
    },
  });
}
