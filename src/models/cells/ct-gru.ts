/**
 * `ctgru`: the continuous-time gated recurrent unit (Mozer et al. 2017, arXiv 1710.04110), then a dense layer
 * to the steering (docs/pipeline.md §3). Every unit keeps M = 8 traces ĥ_i of time scales τ_i = 10^(i/2):
 *
 *     h        = Σ_i ĥ_i
 *     ln τ_r   = [x, h]·W_r + b_r                    r = softmax_i(−(ln τ_r − ln τ_i)²)
 *     q        = tanh([x, Σ_i r_i·ĥ_i]·W + b)
 *     ln τ_s   = [x, h]·W_s + b_s                    s = softmax_i(−(ln τ_s − ln τ_i)²)
 *     ĥ_i      ← clip(((1 − s_i)·ĥ_i + s_i·q)·decay_i)
 *
 * paper's code: decay_i = exp(−1/ln τ_i), 0 for i = 0, so that trace 0 never remembers; here, unless
 * `--compat paper`: exp(−Δt/τ_i) with Δt = 1, as in the CT-GRU paper (docs/pipeline.md §6).
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform } from '../start-values.ts';
import type { Cell } from './cell.ts';
import { type DenseCellOptions, denseCell } from './dense-cell.ts';
import { clipBy, clipSlope, sharesByDistance, tanh } from './recurrence/activations.ts';
import type { Sight } from './recurrence/dynamics.ts';

const TRACES = 8;
const TIME_SCALES = Array.from({ length: TRACES }, (_, i) => 10 ** (i / 2));
const DELTA_T = 1;

/** Of entry n of the traces, which lie unit by unit: n / 8 and its rest. */
const unitOf = (n: number) => n >> 3;
const scaleOf = (n: number) => n & 7;

export interface CtGruOptions extends DenseCellOptions {
  /** Bound on |ĥ_i|; ≤ 0 for none. */
  readonly clip: number;
  /** The published scripts' decay instead of the CT-GRU paper's. */
  readonly compatPaper: boolean;
}

/** @returns the cell; state `traces` [B, U·8], index unit·8 + i */
export function ctGru(options: CtGruOptions): Cell {
  const { inputs: S, units: U } = options;
  const [clip, slope] = [clipBy(options.clip), clipSlope(options.clip)];
  const decay = options.compatPaper
    ? TIME_SCALES.map((tau) => (tau === 1 ? 0 : Math.exp(-1 / Math.log(tau))))
    : TIME_SCALES.map((tau) => Math.exp(-DELTA_T / tau));
  const timeScaleKernel = glorotUniform([S + U, U * TRACES]);
  const shares = sharesByDistance(TIME_SCALES.map(Math.log));
  return denseCell(options, {
    startValues: {
      tau_r_kernel: timeScaleKernel,
      tau_r_bias: constant(0, [U * TRACES]),
      W_detect_signal: glorotUniform([S + U, U]),
      bias_detect_signal: constant(0, [U]),
      tau_s_kernel: timeScaleKernel,
      tau_s_bias: constant(0, [U * TRACES]),
    },
    states: { traces: U * TRACES },
    readout: (traces) => tf.sum(tf.reshape(traces, [...traces.shape.slice(0, 2), U, TRACES]), 3),
    dynamics: {
      layers: [
        { kernel: 'tau_r_kernel', bias: 'tau_r_bias', blocks: [shares], sees: sumOfTraces },
        { kernel: 'W_detect_signal', bias: 'bias_detect_signal', blocks: [tanh], sees: recalledTraces },
        { kernel: 'tau_s_kernel', bias: 'tau_s_bias', blocks: [shares], sees: sumOfTraces },
      ],
      next([traces], [, q, s], [next]) {
        for (let n = 0; n < next.length; n++) {
          const mixed = (1 - s[n]) * traces[n] + s[n] * q[unitOf(n)];
          next[n] = clip(mixed * decay[scaleOf(n)]);
        }
      },
      nextBackward([traces], [, q, s], [next], [dNext], [dTraces], [, dQ, dS]) {
        for (let n = 0; n < next.length; n++) {
          const d = dNext[n] * slope(next[n]) * decay[scaleOf(n)];
          dTraces[n] += d * (1 - s[n]);
          dS[n] += d * (q[unitOf(n)] - traces[n]);
          dQ[unitOf(n)] += d * s[n];
        }
      },
    },
  });
}

/** h = Σ_i ĥ_i */
const sumOfTraces: Sight = {
  forward([traces], _, h) {
    for (let n = 0; n < traces.length; n++) h[unitOf(n)] += traces[n];
  },
  backward(dH, _, __, [dTraces]) {
    for (let n = 0; n < dTraces.length; n++) dTraces[n] += dH[unitOf(n)];
  },
};

/** Σ_i r_i·ĥ_i */
const recalledTraces: Sight = {
  forward([traces], [r], recalled) {
    for (let n = 0; n < traces.length; n++) recalled[unitOf(n)] += r[n] * traces[n];
  },
  backward(dRecalled, [traces], [r], [dTraces], [dR]) {
    for (let n = 0; n < traces.length; n++) {
      dTraces[n] += dRecalled[unitOf(n)] * r[n];
      dR[n] += dRecalled[unitOf(n)] * traces[n];
    }
  },
};
