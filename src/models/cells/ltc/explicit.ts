/**
 * The two explicit solvers of the LTC, Euler and Runge–Kutta 4, with their backpropagation through time.
 * Both are steps of length h = 0.1 on (docs/pipeline.md §3)
 *
 *     f_j(v) = (gleak_j·(vleak_j − v_j) + Σ_i s_ij(v)·(erev_ij − v_j)) / cm_j
 *
 * and both are rows of one Butcher tableau in which a stage needs only the stage before it:
 *
 *     k_s = f(v + h·a_s·k_{s−1})        v ← v + h·Σ_s b_s·k_s
 *
 * The published runs use neither; they are here because the published code has them.
 */
import type { LtcGradients, LtcParameters, LtcProblem, LtcRun, LtcSolver, LtcStructure } from './problem.ts';
import { zeroGradients } from './problem.ts';
import { addSynapticCurrents, addSynapticGradients } from './synapses.ts';

interface Tableau {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

const EULER: Tableau = { a: [0], b: [1] };
const RUNGE_KUTTA_4: Tableau = { a: [0, 1 / 2, 1 / 2, 1], b: [1 / 6, 1 / 3, 1 / 3, 1 / 6] };

/** h, length of one unfold; docs/pipeline.md §3. */
export const EXPLICIT_STEP = 0.1;
const h = EXPLICIT_STEP;

export const explicitEuler: LtcSolver = (structure, parameters, problem, unfolds) =>
  integrate(structure, parameters, problem, unfolds, EULER);

export const rungeKutta4: LtcSolver = (structure, parameters, problem, unfolds) =>
  integrate(structure, parameters, problem, unfolds, RUNGE_KUTTA_4);

/** What the backward pass needs; R = T·K·stages evaluations of f per sequence. */
interface Trace {
  /** The point at which f was evaluated [B,R,U]. */
  readonly points: Float64Array;
  /** f there [B,R,U]. */
  readonly slopes: Float64Array;
  /** Σ s_ij there, sensory and neural [B,R,U]. */
  readonly conductances: Float64Array;
  /** σ(…) of every sensory synapse [B,T,count]. */
  readonly sensory: Float32Array;
  /** σ(…) of every neural synapse [B,R,count]. */
  readonly neural: Float32Array;
}

function integrate(
  structure: LtcStructure,
  parameters: LtcParameters,
  problem: LtcProblem,
  K: number,
  tableau: Tableau,
): LtcRun {
  const { units: U, inputs: S, sensory, neural } = structure;
  const { cm, gleak, vleak } = parameters;
  const { T, B, inputs, initial } = problem;
  const stages = tableau.a.length;
  const R = T * K * stages;
  const states = new Float32Array(T * B * U);
  const trace: Trace = {
    points: new Float64Array(B * R * U),
    slopes: new Float64Array(B * R * U),
    conductances: new Float64Array(B * R * U),
    sensory: new Float32Array(B * T * sensory.count),
    neural: new Float32Array(B * R * neural.count),
  };
  const { points, slopes, conductances } = trace;
  const v = new Float64Array(U);
  const numSensory = new Float64Array(U);
  const denSensory = new Float64Array(U);
  const num = new Float64Array(U);
  const den = new Float64Array(U);

  for (let b = 0; b < B; b++) {
    v.set(initial.subarray(b * U, (b + 1) * U));
    for (let t = 0; t < T; t++) {
      numSensory.fill(0);
      denSensory.fill(0);
      const inputsAt = (t * B + b) * S;
      const sensoryAt = (b * T + t) * sensory.count;
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
        const first = b * R + (t * K + k) * stages;
        for (let s = 0; s < stages; s++) {
          const at = (first + s) * U;
          for (let j = 0; j < U; j++) {
            points[at + j] = s === 0 ? v[j] : v[j] + h * tableau.a[s] * slopes[at - U + j];
          }
          num.set(numSensory);
          den.set(denSensory);
          addSynapticCurrents(
            neural,
            parameters.neural,
            points,
            at,
            trace.neural,
            (first + s) * neural.count,
            num,
            den,
          );
          for (let j = 0; j < U; j++) {
            conductances[at + j] = den[j];
            slopes[at + j] = (gleak[j] * vleak[j] + num[j] - (gleak[j] + den[j]) * points[at + j]) / cm[j];
          }
        }
        for (let s = 0; s < stages; s++) {
          for (let j = 0; j < U; j++) v[j] += h * tableau.b[s] * slopes[(first + s) * U + j];
        }
      }
      for (let j = 0; j < U; j++) states[(t * B + b) * U + j] = v[j];
    }
  }
  return {
    states,
    backward: (dStates) => backpropagate(structure, parameters, problem, K, tableau, trace, dStates),
  };
}

