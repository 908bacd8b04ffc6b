/**
 * Five complete optimiser steps of `wm` and `lstm` against train.h5, and the update alone, with gradients given by
 * a formula. `masked_*` is the default, `original_*` is `--compat paper`.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { sampleWeights } from '../src/augment/weighting.ts';
import { disposeModel, type Model } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import { modelOptions } from '../src/options/schema.ts';
import { normalised } from '../src/train/loss.ts';
import { adamState, update } from '../src/train/optimizer/optimizer.ts';
import { type Batch, trainingStep } from '../src/train/step.ts';
import { describeBackends, tensor } from './backends.ts';
import { expectClose, expectRelative, Fixture, type Golden, largestDifference } from './golden.ts';
import { setWeights } from './set-weights.ts';

const fixture = new Fixture('train.h5');
const STEPS = 5;
const lr = Number(fixture.attribute('/', 'lr'));

const RUNS = [
  ['wm', 'masked_scale_1.0', 'none'],
  ['wm', 'masked_scale_0.5', 'none'],
  ['wm', 'original_scale_1.0', 'paper'],
  ['wm', 'original_scale_0.5', 'paper'],
  ['lstm', 'original_scale_1.0', 'paper'],
  ['lstm', 'original_scale_0.5', 'none'],
] as const;

const UPDATES = [
  ['wm', 'wm_masked', 'none'],
  ['wm', 'wm_original', 'paper'],
  ['lstm', 'lstm_original', 'none'],
] as const;

/** The fixture has the cell's weights without the model's name before them. */
const bareName = (name: string) => name.replace(/^(wm|lstm)\//, '');

function startModel(name: 'wm' | 'lstm', compat: 'none' | 'paper'): Model {
  const model = buildModel(modelOptions.parse({ model: name, compat }), 0);
  setWeights(model.weights, (weight) =>
    fixture.get(weight.startsWith('head/') ? `start/${weight}` : `${name}/start/${bareName(weight)}`),
  );
  return model;
}

describeBackends('training step', () => {
  for (const [name, variant, compat] of RUNS) {
    it(`${name}, compat ${compat}, repeats the five steps of ${variant}`, () => {
      const model = startModel(name, compat);
      const group = `${name}/${variant}`;
      const convGradScaling = Number(fixture.attribute(group, 'conv_grad_scaling'));
      const adam = adamState(model);
      for (let step = 0; step < STEPS; step++) {
        const batch = batchOf(step);
        const { loss, mse, mae, gradientNorm } = trainingStep(model, batch, adam, { lr, convGradScaling });
        batch.frames.dispose();
        const tolerance = step === 0 ? 1e-6 : 1e-4;
        for (const [figure, value] of Object.entries({ loss, mse, mae })) {
          const expected = fixture.get(`${group}/${figure}`).data[step];
          expectRelative(`${group}: ${figure} of step ${step + 1}`, value, expected, tolerance);
        }
        const norm = fixture.get(`${group}/global_norm`).data[step];
        expectRelative(`${group}: norm of step ${step + 1}`, gradientNorm, norm, step === 0 ? 2e-5 : 1e-2);
      }
      expectEndWeights(model, group);
      disposeModel(model);
    });
  }
});

describeBackends('update', () => {
  for (const [name, variant, compat] of UPDATES) {
    it(`of ${variant} gives the original's weights and norms`, () => {
      const model = startModel(name, compat);
      const group = `optimizer/${variant}`;
      const order = JSON.parse(String(fixture.attribute(group, 'order'))) as string[];
      const amplitudes = fixture.attribute('optimizer', 'amp') as ArrayLike<number>;
      const convGradScaling = Number(fixture.attribute(group, 'conv_grad_scaling'));
      const adam = adamState(model);
      for (let k = 0; k < STEPS; k++) {
        const gradients = new Map<string, Float32Array>();
        for (const [weight, { size }] of model.weights) {
          const n = order.indexOf(bareName(weight));
          const formula = (i: number) => amplitudes[k] * Math.sin(0.7 * i + 1.3 * k + 2.1 * n);
          gradients.set(
            weight,
            Float32Array.from({ length: size }, (_, i) => (givenAsZero(model, weight, i) ? 0 : formula(i))),
          );
        }
        const norm = update(model, gradients, adam, { lr, convGradScaling });
        const expected = fixture.get(`${group}/global_norm`).data[k];
        expectRelative(`${group}: norm of step ${k + 1}`, norm, expected, 1e-6);
      }
      for (const [weight, actual, expected] of endWeights(model, group)) {
        expectClose(`${group}: ${weight}`, actual, expected, 2e-6);
      }
      disposeModel(model);
    });
  }
});

/** As the attribute `given` of `wm_masked` says: mu, sigma and erev of absent synapses get no gradient. */
function givenAsZero(model: Model, weight: string, entry: number): boolean {
  if (model.kind !== 'recurrent' || !model.wiring || model.options.compat === 'paper') return false;
  const match = /^wm\/(sensory_)?(mu|sigma|erev)$/.exec(weight);
  if (!match) return false;
  return (match[1] ? model.wiring.sensory : model.wiring.neural)[entry] === 0;
}

function batchOf(step: number): Batch {
  const slice = ({ shape, data }: Golden): Golden => {
    const size = data.length / shape[0];
    return { shape: shape.slice(1), data: data.slice(step * size, (step + 1) * size) };
  };
  const { shape, data } = slice(fixture.get('frames'));
  const [T, B, ...frame] = shape;
  const labels = slice(fixture.get('labels')).data;
  const shares = normalised(sampleWeights(labels, Number(fixture.attribute('/', 'curve_factor'))));
  return { T, B, frames: tensor({ shape: [T * B, ...frame], data }) as tf.Tensor4D, labels, shares };
}

/**
 * Pairs of what the model has and what the fixture has. The fixture leaves out the largest kernels of the head in
 * most groups; of the cell, all biases and both ends of the head it has everything.
 */
function endWeights(model: Model, group: string): [string, Float32Array, Golden][] {
  const mayLack = /^head\/(conv[234]|filter[1-7])_kernel$/;
  return Array.from(model.weights).flatMap(([weight, variable]) => {
    const path = `${group}/end/${bareName(weight)}`;
    if (mayLack.test(weight) && !fixture.has(path)) return [];
    return [[weight, variable.dataSync<'float32'>(), fixture.get(path)]];
  });
}

/** |difference| ≤ 2e-5 for at least 99 % of all entries of the group, ≤ 1e-3 for all. */
function expectEndWeights(model: Model, group: string): void {
  let entries = 0;
  let near = 0;
  for (const [weight, actual, expected] of endWeights(model, group)) {
    expectClose(`${group}: ${weight} at the end`, actual, expected, 1e-3);
    for (let n = 0; n < actual.length; n++) {
      entries += 1;
      if (largestDifference([actual[n]], [expected.data[n]]) <= 2e-5) near += 1;
    }
  }
  console.log(`${group}: ${near} of ${entries} end weights within 2e-5`);
  expect(near / entries, `${group}: share of end weights within 2e-5`).toBeGreaterThanOrEqual(0.99);
}
