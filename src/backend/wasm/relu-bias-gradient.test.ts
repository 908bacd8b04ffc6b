import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { registerWasm } from '../wasm.ts';
import { biasGradientWasm, reluGradWasm } from './relu-bias-gradient.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await registerWasm();
  await tf.setBackend('wasm');
});

const shape = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(4), fc.nat(5), fc.nat(13)).map((sides) => {
  const [frames, P, Q, M] = sides;
  return [frames, P + 1, Q + 1, M + 1] as [number, number, number, number];
});

test('the gradient passes where the output is above zero and nowhere else, at every size', () => {
  fc.assert(
    fc.property(shape, (shape) => {
      const size = tf.util.sizeFromShape(shape);
      const y = Float32Array.from({ length: size }, (_, i) => (i % 3) - 1); // −1, 0, 1, …
      const dy = Float32Array.from({ length: size }, (_, i) => i + 1);
      const dx = tf.tidy(() => reluGradWasm(tf.tensor(dy, shape), tf.tensor(y, shape)).dataSync());
      expect([...dx]).toEqual([...dy].map((entry, i) => (y[i] > 0 ? entry : 0)));
    }),
  );
});

test('the bias gradient is the sum over frames, rows and columns, at every size', () => {
  fc.assert(
    fc.property(shape, (shape) => {
      const size = tf.util.sizeFromShape(shape);
      const M = shape[3];
      const dy = Float32Array.from({ length: size }, (_, i) => (i % 7) - 2);
      const expected = new Array<number>(M).fill(0);
      dy.forEach((entry, i) => {
        expected[i % M] += entry;
      });
      const db = tf.tidy(() => biasGradientWasm(tf.tensor(dy, shape)));
      expect(db.shape).toEqual([M]);
      expect([...db.dataSync()]).toEqual(expected); // small integers: exact in float32
      db.dispose();
    }),
  );
});

test('a bias gradient over a million entries keeps its digits', () => {
  // 1,048,576 entries of 0.1 added one after another in float32 give 105,892 instead of 104,858.
  const db = tf.tidy(() => biasGradientWasm(tf.fill([16, 256, 256, 1], 0.1)).dataSync());
  expect(db[0] / 104857.6).toBeCloseTo(1, 5);
});

test('no tensor is left behind', () => {
  const dy: tf.Tensor4D = tf.ones([2, 3, 5, 7]);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 200; i++) tf.dispose([reluGradWasm(dy, dy), biasGradientWasm(dy)]);
  expect(tf.memory().numTensors).toBe(before);
  dy.dispose();
});
