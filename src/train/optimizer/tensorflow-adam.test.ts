/** Adam in TensorFlow does what Adam over plain arrays does, but for rounding; and its memory comes back whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { INPUT, stateAt } from '../../../test/programs/train-by-name.ts';
import { requirement } from '../../../test/require.ts';
import { useBackend } from '../../backend/choose.ts';
import { NotFiniteError } from '../../errors.ts';
import { disposeModel, type Model } from '../../models/model.ts';
import { buildModel } from '../../models/registry.ts';
import { modelOptions } from '../../options/schema.ts';
import { stream } from '../../random/stream.ts';
import { loadCheckpoint, saveCheckpoint } from '../run/checkpoint.ts';
import { NOTHING_LOGGED } from '../run/metrics-log.ts';
import { adamState, settle, update } from './optimizer.ts';
import { weightsUpdatedInTensorFlow } from './tensorflow-adam.ts';

const native = requirement('tensorflow');
const LARGE = ['cnn/dense1_kernel', 'cnn/dense2_kernel'];
const OPTIONS = { lr: 0.01, convGradScaling: 0.5 };

const build = (model: 'cnn' | 'wm' | 'lstm') =>
  buildModel(modelOptions.parse({ model, ...(model === 'lstm' ? { lstm_size: 128 } : {}) }), 3);

/** The same for the same `step`. */
function gradientsAt(model: Model, step: number): Map<string, Float32Array> {
  return new Map(
    Array.from(model.weights, ([name, { size }]) => {
      const gradient = new Float32Array(size);
      stream(step, name).fillUniform(gradient, -1, 1);
      return [name, gradient];
    }),
  );
}

function updateInTensorFlow(model: Model, adam: ReturnType<typeof adamState>, step: number): number {
  const gradients = gradientsAt(model, step);
  const tensors = new Map(
    LARGE.map((name) => [
      name,
      tf.tensor(gradients.get(name) as Float32Array, model.weights.get(name)?.shape),
    ]),
  );
  for (const name of LARGE) gradients.delete(name);
  const norm = update(model, gradients, adam, OPTIONS, tensors);
  tf.dispose([...tensors.values()]);
  return norm;
}

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  let largest = 0;
  for (let n = 0; n < expected.length; n++) largest = Math.max(largest, Math.abs(actual[n] - expected[n]));
  return largest;
}

/** `toEqual` takes half a minute for five million numbers. */
function sameBits(one: ArrayBufferView | undefined, other: ArrayBufferView | undefined): boolean {
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return one !== undefined && other !== undefined && bytes(one).equals(bytes(other));
}

