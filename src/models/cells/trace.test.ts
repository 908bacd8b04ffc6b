/** What a trace shows of a cell is what the cell does: the states that step after step would hand on. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeBackends } from '../../../test/backends.ts';
import { type ModelOptions, modelOptions, RECURRENT_MODELS } from '../../options/schema.ts';
import { stream } from '../../random/stream.ts';
import type { RecurrentModel } from '../model.ts';
import { buildModel } from '../registry.ts';

const [T, B, S] = [4, 2, 32];

const CELLS: [string, Partial<ModelOptions>][] = [
  ...RECURRENT_MODELS.map((model): [string, Partial<ModelOptions>] => [model, { model }]),
  ['wm by Euler', { model: 'wm', solver: 'euler' }],
  ['ctrnn with feedback', { model: 'ctrnn', ctfeedback: true }],
];

function cellOf(options: Partial<ModelOptions>) {
  const parsed = modelOptions.parse({ lstm_size: 10, ...options });
  return (buildModel(parsed, 0) as RecurrentModel).cell;
}

function features(): tf.Tensor3D {
  const values = new Float32Array(T * B * S);
  stream(1, 'features').fillUniform(values, -2, 2);
  return tf.tensor3d(values, [T, B, S]);
}

const at = (x: tf.Tensor3D, t: number) => tf.slice3d(x, [t, 0, 0], [1, x.shape[1], x.shape[2]]);
const apart = (x: tf.Tensor, y: tf.Tensor) =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(tf.reshape(x, [-1]), tf.reshape(y, [-1])))).dataSync()[0]);

describeBackends('a trace', () => {
  it.each(CELLS)('of %s is that of single steps with the state handed over', (_, options) => {
    const cell = cellOf(options);
    const x = features();
    const traced = cell.trace(x, cell.initialState(B));
    expect(traced.inputs.shape).toEqual([T, B, S]);
    expect(traced.outputs.shape).toEqual([T, B, 1]);
    expect(traced.states).toHaveLength(cell.stateNames.length);
    let state = cell.initialState(B);
    for (let t = 0; t < T; t++) {
      const step = cell.unroll(at(x, t), state);
      state = step.state;
      expect(apart(at(traced.outputs, t), step.outputs), `output ${t}`).toBeLessThan(1e-6);
      for (const [n, name] of cell.stateNames.entries()) {
        expect(apart(at(traced.states[n], t), state[n]), `${name} ${t}`).toBeLessThan(1e-6);
      }
    }
    // The states move, so that one taken from the wrong step would show.
    for (const [n, name] of cell.stateNames.entries()) {
      expect(apart(at(traced.states[n], 0), at(traced.states[n], T - 1)), name).toBeGreaterThan(1e-4);
    }
  });

  it('has the mapped inputs of wm, and of other cells the features', () => {
    const x = features();
    const lstm = cellOf({ model: 'lstm' });
    expect(apart(lstm.trace(x, lstm.initialState(B)).inputs, x)).toBe(0);
    const wm = cellOf({ model: 'wm' });
    wm.weights.get('input_w')?.assign(tf.fill([S], 2));
    wm.weights.get('input_b')?.assign(tf.fill([S], 0.5));
    const mapped = tf.add(tf.mul(x, 2), 0.5);
    expect(apart(wm.trace(x, wm.initialState(B)).inputs, mapped)).toBeLessThan(1e-6);
  });
});
