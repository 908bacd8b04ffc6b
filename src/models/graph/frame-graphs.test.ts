/** Graph and plain path of the native backend compute the same: features, outputs, every gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/require.ts';
import { useBackend } from '../../backend/choose.ts';
import { ConfigError } from '../../errors.ts';
import { stream } from '../../random/stream.ts';
import { dropoutFactors } from '../dropout.ts';
import { disposeModel, frameFeatures, inferFrames, judgeFrames, type Model, prepareGraph } from '../model.ts';
import { buildModel } from '../registry.ts';
import { frameGraph, frameGraphFault } from './frame-graphs.ts';

const native = requirement('tensorflow');

/** Random blocks of colour: neighbouring pixels are alike, as in frames of a camera. */
function frames(N: number): tf.Tensor4D {
  const blocks = new Float32Array(N * 13 * 25 * 3);
  stream(1, 'frames').fillUniform(blocks, 0, 255);
  return tf.tidy(() => tf.image.resizeBilinear(tf.tensor4d(blocks, [N, 13, 25, 3]), [78, 200]));
}

function withoutGraphs<Result>(compute: () => Result): Result {
  process.env.NCP_TRAIN_GRAPH = 'off';
  try {
    return compute();
  } finally {
    delete process.env.NCP_TRAIN_GRAPH;
  }
}

/** Outputs of every frame in a fixed direction, and its gradients. */
function objective(model: Model, compute: () => tf.Tensor2D) {
  let outputs = new Float32Array();
  const gradients = new Map<string, Float32Array>();
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const y = compute();
      outputs = y.dataSync<'float32'>().slice() as Float32Array<ArrayBuffer>;
      const direction = new Float32Array(y.size);
      stream(1, 'direction').fillUniform(direction, 0, 1);
      return tf.sum(tf.mul(y, tf.tensor(direction, y.shape))) as tf.Scalar;
    });
    for (const [name, variable] of model.weights) {
      const gradient = grads[variable.name];
      if (gradient) gradients.set(name, gradient.dataSync<'float32'>().slice());
    }
  });
  return { outputs, gradients };
}

/** The largest difference, by the largest entry. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  expect(actual.length).toBe(expected.length);
  expect(largest).toBeGreaterThan(0);
  return expected.reduce((max, x, n) => Math.max(max, Math.abs(x - actual[n])), 0) / largest;
}

/** √(Σ difference² / Σ expected²): one ReLU that falls to the other side moves it little. */
function relativeDistance(actual: Float32Array, expected: Float32Array): number {
  const squares = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares(expected.map((x, n) => x - actual[n])) / squares(expected));
}

function expectAlike(name: string, actual: Float32Array, expected: Float32Array, tolerance: number) {
  expect(difference(actual, expected), `${name}: difference by largest entry`).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(!native.present)(native.title('graph and plain path'), () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
  });
  afterEach(() => expect(frameGraphFault()).toBeUndefined());

  it('of the head give the same features and gradients', () => {
    const model = buildModel({ model: 'lstm' }, 3);
    if (model.kind !== 'recurrent') throw new Error('lstm is recurrent');
    const x = frames(6);
    expect(frameGraph('head', model.head.weights)).toBeDefined();
    const graph = objective(model, () => frameFeatures(model, x));
    const plain = withoutGraphs(() => objective(model, () => frameFeatures(model, x)));
    expect([...graph.gradients.keys()]).toEqual([...plain.gradients.keys()]);
    expect(graph.gradients.size).toBe(model.head.weights.size);
    expectAlike('features', graph.outputs, plain.outputs, 1e-5);
    for (const [name, gradient] of graph.gradients) {
      expectAlike(name, gradient, plain.gradients.get(name) as Float32Array, 1e-4);
    }
    tf.tidy(() => expectAlike('inferred', inferFrames(model, x).dataSync<'float32'>(), plain.outputs, 1e-5));
    disposeModel(model);
    x.dispose();
  });

  it.each([true, false])('of the CNN give the same outputs and gradients, with dropout: %s', (drops) => {
    const model = buildModel({ model: 'cnn' }, 3);
    if (model.kind !== 'frame') throw new Error('cnn is no recurrent model');
    const x = frames(4);
    const key = { seed: 1, fold: 0, epoch: 0, batch: 0 };
    const dropout = drops ? dropoutFactors(key, [0.5, 0.5, 0.7], 4) : undefined;
    expect(frameGraph('cnn', model.cnn.weights)).toBeDefined();
    const graph = objective(model, () => judgeFrames(model, x, dropout));
    const plain = withoutGraphs(() => objective(model, () => judgeFrames(model, x, dropout)));
    expect([...graph.gradients.keys()]).toEqual([...model.weights.keys()]);
    expectAlike('outputs', graph.outputs, plain.outputs, 1e-5);
    for (const [name, gradient] of graph.gradients) {
      expectAlike(name, gradient, plain.gradients.get(name) as Float32Array, 1e-4);
    }
    disposeModel(model);
    tf.dispose([x, ...(dropout ?? [])]);
  });

  it.each(['lstm', 'cnn'] as const)('of %s in bfloat16 are near', (name) => {
    const model = buildModel({ model: name }, 3, undefined, 'bf16');
    expect(prepareGraph(model)).toBeUndefined();
    const x = frames(4);
    const compute = () => (model.kind === 'frame' ? judgeFrames(model, x) : frameFeatures(model, x));
    const short = objective(model, compute);
    const plain = withoutGraphs(() => objective(model, compute));
    const differences = [
      relativeDistance(short.outputs, plain.outputs),
      ...Array.from(short.gradients, ([weight, gradient]) =>
        relativeDistance(gradient, plain.gradients.get(weight) as Float32Array),
      ),
    ];
    console.log(name, 'bf16, relative distance:', differences.map((d) => d.toFixed(4)).join(' '));
    expect(short.gradients.size).toBe(name === 'cnn' ? 15 : 26);
    expect(differences[0]).toBeLessThan(0.02);
    expect(Math.max(...differences)).toBeLessThan(0.2);
    expect(differences[0], 'it does compute in another precision').toBeGreaterThan(1e-4);
    disposeModel(model);
    x.dispose();
  });

  it('in bfloat16 are refused where nothing computes them', () => {
    const model = buildModel({ model: 'lstm' }, 3, undefined, 'bf16');
    expect(() => withoutGraphs(() => prepareGraph(model))).toThrow(ConfigError);
    disposeModel(model);
  });

  it('leave no tensor behind', () => {
    const model = buildModel({ model: 'lstm' }, 3);
    if (model.kind !== 'recurrent') throw new Error('lstm is recurrent');
    const x = frames(2);
    objective(model, () => frameFeatures(model, x));
    const before = tf.memory().numTensors;
    objective(model, () => frameFeatures(model, x));
    inferFrames(model, x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(model);
    x.dispose();
  });
});