describe.skipIf(!native.present)(native.title('Adam in TensorFlow'), () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
    const model = build('cnn'); // what the first update leaves for all later ones is there then
    const adam = adamState(model);
    updateInTensorFlow(model, adam, 1);
    settle(adam);
    disposeModel(model);
  });

  it('is for the large weights of the cnn, and for no weight of the recurrent models', () => {
    const [frame, wm, lstm] = [build('cnn'), build('wm'), build('lstm')];
    expect([...weightsUpdatedInTensorFlow(frame)]).toEqual(LARGE);
    expect([...weightsUpdatedInTensorFlow(wm)]).toEqual([]);
    expect(Math.max(...Array.from(lstm.weights.values(), ({ size }) => size))).toBeGreaterThan(2 ** 16);
    expect([...weightsUpdatedInTensorFlow(lstm)]).toEqual([]);
    for (const model of [frame, wm, lstm]) disposeModel(model);
  });

  it('leaves the weights, moments and norms that plain arrays give, clipped ones too', () => {
    const models = [build('cnn'), build('cnn')].map((model) => ({ ...model, clipNorm: 100 }));
    const [plain, inTensorFlow] = models;
    const [expected, actual] = models.map(adamState);
    const steps = [1, 2, 3, 4];
    const norms = steps.map((step) => update(plain, gradientsAt(plain, step), expected, OPTIONS));
    expect(Math.min(...norms)).toBeGreaterThan(1000); // so the gradients are clipped to a tenth
    for (const [n, step] of steps.entries()) {
      expect(updateInTensorFlow(inTensorFlow, actual, step) / norms[n]).toBeCloseTo(1, 5);
    }
    settle(actual);
    for (const [name, variable] of plain.weights) {
      const other = inTensorFlow.weights.get(name) as tf.Variable;
      // An update changes an entry by at most lr; 1 − β₂ is known to 5e-5 in float32.
      const difference = largestDifference(other.dataSync<'float32'>(), variable.dataSync<'float32'>());
      expect(difference / OPTIONS.lr, name).toBeLessThan(2e-4);
      for (const moment of ['m', 'v'] as const) {
        const values = expected[moment].get(name) as Float32Array;
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const moments = largestDifference(actual[moment].get(name) as Float32Array, values);
        expect(moments / largest, `${moment} of ${name}`).toBeLessThan(1e-4);
      }
    }
    expect(actual.t).toBe(4);
    for (const model of models) disposeModel(model);
  });

  it('goes on as if nothing had been after its memory was brought back and given again', () => {
    const models = [build('cnn'), build('cnn')];
    const states = models.map(adamState);
    const tensors = tf.memory().numTensors;
    for (const [n, model] of models.entries()) {
      for (const step of [1, 2, 3]) {
        updateInTensorFlow(model, states[n], step);
        if (n === 1) settle(states[n]);
      }
      settle(states[n]);
    }
    for (const [name, variable] of models[0].weights) {
      expect(sameBits(variable.dataSync(), models[1].weights.get(name)?.dataSync()), name).toBe(true);
      for (const moment of ['m', 'v'] as const) {
        const [one, other] = states.map((state) => state[moment].get(name));
        expect(sameBits(one, other), `${moment} of ${name}`).toBe(true);
      }
    }
    expect(tf.memory().numTensors).toBe(tensors);
    for (const model of models) disposeModel(model);
  });

  it('goes on from a checkpoint, in a state that has other moments in TensorFlow, with the same bits', async () => {
    const [one, other] = [build('cnn'), build('cnn')];
    const [adam, loaded] = [one, other].map(adamState);
    const folder = mkdtempSync(join(tmpdir(), 'ncp-train-test-'));
    try {
      for (const step of [1, 2]) updateInTensorFlow(one, adam, step);
      await saveCheckpoint(folder, {
        model: one,
        adam,
        keep: 'passive',
        best: true,
        input: INPUT,
        log: NOTHING_LOGGED,
        state: stateAt(0),
      });
      updateInTensorFlow(one, adam, 3);
      updateInTensorFlow(other, loaded, 7);
      await loadCheckpoint(join(folder, 'checkpoints', 'epoch_000'), other, loaded);
      updateInTensorFlow(other, loaded, 3);
      for (const state of [adam, loaded]) settle(state);
      expect(loaded.t).toBe(3);
      for (const name of one.weights.keys()) {
        expect(sameBits(one.weights.get(name)?.dataSync(), other.weights.get(name)?.dataSync()), name).toBe(
          true,
        );
        for (const moment of ['m', 'v'] as const) {
          expect(sameBits(adam[moment].get(name), loaded[moment].get(name)), `${moment} of ${name}`).toBe(
            true,
          );
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
      for (const model of [one, other]) disposeModel(model);
    }
  });

  it('changes nothing where the norm is not finite', () => {
    const model = build('cnn');
    const adam = adamState(model);
    updateInTensorFlow(model, adam, 1);
    const before = model.weights.get(LARGE[0])?.dataSync().slice();
    const gradients = gradientsAt(model, 2);
    const bad = tf.fill([4864, 1000], Number.NaN);
    gradients.delete(LARGE[0]);
    const diverge = () => update(model, gradients, adam, OPTIONS, new Map([[LARGE[0], bad]]));
    expect(diverge).toThrow(NotFiniteError);
    expect(adam.t).toBe(1);
    expect(sameBits(model.weights.get(LARGE[0])?.dataSync(), before)).toBe(true);
    settle(adam);
    bad.dispose();
    disposeModel(model);
  });
});