function backpropagate(
  structure: LtcStructure,
  parameters: LtcParameters,
  problem: LtcProblem,
  K: number,
  tableau: Tableau,
  { points, slopes, conductances, ...sigmoids }: Trace,
  dStates: Float32Array,
): LtcGradients {
  const { units: U, inputs: S, sensory, neural } = structure;
  const { cm, gleak, vleak } = parameters;
  const { T, B, inputs } = problem;
  const stages = tableau.a.length;
  const R = T * K * stages;
  const gradients = zeroGradients(structure, problem);
  const d = gradients.parameters;
  const dv = new Float64Array(U);
  const dvNext = new Float64Array(U);
  const dSlope = new Float64Array(U);
  const dPoint = new Float64Array(U);
  const dNum = new Float64Array(U);
  const dDen = new Float64Array(U);
  const dNumSensory = new Float64Array(U);
  const dDenSensory = new Float64Array(U);

  for (let b = 0; b < B; b++) {
    dv.fill(0);
    for (let t = T - 1; t >= 0; t--) {
      for (let j = 0; j < U; j++) dv[j] += dStates[(t * B + b) * U + j];
      dNumSensory.fill(0);
      dDenSensory.fill(0);
      for (let k = K - 1; k >= 0; k--) {
        const first = b * R + (t * K + k) * stages;
        dvNext.set(dv); // ∂L/∂v after this unfold; dv gathers ∂L/∂v before it
        dPoint.fill(0); // of the stage after the last: there is none
        for (let s = stages - 1; s >= 0; s--) {
          const at = (first + s) * U;
          const ahead = s + 1 < stages ? h * tableau.a[s + 1] : 0;
          for (let j = 0; j < U; j++) dSlope[j] = h * tableau.b[s] * dvNext[j] + ahead * dPoint[j];
          for (let j = 0; j < U; j++) {
            const y = points[at + j];
            const dq = dSlope[j] / cm[j]; // f = q/cm
            d.cm[j] -= dq * slopes[at + j];
            d.gleak[j] += dq * (vleak[j] - y);
            d.vleak[j] += dq * gleak[j];
            dNum[j] = dq;
            dDen[j] = -dq * y;
            dNumSensory[j] += dNum[j];
            dDenSensory[j] += dDen[j];
            dPoint[j] = -dq * (gleak[j] + conductances[at + j]);
          }
          addSynapticGradients(
            neural,
            parameters.neural,
            points,
            at,
            sigmoids.neural,
            (first + s) * neural.count,
            dNum,
            dDen,
            d.neural,
            dPoint,
            0,
          );
          for (let j = 0; j < U; j++) dv[j] += dPoint[j];
        }
      }
      const inputsAt = (t * B + b) * S;
      addSynapticGradients(
        sensory,
        parameters.sensory,
        inputs,
        inputsAt,
        sigmoids.sensory,
        (b * T + t) * sensory.count,
        dNumSensory,
        dDenSensory,
        d.sensory,
        gradients.inputs,
        inputsAt,
      );
    }
    for (let j = 0; j < U; j++) gradients.initial[b * U + j] = dv[j];
  }
  return gradients;
}
