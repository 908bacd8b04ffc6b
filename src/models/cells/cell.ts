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
  /** What the cell writes beside a checkpoint, by file name (docs/pipeline.md §3 and §4). */
  tables(): ReadonlyMap<string, Table>;
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
