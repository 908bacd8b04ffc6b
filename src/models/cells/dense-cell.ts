/**
 * The cells of dense layers, with a dense layer to the outputs (every cell but the NCP), differ only in their weights and
 * in their dynamics; this makes a {@link Cell} of those two.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform, type StartValue, startVariables } from '../start-values.ts';
import { type Cell, lastOf, type State, type Table, type Trace, zeroState } from './cell.ts';
import type { Dynamics } from './recurrence/dynamics.ts';
import { unrollRecurrence } from './recurrence/operation.ts';

/** What all of these cells are built from. */
export interface DenseCellOptions {
  /** Name of the model, the scope of the weights' start values. */
  readonly name: string;
  readonly seed: number;
  /** S */
  readonly inputs: number;
  /** U */
  readonly units: number;
}

export interface DenseCellParts<Name extends string> {
  readonly startValues: Readonly<Record<Name, StartValue>>;
  /** Name and width of each state. */
  readonly states: Readonly<Record<string, number>>;
  readonly dynamics: Dynamics<Name>;
  /** What of the last state [T,B,width] goes to the output layer, [T,B,U]; all of it where left out. */
  readout?(last: tf.Tensor3D): tf.Tensor3D;
  tables?(weights: Readonly<Record<Name, tf.Variable>>): ReadonlyMap<string, Table>;
}

/** Number of outputs M: the steering alone. */
const M = 1;

export function denseCell<Name extends string>(options: DenseCellOptions, parts: DenseCellParts<Name>): Cell {
  const { name, seed, inputs, units } = options;
  const recurrent = startVariables(seed, name, parts.startValues);
  const output = startVariables(seed, name, {
    out_kernel: glorotUniform([units, M]),
    out_bias: constant(0, [M]),
  });
  const stateNames = Object.keys(parts.states);
  const widths = Object.values(parts.states);
  const offsets = widths.map((_, n) => widths.slice(0, n).reduce((sum, width) => sum + width, 0));

  const trace = (features: tf.Tensor3D, initial: State): Trace => {
    const [T, B] = features.shape;
    const joined = unrollRecurrence(parts.dynamics, recurrent, features, initial, stateNames);
    const states = widths.map((width, n) => tf.slice3d(joined, [0, 0, offsets[n]], [T, B, width]));
    const last = states[states.length - 1];
    const outputs = outputLayer(parts.readout?.(last) ?? last, output.out_kernel, output.out_bias);
    return { inputs: features, outputs, states };
  };

  return {
    inputs,
    stateNames,
    weights: new Map<string, tf.Variable>([
      ...Object.entries<tf.Variable>(recurrent),
      ...Object.entries(output),
    ]),
    constraints: new Map(),
    existing: new Map(),
    recurrentWeights: Object.keys(recurrent),
    initialState: (B) => zeroState(B, widths),
    unroll(features, initial) {
      const traced = trace(features, initial);
      return { outputs: traced.outputs, state: lastOf(traced) };
    },
    trace,
    tables: () => parts.tables?.(recurrent) ?? new Map(),
  };
}

/** y = h·W + b for all steps: [T,B,U] → [T,B,M]. */
function outputLayer(hidden: tf.Tensor3D, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor3D {
  const [T, B, U] = hidden.shape;
  const rows = tf.matMul(tf.reshape(hidden, [T * B, U]), kernel as tf.Tensor2D);
  return tf.reshape(tf.add(rows, bias), [T, B, M]);
}
