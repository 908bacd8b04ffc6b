/**
 * From gradients to new weights (docs/pipeline.md §3, "Training step"), in this order: gradients of entries
 * that do not exist are 0; those of the convolutions are scaled; all are clipped to a global norm; Adam;
 * constraints. Adam is TensorFlow 1's, which adds ε outside the bias correction:
 *
 *     m ← β₁·m + (1 − β₁)·g          v ← β₂·v + (1 − β₂)·g²
 *     θ ← θ − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε)
 *
 * It works on plain arrays, not tensors: one pass over each weight instead of ten small operations, the same
 * numbers on every backend, and gradients of several replicas can simply be added before it. Only the weights of the `cnn` that
 * are too large to be copied in every step stay in TensorFlow, where it is the backend (tensorflow-adam.ts).
 */
import * as tf from '@tensorflow/tfjs-core';
import { NotFiniteError } from '../../errors.ts';
import type { Model } from '../../models/model.ts';
import { adamStep } from './adam-kernel.ts';
import { sumOfSquares, type TensorMoments, tensorflowAdamStep } from './tensorflow-adam.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Gradients, or moments, by weight name. */
export type WeightArrays = ReadonlyMap<string, Float32Array>;

/** Gradients that are still in TensorFlow, by weight name. */
export type WeightTensors = ReadonlyMap<string, tf.Tensor>;

/** Adam's memory. `t` counts the updates made. Whoever reads m and v calls {@link settle} first. */
export interface AdamState {
  t: number;
  readonly m: WeightArrays;
  readonly v: WeightArrays;
  /** Moments that TensorFlow has: newer than what m and v say of these weights. */
  readonly inTensorFlow: Map<string, TensorMoments>;
}

export interface UpdateOptions {
  /** Learning rate, > 0. */
  readonly lr: number;
  /** Factor on the gradients of the convolutions. */
  readonly convGradScaling: number;
}

/** Adam before its first update: m = v = 0. */
export function adamState(model: Model): AdamState {
  const zeros = () =>
    new Map(Array.from(model.weights, ([name, { size }]) => [name, new Float32Array(size)]));
  return { t: 0, m: zeros(), v: zeros(), inTensorFlow: new Map() };
}

/** Brings m and v up to date with what TensorFlow has, and frees that. */
export function settle({ m, v, inTensorFlow }: AdamState): void {
  for (const [name, moments] of inTensorFlow) {
    arrayOf(m, name).set(moments.m.dataSync<'float32'>());
    arrayOf(v, name).set(moments.v.dataSync<'float32'>());
    tf.dispose([moments.m, moments.v]);
  }
  inTensorFlow.clear();
}

/**
 * One update. Changes the model's weights, the Adam state, and the gradients in place.
 *
 * @param gradients - of all weights but those of `inTensorFlow`
 * @param inTensorFlow - gradients of the rest, not changed
 * @returns the global norm before clipping
 * @throws NotFiniteError if the norm is not finite; then nothing but the gradients was changed
 */
export function update(
  model: Model,
  gradients: WeightArrays,
  adam: AdamState,
  options: UpdateOptions,
  inTensorFlow: WeightTensors = new Map(),
): number {
  const norm = scaledGlobalNorm(model, gradients, inTensorFlow, options.convGradScaling);
  if (!Number.isFinite(norm)) {
    throw new NotFiniteError(`the norm of the gradients of update ${adam.t + 1} is ${norm}`);
  }
  const clip = model.clipNorm === undefined ? 1 : model.clipNorm / Math.max(norm, model.clipNorm);
  adam.t += 1;
  const rate = (options.lr * Math.sqrt(1 - BETA2 ** adam.t)) / (1 - BETA1 ** adam.t);
  const factors = { clip, beta1: BETA1, beta2: BETA2, epsilon: EPSILON, rate };
  for (const [name, variable] of model.weights) {
    const gradient = inTensorFlow.get(name);
    if (gradient) {
      const scale = clip * scaleOf(model, name, options.convGradScaling);
      const moments = adam.inTensorFlow.get(name) ?? momentsOf(adam, name, variable.shape);
      adam.inTensorFlow.set(
        name,
        tensorflowAdamStep(variable, moments, gradient, { ...factors, clip: scale }),
      );
      continue;
    }
    if (adam.inTensorFlow.has(name)) settle(adam);
    // Changed in place: a copy, or the array behind the tensor that is replaced here.
    const values = variable.dataSync<'float32'>();
    adamStep(values, arrayOf(gradients, name), arrayOf(adam.m, name), arrayOf(adam.v, name), factors);
    model.constraints.get(name)?.(values);
    const next = tf.tensor(values, variable.shape);
    variable.assign(next);
    next.dispose();
  }
  return norm;
}

/** Masks and scales the gradients in place, but for those in TensorFlow; √(Σ g²) over all of them. */
function scaledGlobalNorm(
  model: Model,
  gradients: WeightArrays,
  inTensorFlow: WeightTensors,
  convGradScaling: number,
): number {
  let squares = 0;
  for (const name of model.weights.keys()) {
    const scale = scaleOf(model, name, convGradScaling);
    const tensor = inTensorFlow.get(name);
    if (tensor) {
      squares += scale ** 2 * sumOfSquares(tensor);
      continue;
    }
    const g = arrayOf(gradients, name);
    const exists = model.existing.get(name);
    if (exists) for (let n = 0; n < g.length; n++) if (!exists[n]) g[n] = 0;
    if (scale !== 1) for (let n = 0; n < g.length; n++) g[n] *= scale;
    for (let n = 0; n < g.length; n++) squares += g[n] * g[n];
  }
  return Math.sqrt(squares);
}

const scaleOf = (model: Model, name: string, convGradScaling: number) =>
  model.convolutionWeights.has(name) ? convGradScaling : 1;

function momentsOf({ m, v }: AdamState, name: string, shape: number[]): TensorMoments {
  return { m: tf.tensor(arrayOf(m, name).slice(), shape), v: tf.tensor(arrayOf(v, name).slice(), shape) };
}

function arrayOf(arrays: WeightArrays, name: string): Float32Array {
  const array = arrays.get(name);
  if (!array) throw new Error(`no array for weight ${name}`);
  return array;
}
