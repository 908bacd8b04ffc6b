/**
 * `vanilla`: the plain recurrent network, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     h ← tanh([x, h]·W + b)
 */
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { tanh } from './recurrence/activations.ts';
import { stateAsItIs } from './recurrence/dynamics.ts';

/** @returns the cell; state h [B,U] */
export function vanilla(options: DenseCellOptions): Cell {
  const { inputs: S, units: U } = options;
  return denseCell(options, {
    startValues: { W_step: glorotUniform([S + U, U]), bias_step: constant(0, [U]) },
    states: { h: U },
    dynamics: {
      layers: [{ kernel: 'W_step', bias: 'bias_step', blocks: [tanh], sees: stateAsItIs(0) }],
      next: (_, [y], [next]) => next.set(y),
      nextBackward: (_, __, ___, [dNext], ____, [dY]) => dY.set(dNext),
    },
  });
}
