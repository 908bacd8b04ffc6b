/** Whole training steps: what they report, what they leave behind, and that a batch can be shared out among replicas. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { DataError } from '../errors.ts';
import { disposeModel } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { type ModelName, modelOptions } from '../options/schema.ts';
import { adamState } from './optimizer/optimizer.ts';
import { syntheticBatch } from './speed.ts';
import { type Batch, gradientsOf, trainingStep } from './step.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const build = (model: ModelName) => buildModel(modelOptions.parse({ model }), 0);

/** Sequences `first` to `end` of a batch, as one replica gets them. */
function share({ T, B, frames, labels, shares }: Batch, first: number, end: number): Batch {
  const mine = (values: Float32Array) => values.filter((_, n) => n % B >= first && n % B < end);
  const [H, W, C] = frames.shape.slice(1);
  const bySequence: tf.Tensor4D = tf.reshape(frames, [T, B, H, W * C]);
  const part = tf.slice4d(bySequence, [0, first, 0, 0], [T, end - first, H, W * C]);
  return {
    T,
    B: end - first,
    frames: tf.reshape(part, [T * (end - first), H, W, C]),
    labels: mine(labels),
    shares: mine(shares),
  };
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('a batch shared out among replicas', () => {
  it('gives the gradients and the loss of the whole batch, added up', () => {
    const model = build('lstm');
    const batch = syntheticBatch(5, 2, 3);
    const whole = gradientsOf(model, batch);
    const parts = [gradientsOf(model, share(batch, 0, 1)), gradientsOf(model, share(batch, 1, 3))];
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 6);
    for (const [name, expected] of whole.gradients) {
      const sum = parts[0].gradients
        .get(name)
        ?.map((value, n) => value + (parts[1].gradients.get(name)?.[n] ?? Number.NaN)) as Float32Array;
      const difference = largest(sum.map((value, n) => value - expected[n]));
      expect(difference / largest(expected), name).toBeLessThan(1e-5);
    }
    disposeModel(model);
  });
});

describe('trainingStep', () => {
  it('reports what was before the update, learns the batch, and leaves no tensor behind', () => {
    const model = build('wm');
    const adam = adamState(model);
    const batch = syntheticBatch(6, 2, 2);
    const before = gradientsOf(model, batch);
    const tensors = tf.memory().numTensors;
    const first = trainingStep(model, batch, adam, { lr: 0.005, convGradScaling: 1 });
    expect([first.loss, first.mse, first.mae]).toEqual([before.loss, before.mse, before.mae]);
    let last = first;
    for (let step = 0; step < 8; step++)
      last = trainingStep(model, batch, adam, { lr: 0.005, convGradScaling: 1 });
    expect(last.loss).toBeLessThan(0.9 * first.loss);
    expect(adam.t).toBe(9);
    expect(tf.memory().numTensors).toBe(tensors);
    batch.frames.dispose();
    disposeModel(model);
  });

  it('refuses a frame that is not finite, and leaves the weights as they were', () => {
    const model = build('vanilla');
    const batch = syntheticBatch(7, 1, 2);
    const values = batch.frames.dataSync().slice();
    values[values.length - 1] = Number.NaN; // the last number of the second sequence's frame
    const broken = { ...batch, frames: tf.tensor4d(values, batch.frames.shape) };
    const weights = Array.from(model.weights.values(), (weight) => weight.dataSync().slice());
    const step = () => trainingStep(model, broken, adamState(model), { lr: 0.1, convGradScaling: 1 });
    expect(step).toThrow(DataError);
    expect(step).toThrow('features of the cell [1,2,32] holds NaN at [0,1,0]');
    expect(Array.from(model.weights.values(), (weight) => weight.dataSync())).toEqual(weights);
    disposeModel(model);
  });
});
