/**
 * `gru`: the paper's own gated recurrent unit, then a dense layer to the steering (docs/pipeline.md §3).
 *
 *     r = σ([x, h]·W_r + b_r)        b_r starts at 1
 *     s = σ([x, h]·W_s + b_s)        b_s starts at 0
 *     q = tanh([x, r·h]·W_q + b_q)
 *     h ← clip((1 − s)·h + s·q)
 */
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { clipBy, clipSlope, sigmoid, tanh } from './recurrence/activations.ts';
import { resetState, stateAsItIs } from './recurrence/dynamics.ts';

export interface GruOptions extends DenseCellOptions {
  /** Bound on |h|; ≤ 0 for none. */
  readonly clip: number;
}

/** @returns the cell; state h [B,U] */
export function gru(options: GruOptions): Cell {
  const { inputs: S, units: U } = options;
  const [clip, slope] = [clipBy(options.clip), clipSlope(options.clip)];
  const kernel = glorotUniform([S + U, U]);
  const h = stateAsItIs(0);
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
    dynamics: {
      layers: [
        { kernel: 'W_reset_gate', bias: 'bias_reset_gate', blocks: [sigmoid], sees: h },
        { kernel: 'W_update_setting', bias: 'bias_update_setting', blocks: [sigmoid], sees: h },
        { kernel: 'W_detect_signal', bias: 'bias_detect_signal', blocks: [tanh], sees: resetState },
      ],
      next([h], [, s, q], [next]) {
        for (let n = 0; n < next.length; n++) next[n] = clip((1 - s[n]) * h[n] + s[n] * q[n]);
      },
      nextBackward([h], [, s, q], [next], [dNext], [dH], [, dS, dQ]) {
        for (let n = 0; n < next.length; n++) {
          const d = dNext[n] * slope(next[n]);
          dH[n] += d * (1 - s[n]);
          dS[n] += d * (q[n] - h[n]);
          dQ[n] += d * s[n];
        }
      },
    },
  });
}
