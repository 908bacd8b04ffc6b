/**
 * The cells with one dense state and a dense layer to the outputs (every cell but the NCP) differ only in
 * their weights and in one step; this makes a {@link Cell} of those two.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, glorotUniform, type StartValue, startVariables } from '../start-values.ts';
import type { Cell, State, Table } from './cell.ts';
import { outputLayer, overTime, requireFinite, zeroState } from './dense-steps.ts';

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
  /** What of the state goes to the output layer [B,U]; the last state where left out. */
  readout?(state: State): tf.Tensor2D;
  /** Prepares one pass over [T,B,S] features and gives the function for one time step. */
  begin(
    weights: Readonly<Record<Name, tf.Variable>>,
    features: tf.Tensor3D,
  ): (t: number, state: State) => State;
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
  const readout = parts.readout ?? ((state: State) => state[state.length - 1]);

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
      requireFinite(features, initial, stateNames);
      const step = parts.begin(recurrent, features);
      const { hidden, state } = overTime(features.shape[0], initial, step, readout);
      return { outputs: outputLayer(hidden, output.out_kernel, output.out_bias), state };
    },
    tables: () => parts.tables?.(recurrent) ?? new Map(),
  };
}

/** h·W + (x·W + b), the pre-activation of a dense layer on [x, h]. */
export function plusRecurrent(projected: tf.Tensor2D, h: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
  return tf.add(projected, tf.matMul(h, kernel));
}
