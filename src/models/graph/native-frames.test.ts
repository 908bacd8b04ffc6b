/** Own kernels and embedded backend compute the same: features, outputs, every gradient, for any number of frames and threads. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/require.ts';
import { useBackend } from '../../backend/choose.ts';
import { loadKernels } from '../../backend/native/kernels.ts';
import { stream } from '../../random/stream.ts';
import { dropoutFactors } from '../dropout.ts';
import { disposeModel, frameFeatures, inferFrames, judgeFrames, type Model } from '../model.ts';
import { buildModel } from '../registry.ts';

const native = requirement('native');

/** Random blocks of colour: neighbouring pixels are alike, as in frames of a camera. */
function frames(N: number): tf.Tensor4D {
  const blocks = new Float32Array(N * 13 * 25 * 3);
  stream(1, 'frames').fillUniform(blocks, 0, 255);
  return tf.tidy(() => tf.image.resizeBilinear(tf.tensor4d(blocks, [N, 13, 25, 3]), [78, 200]));
}

/** Outputs in a fixed direction, and its gradients. */
function objective(model: Model, compute: () => tf.Tensor2D): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const y = compute();
      found.set('outputs', y.dataSync<'float32'>().slice());
      const direction = new Float32Array(y.size);
      stream(1, 'direction').fillUniform(direction, 0, 1);
      return tf.sum(tf.mul(y, tf.tensor(direction, y.shape))) as tf.Scalar;
    });
    for (const [name, variable] of model.weights) {
      const gradient = grads[variable.name];
      if (gradient) found.set(name, gradient.dataSync<'float32'>().slice());
    }
  });
  return found;
}

/** √(Σ difference² / Σ expected²): one ReLU that falls to the other side moves it little. */
function distance(actual: Float32Array | undefined, expected: Float32Array): number {
  const squares = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares(expected.map((x, n) => x - (actual?.[n] ?? Number.NaN))) / squares(expected));
}

describe.skipIf(!native.present)(native.title('own kernels and embedded backend'), () => {
  afterAll(async () => {
    await useBackend('wasm');
  });

  it.each([
    ['lstm', 1, 1],
    ['lstm', 15, 2],
    ['lstm', 17, 3],
    ['cnn', 5, 2],
    ['cnn', 17, 1],
  ] as const)('agree: %s, %i frames, %i threads', async (name, N, threads) => {
    await useBackend('wasm');
    const model = buildModel({ model: name }, 3);
    const x = frames(N);
    const key = { seed: 1, fold: 0, epoch: 0, batch: 0 };
    const dropout = name === 'cnn' ? dropoutFactors(key, [0.5, 0.5, 0.7], N) : undefined;
    const compute = () => (model.kind === 'frame' ? judgeFrames(model, x, dropout) : frameFeatures(model, x));
    const expected = objective(model, compute);
    const inferred = tf.tidy(() => inferFrames(model, x).dataSync<'float32'>().slice());
    await useBackend('native', { threads });
    const actual = objective(model, compute);
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [what, values] of expected)
      expect(distance(actual.get(what), values), what).toBeLessThan(5e-3);
    expect(distance(actual.get('outputs'), expected.get('outputs') as Float32Array)).toBeLessThan(1e-5);
    expect(
      distance(
        tf.tidy(() => inferFrames(model, x).dataSync<'float32'>().slice()),
        inferred,
      ),
    ).toBeLessThan(1e-5);
    const again = objective(model, compute);
    for (const [what, values] of actual) {
      expect(
        values.every((x, n) => Object.is(x, again.get(what)?.[n])),
        `${what}: the same bits again`,
      ).toBe(true);
    }
    const before = tf.memory().numTensors;
    objective(model, compute);
    expect(tf.memory().numTensors, 'no tensor is left').toBe(before);
    disposeModel(model);
    tf.dispose([x, ...(dropout ?? [])]);
  });

  it('let a frame that is not finite through, and no other with it', async () => {
    await useBackend('native', { threads: 2 });
    const model = buildModel({ model: 'lstm' }, 3);
    const whole = frames(18);
    const numbers = whole.dataSync<'float32'>().slice();
    numbers[17 * 78 * 200 * 3 + 5] = Number.NaN;
    const spoilt = tf.tensor4d(numbers, [18, 78, 200, 3]);
    const of = (x: tf.Tensor4D) => tf.tidy(() => inferFrames(model, x).dataSync<'float32'>().slice());
    const [clean, features] = [of(whole), of(spoilt)];
    expect(features.subarray(0, 17 * 32)).toEqual(clean.subarray(0, 17 * 32));
    expect(features.subarray(17 * 32).some(Number.isNaN)).toBe(true);
    disposeModel(model);
    tf.dispose([whole, spoilt]);
  });
});

describe.skipIf(!native.present)(native.title('the add-on refuses'), () => {
  const FRAME = 78 * 200 * 3;
  const kernels = () => loadKernels(1);
  const handle = () => kernels().create('head', 'float32', 1);
  const weights = () => [
    ...[1800, 24, 21600, 36, 15552, 48, 27648, 64, 4608, 8].map((size) => new Float32Array(size)),
    ...Array.from({ length: 16 }, (_, n) => new Float32Array(n % 2 === 0 ? 1000 : 4)),
  ];

  it('frames that are not whole, of another type, or none', () => {
    const infer = (frames: unknown) => () =>
      kernels().infer(handle(), frames as Float32Array, weights(), new Float32Array(32));
    expect(infer(new Float32Array(FRAME - 1))).toThrow(TypeError);
    expect(infer(new Float32Array(0))).toThrow(TypeError);
    expect(infer(new Int32Array(FRAME))).toThrow('Float32Array or Uint8Array');
    expect(infer('frames')).toThrow(TypeError);
    expect(infer(new Uint8Array(FRAME))).not.toThrow();
  });

  it('weights, outputs and gradients of other lengths', () => {
    const frames = new Uint8Array(FRAME);
    const short = weights();
    short[3] = new Float32Array(35);
    expect(() => kernels().infer(handle(), frames, short, new Float32Array(32))).toThrow('weights[3]');
    expect(() => kernels().infer(handle(), frames, weights().slice(1), new Float32Array(32))).toThrow(
      '26 arrays',
    );
    expect(() => kernels().infer(handle(), frames, weights(), new Float32Array(31))).toThrow(
      'out: 32 numbers',
    );
    const made = handle();
    expect(() => kernels().backward(made, weights(), new Float32Array(32), weights())).toThrow(
      'no forward pass',
    );
    kernels().forward(made, frames, weights(), null, new Float32Array(32));
    expect(() => kernels().backward(made, weights(), new Float32Array(64), weights())).toThrow('dOut');
    expect(() => kernels().backward(made, weights(), new Float32Array(32), short)).toThrow('gradients[3]');
  });

  it('what is no handle, no network, no precision, no number of threads', () => {
    const { create, infer } = kernels();
    expect(() => infer({} as never, new Uint8Array(FRAME), weights(), new Float32Array(32))).toThrow(
      'handle',
    );
    expect(() => create('tail' as 'head', 'float32', 1)).toThrow(TypeError);
    expect(() => create('head', 'float64' as 'float32', 1)).toThrow(TypeError);
    expect(() => create('head', 'float32', 0)).toThrow('threads');
  });
});
