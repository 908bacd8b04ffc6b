/**
 * The synapses of one polarity or weight matrix [sources, U], as lists: what the LTC solvers walk over.
 *
 * A neural circuit policy has 252 synapses where its dense matrices have 969 entries, so the solvers visit
 * only what exists. The parameters stay dense in the weights file; they are gathered before a forward
 * pass and the gradients scattered back after a backward one.
 */

import { sigmoid } from './sigmoid.ts';

/** Where the synapses of one matrix lie; all arrays have `count` entries, in row-major order. */
export interface Synapses {
  readonly count: number;
  readonly sources: number;
  /** Index of the source: a neuron, or a sensory input. */
  readonly source: Int32Array;
  /** Index of the destination neuron, 0..U-1. */
  readonly target: Int32Array;
  /** Index into the flattened matrix, `source * U + target`. */
  readonly entry: Int32Array;
}

/**
 * @param polarity - [sources, U] row-major, -1 or 1 where a synapse exists, 0 elsewhere
 * @param units - U
 */
export function existingSynapses(polarity: Int8Array, units: number): Synapses {
  const entries: number[] = [];
  for (let entry = 0; entry < polarity.length; entry++) if (polarity[entry] !== 0) entries.push(entry);
  return fromEntries(entries, polarity.length / units, units);
}

/**
 * Every entry of the matrix, whether a synapse or not: the published scripts give absent synapses a weight
 * of 0.001 after the first update (docs/pipeline.md §6), so `--compat paper` has to visit them all.
 */
export function allEntries(sources: number, units: number): Synapses {
  return fromEntries(
    Array.from({ length: sources * units }, (_, entry) => entry),
    sources,
    units,
  );
}

function fromEntries(entries: readonly number[], sources: number, units: number): Synapses {
  return {
    count: entries.length,
    sources,
    source: Int32Array.from(entries, (entry) => Math.floor(entry / units)),
    target: Int32Array.from(entries, (entry) => entry % units),
    entry: Int32Array.from(entries),
  };
}

/** The four parameters of every synapse in a list, [count] each; also used for their gradients. */
export interface SynapseParameters {
  readonly w: Float64Array;
  readonly mu: Float64Array;
  readonly sigma: Float64Array;
  readonly erev: Float64Array;
}

/** All zero: where gradients are added up. */
export function zeroSynapseParameters(count: number): SynapseParameters {
  return {
    w: new Float64Array(count),
    mu: new Float64Array(count),
    sigma: new Float64Array(count),
    erev: new Float64Array(count),
  };
}

/**
 * What the synapses contribute to their destinations (docs/pipeline.md §3):
 *
 *     s_ij   = w_ij · σ(sigma_ij · (v_i − mu_ij))
 *     num_j += s_ij · erev_ij        den_j += s_ij
 *
 * @param v - potentials of the sources, read from `vAt` on
 * @param sigmoids - receives σ(…) of every synapse from `at` on, for {@link synapticGradients}
 * @param num - [U], added to
 * @param den - [U], added to
 */
export function addSynapticCurrents(
  synapses: Synapses,
  { w, mu, sigma, erev }: SynapseParameters,
  v: Float64Array | Float32Array,
  vAt: number,
  sigmoids: Float32Array,
  at: number,
  num: Float64Array,
  den: Float64Array,
): void {
  const { count, source, target } = synapses;
  for (let n = 0; n < count; n++) {
    const open = sigmoid(sigma[n] * (v[vAt + source[n]] - mu[n]));
    const s = w[n] * open;
    const j = target[n];
    sigmoids[at + n] = open;
    num[j] += s * erev[n];
    den[j] += s;
  }
}

/**
 * The reverse of {@link addSynapticCurrents}: given ∂L/∂num and ∂L/∂den, adds to the gradients of the
 * synapses' parameters and to those of the sources' potentials.
 *
 * @param dv - ∂L/∂v of the sources, added to from `dvAt` on
 */
export function addSynapticGradients(
  synapses: Synapses,
  { w, mu, sigma, erev }: SynapseParameters,
  v: Float64Array | Float32Array,
  vAt: number,
  sigmoids: Float32Array,
  at: number,
  dNum: Float64Array,
  dDen: Float64Array,
  gradient: SynapseParameters,
  dv: Float64Array | Float32Array,
  dvAt: number,
): void {
  const { count, source, target } = synapses;
  for (let n = 0; n < count; n++) {
    const i = source[n];
    const j = target[n];
    const open = sigmoids[at + n];
    const ds = dNum[j] * erev[n] + dDen[j];
    const dz = ds * w[n] * open * (1 - open); // z = sigma·(v − mu)
    gradient.w[n] += ds * open;
    gradient.erev[n] += dNum[j] * w[n] * open;
    gradient.sigma[n] += dz * (v[vAt + i] - mu[n]);
    gradient.mu[n] -= dz * sigma[n];
    dv[dvAt + i] += dz * sigma[n];
  }
}
