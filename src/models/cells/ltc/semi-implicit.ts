/**
 * The semi-implicit ("hybrid") Euler solver of the LTC, the default everywhere, and its
 * backpropagation through time. In every unfold (docs/pipeline.md §3), with C = cm·factor:
 *
 *     v_j ← (C_j·v_j + gleak_j·vleak_j + Σ_i s_ij·erev_ij) / (C_j + gleak_j + Σ_i s_ij + ε)
 *
 * both sums over sensory and neural sources. The sensory part does not depend on v and is computed once a
 * time step. ε is 0 in the published scripts and 1e-8 in the NCP packages.
 */
import type { LtcGradients, LtcParameters, LtcProblem, LtcRun, LtcSolver, LtcStructure } from './problem.ts';
import { zeroGradients } from './problem.ts';
import { addSynapticCurrents, addSynapticGradients } from './synapses.ts';

/** What the backward pass needs of the forward one. Sequences are outermost: each is walked on its own. */
interface Trace {
  /** v before every unfold, and after the last [B,T·K+1,U]. */
  readonly potentials: Float64Array;
  /** 1 / denominator of every unfold [B,T·K,U]. */
  readonly inverse: Float64Array;
  /** σ(…) of every sensory synapse [B,T,count]. */
  readonly sensory: Float32Array;
  /** σ(…) of every neural synapse [B,T·K,count]. */
  readonly neural: Float32Array;
}

/**
 * @param epsilon - ε, added to the denominator
 * @returns a solver for any number of unfolds ≥ 1
 */
export function semiImplicit(epsilon: number): LtcSolver {
  return (structure, parameters, problem, unfolds) =>
    integrate(structure, parameters, problem, unfolds, epsilon);
}

function integrate(
  structure: LtcStructure,
  parameters: LtcParameters,
  problem: LtcProblem,
  K: number,
  epsilon: number,
): LtcRun {
  const { units: U, inputs: S, sensory, neural } = structure;
  const { cm, gleak, vleak } = parameters;
  const { T, B, inputs, initial, capacitanceFactor } = problem;
  const states = new Float32Array(T * B * U);
  const trace: Trace = {
    potentials: new Float64Array(B * (T * K + 1) * U),
    inverse: new Float64Array(B * T * K * U),
    sensory: new Float32Array(B * T * sensory.count),
    neural: new Float32Array(B * T * K * neural.count),
  };
  const numSensory = new Float64Array(U);
  const denSensory = new Float64Array(U);
  const num = new Float64Array(U);
  const den = new Float64Array(U);
  const { potentials, inverse } = trace;

  for (let b = 0; b < B; b++) {
    let vAt = b * (T * K + 1) * U;
    potentials.set(initial.subarray(b * U, (b + 1) * U), vAt);
    for (let t = 0; t < T; t++) {
      const step = b * T + t;
      const factor = capacitanceFactor?.[t * B + b] ?? 1;
      numSensory.fill(0);
      denSensory.fill(0);
      const inputsAt = (t * B + b) * S;
      const sensoryAt = step * sensory.count;
      addSynapticCurrents(
        sensory,
        parameters.sensory,
        inputs,
        inputsAt,
        trace.sensory,
        sensoryAt,
        numSensory,
        denSensory,
      );
      for (let k = 0; k < K; k++) {
        const unfold = step * K + k;
        num.set(numSensory);
        den.set(denSensory);
        addSynapticCurrents(
          neural,
          parameters.neural,
          potentials,
          vAt,
          trace.neural,
          unfold * neural.count,
          num,
          den,
        );
        for (let j = 0; j < U; j++) {
          const C = cm[j] * factor;
          const reciprocal = 1 / (C + gleak[j] + den[j] + epsilon);
          inverse[unfold * U + j] = reciprocal;
          potentials[vAt + U + j] = (C * potentials[vAt + j] + gleak[j] * vleak[j] + num[j]) * reciprocal;
        }
        vAt += U;
      }
      for (let j = 0; j < U; j++) states[(t * B + b) * U + j] = potentials[vAt + j];
    }
  }
  return { states, backward: (dStates) => backpropagate(structure, parameters, problem, K, trace, dStates) };
}

/**
 * With N and D the numerator and the denominator of an unfold and v⁺ = N/D its result:
 * ∂L/∂N = ∂L/∂v⁺ / D, ∂L/∂D = −v⁺·∂L/∂N; the rest follows term by term.
 */
function backpropagate(
  structure: LtcStructure,
  parameters: LtcParameters,
  problem: LtcProblem,
  K: number,
  { potentials, inverse, ...sigmoids }: Trace,
  dStates: Float32Array,
): LtcGradients {
  const { units: U, inputs: S, sensory, neural } = structure;
  const { cm, gleak, vleak } = parameters;
  const { T, B, inputs, capacitanceFactor } = problem;
  const gradients = zeroGradients(structure, problem);
  const d = gradients.parameters;
  const dNumSensory = new Float64Array(U);
  const dDenSensory = new Float64Array(U);
  const dNum = new Float64Array(U);
  const dDen = new Float64Array(U);
  const dv = new Float64Array(U);

  for (let b = 0; b < B; b++) {
    dv.fill(0);
    for (let t = T - 1; t >= 0; t--) {
      const step = b * T + t;
      const factor = capacitanceFactor?.[t * B + b] ?? 1;
      let dFactor = 0;
      for (let j = 0; j < U; j++) dv[j] += dStates[(t * B + b) * U + j];
      dNumSensory.fill(0);
      dDenSensory.fill(0);
      for (let k = K - 1; k >= 0; k--) {
        const unfold = step * K + k;
        const vAt = (b * (T * K + 1) + t * K + k) * U;
        for (let j = 0; j < U; j++) {
          const v = potentials[vAt + j];
          const dN = dv[j] * inverse[unfold * U + j];
          const dD = -dN * potentials[vAt + U + j];
          const dC = dN * v + dD;
          d.cm[j] += dC * factor;
          dFactor += dC * cm[j];
          d.gleak[j] += dN * vleak[j] + dD;
          d.vleak[j] += dN * gleak[j];
          dNum[j] = dN;
          dDen[j] = dD;
          dNumSensory[j] += dN;
          dDenSensory[j] += dD;
          dv[j] = dN * cm[j] * factor;
        }
        addSynapticGradients(
          neural,
          parameters.neural,
          potentials,
          vAt,
          sigmoids.neural,
          unfold * neural.count,
          dNum,
          dDen,
          d.neural,
          dv,
          0,
        );
      }
      const inputsAt = (t * B + b) * S;
      addSynapticGradients(
        sensory,
        parameters.sensory,
        inputs,
        inputsAt,
        sigmoids.sensory,
        step * sensory.count,
        dNumSensory,
        dDenSensory,
        d.sensory,
        gradients.inputs,
        inputsAt,
      );
      gradients.capacitanceFactor[t * B + b] = dFactor;
    }
    for (let j = 0; j < U; j++) gradients.initial[b * U + j] = dv[j];
  }
  return gradients;
}
