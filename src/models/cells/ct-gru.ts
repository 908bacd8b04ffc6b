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
import { type DenseCellOptions, denseCell, plusRecurrent } from './dense-cell.ts';
import { clipped, projectInputs } from './dense-steps.ts';

const TRACES = 8;
const TIME_SCALES = Array.from({ length: TRACES }, (_, i) => 10 ** (i / 2));
const DELTA_T = 1;

export interface CtGruOptions extends DenseCellOptions {
  /** Bound on |ĥ_i|; ≤ 0 for none. */
  readonly clip: number;
  /** The published scripts' decay instead of the CT-GRU paper's. */
  readonly compatPaper: boolean;
}

/** @returns the cell; state `traces` [B, U·8], index unit·8 + i */
export function ctGru(options: CtGruOptions): Cell {
  const { inputs: S, units: U, clip } = options;
  const decays = options.compatPaper
    ? TIME_SCALES.map((tau) => (tau === 1 ? 0 : Math.exp(-1 / Math.log(tau))))
    : TIME_SCALES.map((tau) => Math.exp(-DELTA_T / tau));
  const timeScaleKernel = glorotUniform([S + U, U * TRACES]);
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
    readout: ([flat]) => tf.sum(asTraces(flat, U), 2),
    begin(weights, features) {
      const logTimeScales = tf.tensor1d(TIME_SCALES.map(Math.log));
      const decay = tf.tensor1d(decays);
      const storage = projectInputs(features, weights.tau_s_kernel, weights.tau_s_bias);
      const retrieval = projectInputs(features, weights.tau_r_kernel, weights.tau_r_bias);
      const detect = projectInputs(features, weights.W_detect_signal, weights.bias_detect_signal);
      /** softmax_i(−(ln τ − ln τ_i)²) [B,U,M] */
      const shares = (logTau: tf.Tensor2D) =>
        tf.softmax(tf.neg(tf.square(tf.sub(asTraces(logTau, U), logTimeScales))));
      return (t, [flat]) => {
        const traces = asTraces(flat, U);
        const h = tf.sum(traces, 2) as tf.Tensor2D;
        const r = shares(plusRecurrent(retrieval.steps[t], h, retrieval.recurrent as tf.Tensor2D));
        const recalled = tf.sum(tf.mul(r, traces), 2) as tf.Tensor2D;
        const q = tf.tanh(plusRecurrent(detect.steps[t], recalled, detect.recurrent as tf.Tensor2D));
        const s = shares(plusRecurrent(storage.steps[t], h, storage.recurrent as tf.Tensor2D));
        const mixed = tf.add(tf.mul(tf.sub(1, s), traces), tf.mul(s, tf.expandDims(q, 2)));
        return [clipped(tf.reshape(tf.mul(mixed, decay), flat.shape), clip)];
      };
    },
  });
}

/** [B, U·M] → [B,U,M] */
function asTraces(flat: tf.Tensor2D, units: number): tf.Tensor3D {
  return tf.reshape(flat, [flat.shape[0], units, TRACES]);
}
