/**
 * All weights, or all gradients, of a model in one shared array, one after the other in the model's order: how replicas in
 * other threads get the one and hand back the other.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../models/model.ts';
import type { WeightArrays } from './optimizer/optimizer.ts';

/** Shared memory for every number of the model's weights. */
export function sharedWeights(model: Model): Float32Array {
  let size = 0;
  for (const variable of model.weights.values()) size += variable.size;
  return new Float32Array(new SharedArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT));
}

/** Copies the model's weights into the buffer. */
export function publishWeights(model: Model, buffer: Float32Array): void {
  for (const [name, part] of parts(model, buffer))
    part.set(model.weights.get(name)?.dataSync<'float32'>() ?? []);
}

/** Copies the buffer into the model's weights. */
export function adoptWeights(model: Model, buffer: Float32Array): void {
  for (const [name, part] of parts(model, buffer)) {
    const variable = model.weights.get(name) as tf.Variable;
    const value = tf.tensor(part.slice(), variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

/** Copies gradients into the buffer. */
export function publishGradients(model: Model, gradients: WeightArrays, buffer: Float32Array): void {
  for (const [name, part] of parts(model, buffer)) part.set(gradients.get(name) as Float32Array);
}

/** Σ over several buffers of gradients, always in the same order. */
export function sumGradients(model: Model, buffers: readonly Float32Array[]): WeightArrays {
  const total = new Float32Array(buffers[0].length);
  for (const buffer of buffers) for (let n = 0; n < total.length; n++) total[n] += buffer[n];
  return parts(model, total);
}

/** The part of a buffer that belongs to each weight. */
function parts(model: Model, buffer: Float32Array): Map<string, Float32Array> {
  let at = 0;
  return new Map(
    Array.from(model.weights, ([name, { size }]) => {
      at += size;
      return [name, buffer.subarray(at - size, at)];
    }),
  );
}
