/** Sample weights, the weighted loss and the two logged figures, against numbers worked out by hand. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleWeights } from '../augment/weighting.ts';
import { useBackend } from '../backend/choose.ts';
import { errors, normalised, weightedLoss } from './loss.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const LABELS = Float32Array.of(0, 10, -20);

describe('sample weights', () => {
  it('grow as exp(0.1·|y|), to the left as to the right', () => {
    expect(Array.from(sampleWeights(LABELS, 0.1))).toEqual([1, Math.E, Math.E ** 2].map(Math.fround));
  });

  it('a curve factor of 0 weighs all alike', () => {
    expect(sampleWeights(LABELS, 0)).toEqual(Float32Array.of(1, 1, 1));
  });

  it('shares are in proportion to the weights and sum to 1', () => {
    expect(normalised(Float32Array.of(1, 2, 5))).toEqual(Float32Array.of(1 / 8, 2 / 8, 5 / 8));
    const labels = Float32Array.from({ length: 320 }, (_, n) => 60 * Math.sin(n));
    const total = normalised(sampleWeights(labels, 0.1)).reduce((sum, share) => sum + share, 0);
    expect(total).toBeCloseTo(1, 6);
  });
});

describe('weightedLoss', () => {
  const labels = Float32Array.of(1, -2);
  const shares = Float32Array.of(0.25, 0.75);

  it('is the sum of share times squared error', () => {
    const outputs = tf.tensor3d([3, 0], [2, 1, 1]);
    const loss = weightedLoss(outputs, labels, shares);
    expect(loss.dataSync()[0]).toBe(0.25 * 2 ** 2 + 0.75 * 2 ** 2);
    expect(loss.shape).toEqual([]);
  });

  it('has the gradient 2·share·(ŷ − y)', () => {
    const gradient = tf.grad((outputs) => weightedLoss(outputs, labels, shares))(tf.tensor1d([3, 0]));
    expect(Array.from(gradient.dataSync())).toEqual([2 * 0.25 * 2, 2 * 0.75 * 2]);
  });
});

it('the logged figures are not weighted', () => {
  expect(errors(Float32Array.of(3, 0, 1), Float32Array.of(1, -2, 2))).toEqual({
    mse: (4 + 4 + 1) / 3,
    mae: (2 + 2 + 1) / 3,
  });
});
