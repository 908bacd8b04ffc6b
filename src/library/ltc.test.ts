/** LTC and tf.layers.rnn({ cell }) in models of TensorFlow.js: trained, saved and loaded, masked, stateful, shared. */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { AutoNCP } from '../models/wiring/auto-ncp.ts';
import { Custom } from '../models/wiring/custom.ts';
import { FullyConnected } from '../models/wiring/fully-connected.ts';
import type { WiringPlan } from '../models/wiring/plan.ts';
import { LTC, type LTCOptions } from './ltc.ts';
import { LTCCell } from './ltc-cell.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const [B, T, S, M, U] = [3, 6, 2, 2, 5];
const wiring = new FullyConnected({ units: U, outputs: M });
const wave = (shape: number[], phase = 0) =>
  tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, n) => Math.sin(n + phase)),
    shape,
  );
const valuesOf = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const distance = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

/** The layer, and the same cell step by step. */
const both = (options: Partial<LTCOptions> = {}) => ({
  whole: new LTC({ wiring, seed: 1, ...options }),
  steps: layers.rnn({ ...options, cell: new LTCCell({ wiring, seed: 1 }) } as never),
});

describe('LTC is tf.layers.rnn({ cell }) in one operation', () => {
  it.each<[Partial<LTCOptions>]>([
    [{}],
    [{ returnSequences: true }],
    [{ goBackwards: true }],
    [{ goBackwards: true, returnSequences: true }],
    [{ returnState: true }],
    [{ returnState: true, returnSequences: true, goBackwards: true }],
  ])('%j', (options) => {
    const { whole, steps } = both(options);
    const x = wave([B, T, S]);
    const [actual, expected] = [whole, steps].map((layer) => [layer.apply(x)].flat() as tf.Tensor[]);
    expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    for (const [n, tensor] of actual.entries()) expect(distance(tensor, expected[n])).toBeLessThan(1e-6);
    if (options.returnSequences) expect(actual[0].shape).toEqual([B, T, M]);
    else expect(actual[0].shape).toEqual([B, M]);
  });

  it('given an initial state', () => {
    const { whole, steps } = both();
    const x = wave([B, T, S]);
    const initialState = [tf.zeros([B, M]), wave([B, U])];
    const [actual, expected] = [whole, steps].map((layer) => layer.apply(x, { initialState }) as tf.Tensor);
    expect(distance(actual, expected)).toBeLessThan(1e-6);
    expect(distance(actual, whole.apply(x) as tf.Tensor)).toBeGreaterThan(1e-5);
  });

  it('its gradients too', () => {
    const { whole, steps } = both({ returnSequences: true });
    const x = wave([B, T, S]);
    const R = wave([B, T, M], 1);
    const gradients = [whole, steps].map((layer) => {
      layer.apply(x);
      const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { grads } = tf.variableGrads(
        () => tf.sum(tf.mul(layer.apply(x) as tf.Tensor, R)) as tf.Scalar,
        weights,
      );
      return weights.map((weight) => grads[weight.name]);
    });
    for (const [n, gradient] of gradients[0].entries()) {
      const expected = gradients[1][n];
      const largest = tf.max(tf.abs(expected)).dataSync()[0];
      expect(distance(gradient, expected)).toBeLessThan(1e-5 * Math.max(largest, 1));
    }
    expect(gradients[0]).toHaveLength(15);
  });
});

describe('masked', () => {
  it('sequences stop where their mask does', () => {
    const net = sequential();
    net.add(layers.masking({ maskValue: 9, inputShape: [T, S] }));
    net.add(new LTC({ wiring, seed: 1 }));
    const x = wave([1, T, S]);
    const short = tf.slice(x, [0, 0, 0], [1, 4, S]);
    const padded = tf.concat([short, tf.fill([1, 2, S], 9)], 1);
    const layer = net.layers[1];
    expect(distance(net.predict(padded) as tf.Tensor, layer.apply(short) as tf.Tensor)).toBeLessThan(1e-6);
    expect(distance(net.predict(x) as tf.Tensor, layer.apply(short) as tf.Tensor)).toBeGreaterThan(1e-5);
  });
});

