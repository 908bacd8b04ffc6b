/**
 * The Jacobian of a recurrent cell's state map, J = ∂x(t+1)/∂x(t) at fixed features, for any cell: by the cell's own reverse
 * mode. U copies of a state go one step in a batch; the gradient of neuron j of copy j with respect to that copy is row j of J, so one
 * backward pass gives all of it, exact but for float32.
 *
 * Several states of a cell (LSTM's c and h) stand side by side, in the order of `stateNames`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Cell, State } from '../../models/cells/cell.ts';

/** Of the stacked state, U numbers: the widths of a cell's states in order. */
export function stateWidths(cell: Cell): number[] {
  return tf.tidy(() => cell.initialState(1).map(({ shape }) => shape[1]));
}

/**
 * @param features - [S], of the step
 * @param state - [U], before the step, the cell's states side by side
 * @returns [U,U] row-major, row j the gradient of neuron j after the step
 */
export function stateJacobian(
  cell: Cell,
  widths: readonly number[],
  features: ArrayLike<number>,
  state: ArrayLike<number>,
): Float32Array {
  const U = state.length;
  const jacobian = tf.tidy(() => {
    const copies = (row: ArrayLike<number>) =>
      tf.tile(tf.tensor2d(Float32Array.from(row), [1, row.length]), [U, 1]);
    const input = tf.reshape(copies(features), [1, U, cell.inputs]) as tf.Tensor3D;
    const step = (...before: tf.Tensor[]) =>
      tf.concat2d(cell.unroll(input, before as unknown as State).state as tf.Tensor2D[], 1);
    const before = tf.split(copies(state), [...widths], 1);
    return tf.concat(tf.grads(step)(before, tf.eye(U)), 1).dataSync<'float32'>();
  });
  return jacobian;
}

/** ‖J_j‖₂ of each row: how much neuron j changes at most when the state before changes by a distance of 1. */
export function rowNorms(jacobian: ArrayLike<number>, U: number): Float64Array {
  const norms = new Float64Array(U);
  for (let j = 0; j < U; j++) {
    let sum = 0;
    for (let i = 0; i < U; i++) sum += jacobian[j * U + i] ** 2;
    norms[j] = Math.sqrt(sum);
  }
  return norms;
}

const STEPS = 100;
const TOLERANCE = 1e-9;

/** ‖J‖₂, the largest singular value, by power iteration on JᵀJ: how far apart two states can be after a step that were 1 apart. */
export function spectralNorm(jacobian: ArrayLike<number>, U: number): number {
  // Not in the span of few coordinates, so that hardly any matrix has it in the complement of its first singular vector.
  let v = Float64Array.from({ length: U }, (_, n) => 1 + 0.1 * Math.sin(n + 1));
  let before = -1;
  for (let step = 0; step < STEPS; step++) {
    const length = Math.hypot(...v);
    if (length === 0) return 0;
    const unit = v.map((value) => value / length);
    const image = new Float64Array(U);
    for (let j = 0; j < U; j++) for (let i = 0; i < U; i++) image[j] += jacobian[j * U + i] * unit[i];
    const norm = Math.hypot(...image);
    if (Math.abs(norm - before) <= TOLERANCE * norm) return norm;
    before = norm;
    v = new Float64Array(U);
    for (let j = 0; j < U; j++) for (let i = 0; i < U; i++) v[i] += jacobian[j * U + i] * image[j];
  }
  return before;
}
