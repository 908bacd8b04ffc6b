/**
 * Adam in TensorFlow, for the weights that are too large to be carried between TensorFlow and this program in every step:
 * the `cnn`'s dense layers, five million numbers. One operation, ResourceApplyAdam, goes over weight and moments once, with all
 * cores. What is computed stands in optimizer.ts; here it is float32, where adam-kernel.ts has float64.
 *
 * The operation updates variables of TensorFlow, which TensorFlow.js knows nothing of. Three of them serve as its hands: they
 * get tensors before it and give tensors after it, and hold nothing in between.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type OperationAttribute, tensorflowBackend } from '../../backend/tensorflow.ts';
import type { Model } from '../../models/model.ts';
import type { AdamFactors } from './adam-kernel.ts';

/** Numbers in a weight from which on it is worth it: below, the calls cost more than the copies. */
const LARGE = 2 ** 16;
const NONE: ReadonlySet<string> = new Set();

/** Adam's memory of one weight, in its shape. */
export interface TensorMoments {
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * Names of the weights that are updated here, on the backend that is set: large ones, all of whose entries are free. None of the
 * recurrent models', whose cells compute over plain arrays and need their weights there in every step.
 */
export function weightsUpdatedInTensorFlow({
  kind,
  weights,
  existing,
  constraints,
}: Model): ReadonlySet<string> {
  if (kind !== 'frame') return NONE;
  if (tf.getBackend() !== 'tensorflow' || tensorflowBackend().isUsingGpuDevice) return NONE; // not tried on a GPU
  const large = [...weights].filter(([, { size }]) => size >= LARGE).map(([name]) => name);
  return new Set(large.filter((name) => !existing.has(name) && !constraints.has(name)));
}

/** Σ g² */
export function sumOfSquares(gradient: tf.Tensor): number {
  return tf.tidy(
    () =>
      2 *
      tensorflowBackend()
        .executeSingleOutput('L2Loss', [type('T')], [gradient])
        .dataSync()[0],
  );
}

/**
 * One update of one weight.
 *
 * @param theta - the weight; changed
 * @param moments - given away: what they were is gone afterwards
 * @param factors - `clip` is on the gradient
 * @returns the moments after the update
 */
export function tensorflowAdamStep(
  theta: tf.Variable,
  moments: TensorMoments,
  gradient: tf.Tensor,
  { clip, beta1, beta2, epsilon, rate }: AdamFactors,
): TensorMoments {
  const backend = tensorflowBackend();
  const [thetaHand, mHand, vHand] = hands();
  return tf.tidy(() => {
    // First what may fail for want of memory.
    const scaled = clip === 1 ? gradient : tf.mul(gradient, clip);
    // `rate` has both bias corrections in it already, so the powers of β that they are made of are given as 0.
    const scalars = [0, 0, rate, beta1, beta2, epsilon].map((value) => tf.scalar(value));
    hold(thetaHand, theta);
    hold(mHand, moments.m);
    hold(vHand, moments.v);
    // Held by nobody else, they are updated where they are; otherwise TensorFlow would copy them first.
    theta.assign(placeholder(theta.shape));
    tf.dispose([moments.m, moments.v]);
    const attributes = [type('T'), flag('use_locking'), flag('use_nesterov')];
    backend.executeMultipleOutputs(
      'ResourceApplyAdam',
      attributes,
      [thetaHand, mHand, vHand, ...scalars, scaled],
      0,
    );
    const [nextTheta, m, v] = [thetaHand, mHand, vHand].map(held);
    theta.assign(nextTheta);
    for (const hand of hands()) hold(hand, tf.scalar(0));
    return { m, v };
  });
}

let made: readonly tf.Tensor[] | undefined;

/** Handles of the three variables. */
function hands(): readonly tf.Tensor[] {
  const { binding } = tensorflowBackend();
  const text = (name: string, value: string) => ({ name, type: binding.TF_ATTR_STRING, value });
  made ??= ['theta', 'm', 'v'].map((name) =>
    tf.keep(
      tensorflowBackend().executeSingleOutput(
        'VarHandleOp',
        [
          text('container', ''),
          text('shared_name', `ncp-train adam ${name}`),
          type('dtype'),
          { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [] },
        ],
        [],
      ),
    ),
  );
  return made;
}

/** A tensor of that shape whose memory is never touched, and so costs nothing. */
function placeholder(shape: number[]): tf.Tensor {
  const attributes = [type('dtype'), flag('init')];
  return tensorflowBackend().executeSingleOutput('Empty', attributes, [tf.tensor1d(shape, 'int32')]);
}

function hold(hand: tf.Tensor, value: tf.Tensor): void {
  tensorflowBackend().executeMultipleOutputs('AssignVariableOp', [type('dtype')], [hand, value], 0);
}

function held(hand: tf.Tensor): tf.Tensor {
  return tensorflowBackend().executeSingleOutput('ReadVariableOp', [type('dtype')], [hand]);
}

function type(name: string): OperationAttribute {
  const { binding } = tensorflowBackend();
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}

function flag(name: string): OperationAttribute {
  return { name, type: tensorflowBackend().binding.TF_ATTR_BOOL, value: false };
}