describe('stateful', () => {
  it('goes on where the last batch ended, until it is reset, and leaks nothing', () => {
    const net = sequential();
    net.add(new LTC({ wiring, seed: 1, stateful: true, batchInputShape: [B, T / 2, S] }));
    const x = wave([B, T, S]);
    const [front, back] = tf.split(x, 2, 1);
    const whole = new LTC({ wiring, seed: 1 }).apply(x) as tf.Tensor;
    const cold = new LTC({ wiring, seed: 1 }).apply(back) as tf.Tensor;
    const predict = (part: tf.Tensor) => net.predict(part) as tf.Tensor;
    const first = predict(front);
    const second = predict(back);
    expect(distance(second, whole)).toBeLessThan(1e-6);
    net.resetStates();
    const again = predict(front);
    expect(distance(again, first)).toBe(0);
    net.resetStates();
    expect(distance(predict(back), cold)).toBeLessThan(1e-6);
    const tensors = tf.memory().numTensors;
    for (let batch = 0; batch < 5; batch++) predict(front).dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

/** A model written to memory and read again. */
async function savedAndLoaded(net: LayersModel): Promise<LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await net.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = JSON.parse(JSON.stringify({ ...given, weightData: undefined }));
      artifacts = { ...artifacts, weightData: given.weightData } as tf.io.ModelArtifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return loadLayersModel(tf.io.fromMemory(artifacts as tf.io.ModelArtifacts));
}

describe('saved with the model and loaded', () => {
  const custom = new Custom({ inputs: S, units: 3, outputs: 1 });
  custom.addSensorySynapse(0, 2, 1).addSensorySynapse(1, 1, -1).addSynapse(2, 0, 1).addSynapse(1, 0, -1);
  it.each<[string, WiringPlan]>([
    ['FullyConnected', wiring],
    ['AutoNCP', new AutoNCP({ units: 10, outputs: 2 })],
    ['Custom', custom],
  ])('LTC and rnn({ cell }) on %s predict the same', async (_, plan) => {
    const options = {
      wiring: plan,
      odeUnfolds: 3,
      inputMapping: 'linear',
      outputMapping: null,
      initialisationRanges: { w: [0.2, 2], sensory_w: [0.5, 0.5] },
    } as const;
    const net = sequential();
    net.add(new LTC({ ...options, inputShape: [T, S], returnSequences: true, name: 'first' }));
    net.add(layers.dense({ units: S }));
    net.add(layers.rnn({ cell: new LTCCell(options), goBackwards: true }));
    const loaded = await savedAndLoaded(net);
    const x = wave([B, T, S]);
    expect(valuesOf(loaded.predict(x) as tf.Tensor)).toEqual(valuesOf(net.predict(x) as tf.Tensor));
    const first = loaded.getLayer('first');
    expect(first).toBeInstanceOf(LTC);
    expect((first as unknown as LTC).ltcCell.ranges).toEqual(
      (net.getLayer('first') as unknown as LTC).ltcCell.ranges,
    );
    expect(first.getConfig()).toEqual(net.getLayer('first').getConfig());
  });

  it('a layer that does not train stays so', async () => {
    const net = sequential();
    net.add(new LTC({ wiring, inputShape: [T, S], trainable: false }));
    const loaded = await savedAndLoaded(net);
    expect(loaded.trainableWeights).toHaveLength(0);
    expect(loaded.weights).toHaveLength(15);
  });
});

describe('training', () => {
  it('lowers the loss', async () => {
    const net = sequential();
    net.add(new LTC({ wiring, seed: 1, returnSequences: true, inputShape: [T, S] }));
    net.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const [x, y] = [wave([B, T, S]), wave([B, T, M], 2)];
    const { history } = await net.fit(x, y, { epochs: 15, verbose: 0 });
    const loss = history.loss as number[];
    expect(loss[loss.length - 1]).toBeLessThan(0.8 * loss[0]);
  });

  it('goes through LTC into convolutions over every frame', async () => {
    const net = sequential();
    const conv = layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, activation: 'relu' });
    net.add(layers.timeDistributed({ layer: conv, inputShape: [T, 9, 11, 1] }));
    net.add(layers.timeDistributed({ layer: layers.flatten() }));
    net.add(new LTC({ wiring, seed: 1, returnSequences: true }));
    net.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const kernel = () => valuesOf(conv.getWeights()[0]);
    const [x, y] = [wave([B, T, 9, 11, 1]), wave([B, T, M], 2)];
    const [start, first] = [
      (await net.fit(x, y, { epochs: 1, verbose: 0 })).history.loss[0] as number,
      kernel(),
    ];
    const { history } = await net.fit(x, y, { epochs: 10, verbose: 0 });
    expect(history.loss[9]).toBeLessThan(0.9 * start);
    expect(kernel()).not.toEqual(first);
  });

  it('of a cell that two layers share has one gradient for both, and one set of weights', async () => {
    const cell = new LTCCell({ wiring: new FullyConnected({ units: U, outputs: S }), seed: 1 });
    const x = input({ shape: [T, S] });
    const first = layers.rnn({ cell, returnSequences: true }).apply(x);
    const net = model({ inputs: x, outputs: layers.rnn({ cell }).apply(first) as SymbolicTensor });
    expect(cell.weights).toHaveLength(15);
    const before = cell.weights.map((weight) => valuesOf(weight.read()));
    net.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const { history } = await net.fit(wave([B, T, S]), wave([B, S], 2), { epochs: 10, verbose: 0 });
    expect(history.loss[9]).toBeLessThan(history.loss[0] as number);
    const w = cell.weights.findIndex(({ name }) => /(^|\/)w/.test(name));
    expect(valuesOf(cell.weights[w].read())).not.toEqual(before[w]);
  });

  it('keeps the number of tensors', async () => {
    const net = sequential();
    net.add(new LTC({ wiring, seed: 1, inputShape: [T, S] }));
    net.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const [x, y] = [wave([B, T, S]), wave([B, M])];
    await net.fit(x, y, { epochs: 1, verbose: 0 });
    const tensors = tf.memory().numTensors;
    await net.fit(x, y, { epochs: 5, verbose: 0 });
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
