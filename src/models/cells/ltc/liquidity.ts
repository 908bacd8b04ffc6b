/**
 * How fast an LTC's neurons are at a time, and how much of that is their synapses' doing: what the paper projects on the road
 * beside the neurons' activity (docs/pipeline.md §5, Fig. 6). With s_ij = w_ij·σ(sigma_ij·(v_i − mu_ij)), the equation
 *
 *     cm_j·v_j' = gleak_j·(vleak_j − v_j) + Σ_i s_ij·(erev_ij − v_j)
 *
 * pulls v_j to where its inputs would have it at the rate
 *
 *     1/τ_j = gleak_j/cm_j + κ_j         κ_j = Σ_i s_ij/cm_j
 *
 * both sums over sensory and neural sources. τ_j is the time constant, liquid because κ_j, the coupling sensitivity, changes with
 * what the neuron is told. Nothing is integrated here.
 */
import type { LtcParameters, LtcStructure } from './problem.ts';
import { addSynapticCurrents } from './synapses.ts';

/** Of every neuron at every time, [n,U] both. */
export interface Liquidity {
  /** τ, in frames. */
  readonly timeConstants: Float32Array;
  /** κ, per frame. */
  readonly couplings: Float32Array;
}

/**
 * @param inputs - mapped inputs u [n,S]
 * @param states - potentials v [n,U], at the same times
 * @param time - solver steps in a frame, and how long each is in the unit of cm/gleak
 */
export function liquidity(
  { units: U, inputs: S, neural, sensory }: LtcStructure,
  parameters: LtcParameters,
  inputs: Float32Array,
  states: Float32Array,
  time: { readonly unfolds: number; readonly unfoldLength: number },
): Liquidity {
  const { cm, gleak } = parameters;
  const n = states.length / U;
  const frame = time.unfolds * time.unfoldLength;
  const timeConstants = new Float32Array(n * U);
  const couplings = new Float32Array(n * U);
  const openings = new Float32Array(Math.max(neural.count, sensory.count));
  const num = new Float64Array(U);
  const den = new Float64Array(U);
  for (let t = 0; t < n; t++) {
    den.fill(0);
    addSynapticCurrents(sensory, parameters.sensory, inputs, t * S, openings, 0, num, den);
    addSynapticCurrents(neural, parameters.neural, states, t * U, openings, 0, num, den);
    for (let j = 0; j < U; j++) {
      timeConstants[t * U + j] = cm[j] / (gleak[j] + den[j]) / frame;
      couplings[t * U + j] = (den[j] / cm[j]) * frame;
    }
  }
  return { timeConstants, couplings };
}
