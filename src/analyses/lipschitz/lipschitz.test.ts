/** Linear systems, whose constants are known; the Jacobian of every cell against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import type { Cell } from '../../models/cells/cell.ts';
import type { RecurrentModel } from '../../models/model.ts';
import { buildModel } from '../../models/registry.ts';
import { RECURRENT_MODELS } from '../../options/schema.ts';
import { stream } from '../../random/stream.ts';
import { rowNorms, spectralNorm, stateJacobian, stateWidths } from './state-jacobian.ts';
import { traceConstants } from './trace-constants.ts';

beforeAll(() => useBackend('wasm'));

/** x ← A·x + u, with its state in two parts. */
function linearCell(A: readonly (readonly number[])[], widths: readonly number[]): Cell {
  const U = A.length;
  return {
    inputs: U,
    stateNames: widths.map((_, n) => `x${n}`),
    weights: new Map(),
    constraints: new Map(),
    existing: new Map(),
    recurrentWeights: [],
    initialState: (B) => widths.map((width) => tf.zeros([B, width])),
    unroll(features, state) {
      const B = features.shape[1];
      const before = tf.concat([...state], 1);
      const next = tf.add(
        tf.matMul(before, tf.tensor2d(A.map((row) => [...row])), false, true),
        tf.reshape(features, [B, U]),
      );
      return { outputs: features, state: tf.split(next, [...widths], 1) as tf.Tensor2D[] };
    },
    trace: () => {
      throw new Error('a Jacobian needs single steps alone');
    },
    tables: () => new Map(),
  };
}

describe('stateJacobian', () => {
  it('of a linear system is its matrix; row norms and spectral norm by hand', () => {
    // A rotation by 90° times 2, beside a neuron that halves itself: singular values 2, 2 and ½
    const A = [
      [0, -2, 0],
      [2, 0, 0],
      [0, 0, 0.5],
    ];
    const cell = linearCell(A, [2, 1]);
    expect(stateWidths(cell)).toEqual([2, 1]);
    const jacobian = stateJacobian(cell, [2, 1], [1, 2, 3], [4, 5, 6]);
    expect(Array.from(jacobian)).toEqual(A.flat());
    expect(Array.from(rowNorms(jacobian, 3))).toEqual([2, 2, 0.5]);
    expect(spectralNorm(jacobian, 3)).toBeCloseTo(2, 9);
    // A shear of 1: the largest singular value is the golden ratio
    expect(spectralNorm([1, 1, 0, 1], 2)).toBeCloseTo((1 + Math.sqrt(5)) / 2, 6);
    expect(spectralNorm([0, 0, 0, 0], 2)).toBe(0);
  });

  it.each(RECURRENT_MODELS)('of %s agrees with central differences', (name) => {
    const { cell } = buildModel({ model: name, lstm_size: 4, ctfeedback: true }, 1) as RecurrentModel;
    const widths = stateWidths(cell);
    const U = widths.reduce((sum, width) => sum + width, 0);
    const draws = stream(2, 'jacobian', name);
    const some = (length: number) => Float32Array.from({ length }, () => draws.uniform(-0.8, 0.8));
    const [features, state] = [some(cell.inputs), some(U)];
    const jacobian = stateJacobian(cell, widths, features, state);
    const step = (from: Float32Array) =>
      tf.tidy(() => {
        const before = tf.split(tf.tensor2d(from, [1, U]), widths, 1) as tf.Tensor2D[];
        const next = cell.unroll(tf.tensor3d(features, [1, 1, cell.inputs]), before).state;
        return tf.concat([...next], 1).dataSync<'float32'>();
      });
    const h = 2 ** -6; // float32 states: far above their rounding, with an error of order h²
    let largest = 0;
    for (let i = 0; i < U; i++) {
      const moved = (by: number) => step(state.map((value, n) => (n === i ? value + by : value)));
      const [above, below] = [moved(h), moved(-h)];
      for (let j = 0; j < U; j++) {
        largest = Math.max(largest, Math.abs(jacobian[j * U + i] - (above[j] - below[j]) / (2 * h)));
      }
    }
    const scale = Math.max(...jacobian.map(Math.abs));
    expect(scale).toBeGreaterThan(0.001); // a step of wm has six unfolds, and forgets most of the state before
    expect(largest).toBeLessThan(0.02 * scale + 1e-5);
  });

  it('leaves no tensors behind', () => {
    const { cell } = buildModel({ model: 'vanilla', lstm_size: 3 }, 1) as RecurrentModel;
    const before = tf.memory().numTensors;
    stateJacobian(cell, stateWidths(cell), new Float32Array(32), [0, 0, 0]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('traceConstants', () => {
  it('of a linear decay x ← x/2 every 0.1 s from 1: the first step is the fastest, ½ in 0.1 s', () => {
    const trace = traceConstants(['a', 'b', 'still']);
    for (let t = 0; t < 10; t++) trace.add([0.5 ** t, -2 * 0.5 ** t, 3], t * 0.1, t > 0);
    expect(Array.from(trace.constants)).toEqual([expect.closeTo(5), expect.closeTo(10), 0]);
    expect(trace.pairs).toBe(9);
  });

  it('no pair lies across a reset, nor where no time passes', () => {
    const trace = traceConstants(['a']);
    trace.add([0], 0, false);
    trace.add([1], 1, true); // 1 in 1 s
    trace.add([100], 2, false);
    trace.add([200], 2, true);
    trace.add([206], 4, true); // 3 in 1 s
    expect(Array.from(trace.constants)).toEqual([3]);
    expect([trace.pairs, trace.standing]).toEqual([2, 1]);
  });

  it('an empty trace has none, and NaN is an error', () => {
    expect(Array.from(traceConstants(['a']).constants)).toEqual([0]);
    expect(() => traceConstants(['a']).add([Number.NaN], 0, false)).toThrow('a is NaN in frame 0');
  });
});
