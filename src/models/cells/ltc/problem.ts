/**
 * What every LTC solver is given and gives back. One initial value problem per sequence:
 *
 *     cm_j·v_j' = gleak_j·(vleak_j − v_j) + Σ_i s_ij(v)·(erev_ij − v_j)
 *
 * over T time steps of K unfolds each, driven by the mapped inputs u, which act through the sensory
 * synapses (docs/pipeline.md §3). Everything is plain numbers here; `operation.ts` ties it to tensors.
 */
import type { SynapseParameters, Synapses } from './synapses.ts';
import { zeroSynapseParameters } from './synapses.ts';

/** Parameters, or the gradients with respect to them: per neuron [U], per synapse [count]. */
export interface LtcParameters {
  readonly cm: Float64Array;
  readonly gleak: Float64Array;
  readonly vleak: Float64Array;
  readonly sensory: SynapseParameters;
  readonly neural: SynapseParameters;
}

/** Which synapses there are. */
export interface LtcStructure {
  readonly units: number;
  readonly inputs: number;
  readonly sensory: Synapses;
  readonly neural: Synapses;
}

/** T steps of B independent sequences, time-major. */
export interface LtcProblem {
  readonly T: number;
  readonly B: number;
  /** Mapped inputs u [T,B,S]. */
  readonly inputs: Float32Array;
  /** v before the first step [B,U]. */
  readonly initial: Float32Array;
  /**
   * Factor on cm in each step [T,B]. Left out it is 1: the published scripts integrate with cm as it is. The
   * NCP packages divide by the length of an unfold, so theirs is unfolds / elapsed time.
   */
  readonly capacitanceFactor?: Float64Array;
}

/** Everything a backward pass gives. */
export interface LtcGradients {
  readonly parameters: LtcParameters;
  /** [T,B,S] */
  readonly inputs: Float32Array;
  /** [B,U] */
  readonly initial: Float32Array;
  /** [T,B], of `capacitanceFactor` */
  readonly capacitanceFactor: Float64Array;
}

/** A solver's run: the states, and how to go back over it. */
export interface LtcRun {
  /** v after each step [T,B,U]. */
  readonly states: Float32Array;
  /** @param dStates - ∂L/∂states [T,B,U] */
  backward(dStates: Float32Array): LtcGradients;
}

/** Integrates one problem; `unfolds` is K, the number of solver steps in one time step. */
export type LtcSolver = (
  structure: LtcStructure,
  parameters: LtcParameters,
  problem: LtcProblem,
  unfolds: number,
) => LtcRun;

export function zeroGradients({ units, inputs, sensory, neural }: LtcStructure, { T, B }: LtcProblem) {
  return {
    parameters: {
      cm: new Float64Array(units),
      gleak: new Float64Array(units),
      vleak: new Float64Array(units),
      sensory: zeroSynapseParameters(sensory.count),
      neural: zeroSynapseParameters(neural.count),
    },
    inputs: new Float32Array(T * B * inputs),
    initial: new Float32Array(B * units),
    capacitanceFactor: new Float64Array(T * B),
  };
}
