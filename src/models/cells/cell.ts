/**
 * What a recurrent cell is: structure plus dynamics, state in and state out, nothing hidden.
 *
 * A cell here contains its own map from state to steering (a dense layer, or the NCP's motor mapping), so
 * that a model is a convolution head followed by a cell. Adding one takes a file beside this and a line in
 * `../registry.ts` (docs/extending.md).
 *
 * Shapes: T steps, B sequences, S sensory inputs (features), U units, M outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Liquidity } from './ltc/liquidity.ts';

/** The recurrent state, one tensor [B,·] for each of the cell's `stateNames`. */
export type State = readonly tf.Tensor2D[];

/** Trainable tensors by name. */
export type Weights = ReadonlyMap<string, tf.Variable>;

/** Changes values in place so that they are legal again after an update. */
export type Constraint = (values: Float32Array) => void;

export interface Cell {
  /** S */
  readonly inputs: number;
  readonly stateNames: readonly string[];
  readonly weights: Weights;
  /** What is applied to a weight after every update, by weight name. */
  readonly constraints: ReadonlyMap<string, Constraint>;
  /** 1 where an entry of a weight exists: entries with 0 have no gradient and stay 0. */
  readonly existing: ReadonlyMap<string, Uint8Array>;
  /** The weights of the recurrence itself, without the output layer: what `--sparsity` thins out. */
  readonly recurrentWeights: readonly string[];
  /** Zero state for B sequences. */
  initialState(B: number): State;
  /**
   * @param features - [T,B,S] float32
   * @param state - what `initialState` or an earlier call gave
   * @returns outputs [T,B,M], and the state after the last step
   * @throws DataError for features or states that are not finite
   */
  unroll(features: tf.Tensor3D, state: State): { outputs: tf.Tensor3D; state: State };
  /**
   * The same, with all that can be seen of the cell on the way.
   * @throws DataError for features or states that are not finite
   */
  trace(features: tf.Tensor3D, state: State): Trace;
  /** How an LTC's neurons depend on their synapses at a time (ltc/liquidity.ts); other cells have none. */
  readonly liquidity?: (inputs: Float32Array, states: Float32Array) => Liquidity;
  /** What the cell writes beside a checkpoint, by file name (docs/pipeline.md §3 and §4). */
  tables(): ReadonlyMap<string, Table>;
}

export interface Trace {
  /** What the cell's equations see, [T,B,S]: the mapped inputs of `wm`, of other cells the features. */
  readonly inputs: tf.Tensor3D;
  /** [T,B,M] */
  readonly outputs: tf.Tensor3D;
  /** After every step, [T,B,·] for each of the cell's `stateNames`. */
  readonly states: readonly tf.Tensor3D[];
}

/** Rows of a CSV file; a bare matrix has no header. */
export interface Table {
  readonly header?: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** Zero states [B,width], one for each width. */
export function zeroState(B: number, widths: readonly number[]): State {
  return widths.map((width) => tf.zeros([B, width]) as tf.Tensor2D);
}

/** The state after the last step of a trace. */
export function lastOf({ states }: Trace): State {
  return states.map((state) => {
    const [T, B, width] = state.shape;
    return tf.reshape(tf.slice3d(state, [T - 1, 0, 0], [1, B, width]), [B, width]);
  });
}
