/**
 * The LTC as one differentiable operation: tensors in, tensors out, plain loops inside.
 *
 * The same as tensor operations would be T·K·10 kernels on matrices of a few hundred entries, nearly all of
 * them absent synapses. Over typed arrays, for every backend alike, 20 sequences of 16 steps take 12 to
 * 22 ms of processor time forward and backward, as neighbours on the core come and go; the aim is 15 (`npm run bench -- ltc`).
 */
import * as tf from '@tensorflow/tfjs-core';
import { finiteValues, positiveValues } from '../finite.ts';
import type { LtcParameters, LtcSolver, LtcStructure } from './problem.ts';
import type { SynapseParameters, Synapses } from './synapses.ts';

const NEURON_NAMES = ['cm', 'gleak', 'vleak'] as const;
const SYNAPSE_NAMES = ['w', 'mu', 'sigma', 'erev'] as const;

/** The parameters by the names that the weights file has: [U] per neuron, [U,U] and sensory [S,U] per synapse. */
export const LTC_PARAMETER_NAMES = [
  ...NEURON_NAMES,
  ...SYNAPSE_NAMES,
  ...SYNAPSE_NAMES.map((name) => `sensory_${name}` as const),
] as const;

export type LtcParameterName = (typeof LTC_PARAMETER_NAMES)[number];

export interface LtcOperation {
  readonly structure: LtcStructure;
  readonly solver: LtcSolver;
  /** K, solver steps in one time step. */
  readonly unfolds: number;
  /**
   * Whether cm is divided by the length of an unfold, elapsed/K, as the NCP packages do; the published
   * scripts do not.
   */
  readonly capacitancePerUnfold: boolean;
}

/**
 * @param parameters - dense tensors, [U], [U,U] or [S,U]; entries without a synapse are never read and get
 * gradient 0
 * @param inputs - mapped inputs u [T,B,S] float32
 * @param initial - v before the first step [B,U] float32
 * @param elapsed - seconds (or any unit) per step [T,B], > 0; 1 where left out
 * @returns v after every step [T,B,U] float32, differentiable in every argument
 * @throws DataError if inputs, the initial state or elapsed times are not finite, or a time is not above 0
 */
export function ltc(
  operation: LtcOperation,
  parameters: Readonly<Record<LtcParameterName, tf.Tensor>>,
  inputs: tf.Tensor3D,
  initial: tf.Tensor2D,
  elapsed?: tf.Tensor2D,
): tf.Tensor3D {
  const { structure, solver, unfolds, capacitancePerUnfold } = operation;
  const [T, B] = inputs.shape;
  const { units: U } = structure;
  const given = LTC_PARAMETER_NAMES.map((name) => parameters[name]);
  const arguments_ = elapsed ? [inputs, initial, elapsed, ...given] : [inputs, initial, ...given];

  const run = tf.customGrad(() => {
    const times = elapsed && positiveValues('elapsed times', elapsed);
    const capacitanceFactor = capacitancePerUnfold
      ? Float64Array.from({ length: T * B }, (_, n) => unfolds / (times?.[n] ?? 1))
      : undefined;
    const solution = solver(
      structure,
      gather(structure, parameters),
      {
        T,
        B,
        inputs: finiteValues('inputs of the cell', inputs),
        initial: finiteValues('initial state of the cell', initial),
        capacitanceFactor,
      },
      unfolds,
    );
    return {
      value: tf.tensor3d(solution.states, [T, B, U]),
      gradFunc: (dStates: tf.Tensor) => {
        const gradient = solution.backward(dStates.dataSync<'float32'>());
        const dense = scatter(structure, gradient.parameters);
        const dParameters = LTC_PARAMETER_NAMES.map((name) => tf.tensor(dense[name], parameters[name].shape));
        const dInputs = tf.tensor(gradient.inputs, inputs.shape);
        const dInitial = tf.tensor(gradient.initial, initial.shape);
        if (!times || !elapsed) return [dInputs, dInitial, ...dParameters];
        // factor = K/elapsed, so ∂factor/∂elapsed = −K/elapsed²
        const dElapsed = Float32Array.from(times, (dt, n) =>
          capacitancePerUnfold ? (-gradient.capacitanceFactor[n] * unfolds) / (dt * dt) : 0,
        );
        return [dInputs, dInitial, tf.tensor(dElapsed, elapsed.shape), ...dParameters];
      },
    };
  });
  return run(...arguments_) as tf.Tensor3D;
}

/** The typed arrays a solver walks over, read from dense tensors. */
export function gather(
  structure: LtcStructure,
  parameters: Readonly<Record<LtcParameterName, tf.Tensor>>,
): LtcParameters {
  const read = (name: LtcParameterName) => parameters[name].dataSync<'float32'>();
  const pick = (name: LtcParameterName, { entry }: Synapses) => {
    const dense = read(name);
    return Float64Array.from(entry, (at) => dense[at]);
  };
  return {
    cm: Float64Array.from(read('cm')),
    gleak: Float64Array.from(read('gleak')),
    vleak: Float64Array.from(read('vleak')),
    neural: {
      w: pick('w', structure.neural),
      mu: pick('mu', structure.neural),
      sigma: pick('sigma', structure.neural),
      erev: pick('erev', structure.neural),
    },
    sensory: {
      w: pick('sensory_w', structure.sensory),
      mu: pick('sensory_mu', structure.sensory),
      sigma: pick('sensory_sigma', structure.sensory),
      erev: pick('sensory_erev', structure.sensory),
    },
  };
}

/** The reverse of {@link gather}: dense arrays, 0 where there is no synapse. */
function scatter(structure: LtcStructure, values: LtcParameters): Record<LtcParameterName, Float32Array> {
  const spread = ({ entry, sources }: Synapses, compact: Float64Array) => {
    const dense = new Float32Array(sources * structure.units);
    for (let n = 0; n < entry.length; n++) dense[entry[n]] = compact[n];
    return dense;
  };
  const neural = (name: keyof SynapseParameters) => spread(structure.neural, values.neural[name]);
  const sensory = (name: keyof SynapseParameters) => spread(structure.sensory, values.sensory[name]);
  return {
    cm: Float32Array.from(values.cm),
    gleak: Float32Array.from(values.gleak),
    vleak: Float32Array.from(values.vleak),
    w: neural('w'),
    mu: neural('mu'),
    sigma: neural('sigma'),
    erev: neural('erev'),
    sensory_w: sensory('w'),
    sensory_mu: sensory('mu'),
    sensory_sigma: sensory('sigma'),
    sensory_erev: sensory('erev'),
  };
}
