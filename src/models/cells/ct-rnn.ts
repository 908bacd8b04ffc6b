/**
 * `ctrnn`: a continuous-time recurrent network by explicit Euler, then a dense layer to the steering
 * (docs/pipeline.md §3). Six unfolds of 0.1 in every time step:
 *
 *     h ← clip(h + 0.1·(−h/τ + tanh(u·W + b)))       τ = 1
 *
 * with u = x, or u = [x, h] with global feedback.
 */
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { clipBy, clipSlope, tanh } from './recurrence/activations.ts';
import { stateAsItIs } from './recurrence/dynamics.ts';

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
  const { inputs: S, units: U, globalFeedback } = options;
  const [clip, slope] = [clipBy(options.clip), clipSlope(options.clip)];
  const kept = 1 - DELTA_T / TAU;
  return denseCell(options, {
    startValues: {
      W_step: glorotUniform([globalFeedback ? S + U : S, U]),
      bias_step: constant(0, [U]),
    },
    states: { h: U },
    dynamics: {
      layers: [
        {
          kernel: 'W_step',
          bias: 'bias_step',
          blocks: [tanh],
          sees: globalFeedback ? stateAsItIs(0) : undefined,
        },
      ],
      unfolds: UNFOLDS,
      // h + Δt·(−h/τ + drive), with the factors of h gathered
      next([h], [drive], [next]) {
        for (let n = 0; n < next.length; n++) next[n] = clip(kept * h[n] + DELTA_T * drive[n]);
      },
      nextBackward(_, __, [next], [dNext], [dH], [dDrive]) {
        for (let n = 0; n < next.length; n++) {
          const d = dNext[n] * slope(next[n]);
          dH[n] += d * kept;
          dDrive[n] += d * DELTA_T;
        }
      },
    },
  });
}
