/**
 * `ctrnn`: a continuous-time recurrent network by explicit Euler, then a dense layer to the steering
 * (docs/pipeline.md §3). Six unfolds of 0.1 in every time step:
 *
 *     h ← clip(h + 0.1·(−h/τ + tanh(u·W + b)))       τ = 1
 *
 * with u = x, or u = [x, h] with global feedback.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { clipped, projectInputs } from './dense-steps.ts';

const UNFOLDS = 6;
const DELTA_T = 0.1;
const TAU = 1;

export interface CtRnnOptions extends DenseCellOptions {
  readonly globalFeedback: boolean;
  /** Bound on |h| after every unfold; ≤ 0 for none. */
  readonly clip: number;
}

/** @returns the cell; state h [B,U] */
export function ctRnn(options: CtRnnOptions): Cell {
  const { inputs: S, units: U, globalFeedback, clip } = options;
  return denseCell(options, {
    startValues: {
      W_step: glorotUniform([globalFeedback ? S + U : S, U]),
      bias_step: constant(0, [U]),
    },
    states: { h: U },
    begin({ W_step, bias_step }, features) {
      const { steps, recurrent } = projectInputs(features, W_step, bias_step);
      return (t, [initial]) => {
        const driveWithoutFeedback = recurrent ? undefined : tf.tanh(steps[t]);
        let h = initial;
        for (let k = 0; k < UNFOLDS; k++) {
          const drive = driveWithoutFeedback ?? tf.tanh(plusRecurrent(steps[t], h, recurrent as tf.Tensor2D));
          // h + Δt·(−h/τ + drive), with the factors of h gathered
          h = clipped(tf.add(tf.mul(h, 1 - DELTA_T / TAU), tf.mul(drive, DELTA_T)), clip);
        }
        return [h];
      };
    },
  });
}
