/**
 * What the dense cells share: a layer on [x, h] whose input half is computed for all time steps at once, the
 * walk over time, and the layer to the outputs.
 *
 * A dense layer on [x, h] with kernel W [S+U, G] is x·W[:S] + h·W[S:] + b. The first product does not depend
 * on the state, so it is one large multiplication for all T·B rows; only h·W[S:] is left inside the loop.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { State } from './cell.ts';
import { finiteValues } from './finite.ts';

/** The input half of a dense layer on [x, h] for every time step. */
export interface InputProjection {
  /** x_t·W[:S] + b, T tensors [B,G]. */
  readonly steps: readonly tf.Tensor2D[];
  /** W[S:] [U,G]; undefined for a layer on x alone. */
  readonly recurrent: tf.Tensor2D | undefined;
}

/**
 * @param features - [T,B,S]
 * @param kernel - [S+U,G], or [S,G] for a layer that does not see the state
 * @param bias - [G]
 */
export function projectInputs(features: tf.Tensor3D, kernel: tf.Tensor, bias: tf.Tensor): InputProjection {
  const [T, B, S] = features.shape;
  const [rows, G] = kernel.shape as [number, number];
  const matrix = kernel as tf.Tensor2D;
  const ofInputs = rows === S ? matrix : tf.slice2d(matrix, [0, 0], [S, G]);
  const projected = tf.add(tf.matMul(tf.reshape(features, [T * B, S]), ofInputs), bias);
  return {
    steps: tf.unstack(tf.reshape(projected, [T, B, G])) as tf.Tensor2D[],
    recurrent: rows === S ? undefined : tf.slice2d(matrix, [S, 0], [rows - S, G]),
  };
}

/**
 * Walks over time: `step` makes the state of step t from the one before it.
 *
 * @param T - number of steps
 * @param readout - what of the state goes to the output layer [B,U]
 * @returns the readouts of all steps [T,B,U], and the state after the last
 */
export function overTime(
  T: number,
  initial: State,
  step: (t: number, state: State) => State,
  readout: (state: State) => tf.Tensor2D,
): { hidden: tf.Tensor3D; state: State } {
  let state = initial;
  const hidden: tf.Tensor2D[] = [];
  for (let t = 0; t < T; t++) {
    state = step(t, state);
    hidden.push(readout(state));
  }
  return { hidden: tf.stack(hidden) as tf.Tensor3D, state };
}

/** y = h·W + b for all steps: [T,B,U] → [T,B,M]. */
export function outputLayer(hidden: tf.Tensor3D, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor3D {
  const [T, B, U] = hidden.shape;
  const M = kernel.shape[1] as number;
  const rows = tf.matMul(tf.reshape(hidden, [T * B, U]), kernel as tf.Tensor2D);
  return tf.reshape(tf.add(rows, bias), [T, B, M]);
}

/** Refuses features and states with NaN or infinity in them. */
export function requireFinite(features: tf.Tensor3D, state: State, stateNames: readonly string[]): void {
  finiteValues('features of the cell', features);
  for (const [n, tensor] of state.entries()) finiteValues(`state ${stateNames[n]} of the cell`, tensor);
}

/** Clips to [−clip, clip]; a clip ≤ 0 means off, as in the published options. */
export function clipped(x: tf.Tensor2D, clip: number): tf.Tensor2D {
  return clip > 0 ? tf.clipByValue(x, -clip, clip) : x;
}

/** Zero states [B,width] of one name each. */
export function zeroState(B: number, widths: readonly number[]): State {
  return widths.map((width) => tf.zeros([B, width]) as tf.Tensor2D);
}
