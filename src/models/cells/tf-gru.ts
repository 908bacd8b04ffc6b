/**
 * `tf_gru`: TensorFlow 1's GRUCell, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     r, u = σ([x, h]·W_gates + b_gates)             (column blocks in this order)
 *     c    = tanh([x, r·h]·W_candidate + b_candidate)
 *     h    ← u·h + (1 − u)·c
 */
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { sigmoid, tanh } from './recurrence/activations.ts';
import { resetState, stateAsItIs } from './recurrence/dynamics.ts';

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
    dynamics: {
      layers: [
        { kernel: 'gates_kernel', bias: 'gates_bias', blocks: [sigmoid, sigmoid], sees: stateAsItIs(0) },
        { kernel: 'candidate_kernel', bias: 'candidate_bias', blocks: [tanh], sees: resetState },
      ],
      next([h], [, u, c], [next]) {
        for (let n = 0; n < next.length; n++) next[n] = u[n] * h[n] + (1 - u[n]) * c[n];
      },
      nextBackward([h], [, u, c], _, [dNext], [dH], [, dU, dC]) {
        for (let n = 0; n < dNext.length; n++) {
          dH[n] += dNext[n] * u[n];
          dU[n] += dNext[n] * (h[n] - c[n]);
          dC[n] += dNext[n] * (1 - u[n]);
        }
      },
    },
  });
}
