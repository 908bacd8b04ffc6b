/** The gradients of every dense cell, with respect to inputs, initial states and weights, against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../../backend/choose.ts';
import { stream } from '../../../random/stream.ts';
import type { Cell, State } from '../cell.ts';
import { ctGru } from '../ct-gru.ts';
import { ctRnn } from '../ct-rnn.ts';
import { gru } from '../gru.ts';
import { lstm } from '../lstm.ts';
import { tfGru } from '../tf-gru.ts';
import { vanilla } from '../vanilla.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

// Sizes that no tile of the matrix products fits.
const [T, B, S, U] = [3, 3, 5, 7];
const options = { name: 'cell', seed: 1, inputs: S, units: U };

const CELLS: [string, () => Cell][] = [
  ['vanilla', () => vanilla(options)],
  ['lstm', () => lstm({ ...options, forgetBias: 1, clip: -1 })],
  ['lstm, clipped', () => lstm({ ...options, forgetBias: 1, clip: 0.3 })],
  ['gru', () => gru({ ...options, clip: 0.5 })],
  ['tf_gru', () => tfGru(options)],
  ['ctrnn', () => ctRnn({ ...options, clip: 0.4, globalFeedback: false })],
  ['ctrnn with feedback', () => ctRnn({ ...options, clip: -1, globalFeedback: true })],
  ['ctgru', () => ctGru({ ...options, clip: -1, compatPaper: false })],
  ['ctgru, clipped, as published', () => ctGru({ ...options, clip: 0.2, compatPaper: true })],
];

function random(name: string, shape: number[]): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  stream(3, 'recurrence', name).fillUniform(values, -1, 1);
  return tf.tensor(values, shape);
}

it.each(CELLS)('%s', (_, make) => {
  const cell = make();
  const variables = Array.from(cell.weights.values());
  const given = [
    random('features', [T, B, S]),
    ...cell.initialState(B).map((state, n) => random(`state ${n}`, state.shape)),
  ];
  // Outputs and last states, each entry with a factor of its own, so that a transposed gradient cannot pass.
  const value = (features: tf.Tensor, ...states: tf.Tensor[]) => {
    const run = cell.unroll(features as tf.Tensor3D, states as unknown as State);
    const parts = [run.outputs, ...run.state];
    return tf.addN(parts.map((part, n) => tf.sum(tf.mul(part, random(`factor ${n}`, part.shape)))));
  };
  const at = (point: tf.Tensor[]) => tf.tidy(() => value(...(point as [tf.Tensor])).dataSync()[0]);

  const gradients = tf.tidy(() => {
    const { grads } = tf.valueAndGrads((...point) => value(...(point.slice(0, given.length) as [tf.Tensor])))(
      [...given, ...variables],
    );
    return grads.map((gradient) => gradient.dataSync<'float32'>().slice());
  });
  for (const [n, gradient] of gradients.entries()) {
    expect(gradient.some((entry) => entry !== 0)).toBe(true);
    // Along a random direction: (f(p + h·d) − f(p − h·d))/2h = gradient · d.
    const whole = n < given.length ? given[n] : variables[n - given.length];
    const direction = random(`direction ${n}`, whole.shape).dataSync<'float32'>();
    const expected = gradient.reduce((sum, entry, i) => sum + entry * direction[i], 0);
    const h = 2e-3;
    const shifted = (step: number) => {
      const values = whole.dataSync<'float32'>().map((entry, i) => entry + step * direction[i]);
      const moved = tf.tensor(values, whole.shape);
      if (n < given.length) return at(given.map((tensor, m) => (m === n ? moved : tensor)));
      const variable = variables[n - given.length];
      const kept = variable.clone();
      variable.assign(moved);
      const result = at(given);
      variable.assign(kept);
      return result;
    };
    const difference = (shifted(h) - shifted(-h)) / (2 * h);
    expect(Math.abs(difference - expected), `argument ${n}: ${difference} against ${expected}`).toBeLessThan(
      2e-3 * (1 + Math.abs(expected)),
    );
  }
});
