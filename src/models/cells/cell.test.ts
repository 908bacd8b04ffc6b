/** What every cell promises: a state handed on, zero at the start, and nothing that is not finite let in. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import { DataError } from '../../errors.ts';
import { type ModelOptions, modelOptions, RECURRENT_MODELS } from '../../options/schema.ts';
import { stream } from '../../random/stream.ts';
import type { RecurrentModel } from '../model.ts';
import { buildModel } from '../registry.ts';
import type { Cell, State } from './cell.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const [T, B, S] = [8, 3, 32];

function cellOf(options: Partial<ModelOptions>): Cell {
  const parsed = modelOptions.parse({ lstm_size: 12, ...options });
  return (buildModel(parsed, 0) as RecurrentModel).cell;
}

function features(seed = 0): tf.Tensor3D {
  const values = new Float32Array(T * B * S);
  stream(seed, 'features').fillUniform(values, -2, 2);
  return tf.tensor3d(values, [T, B, S]);
}

const steps = (x: tf.Tensor3D, first: number, count: number) => tf.slice3d(x, [first, 0, 0], [count, B, S]);
const valuesOf = (state: State) => state.map((tensor) => Array.from(tensor.dataSync()));

/** Every cell, and the options that change its dynamics. */
const CELLS: [string, Partial<ModelOptions>][] = [
  ...RECURRENT_MODELS.map((model): [string, Partial<ModelOptions>] => [model, { model }]),
  ['wm by Euler', { model: 'wm', solver: 'euler' }],
  ['wm by Runge–Kutta', { model: 'wm', solver: 'rk4' }],
  ['wm with every synapse', { model: 'wm', compat: 'paper' }],
  ['lstm, clipped', { model: 'lstm', lstm_clip: 0.1 }],
  ['ctrnn with feedback', { model: 'ctrnn', ctfeedback: true }],
  [
    'ctgru, clipped, with the decay of the published scripts',
    { model: 'ctgru', lstm_clip: 0.1, compat: 'paper' },
  ],
];

describe.each(CELLS)('%s', (_, options) => {
  it('eight steps at once are two times four with the state handed over', () => {
    const cell = cellOf(options);
    const x = features();
    const whole = cell.unroll(x, cell.initialState(B));
    const front = cell.unroll(steps(x, 0, 4), cell.initialState(B));
    const back = cell.unroll(steps(x, 4, 4), front.state);
    const joined = tf.concat([front.outputs, back.outputs], 0);
    expect(joined.shape).toEqual([T, B, 1]);
    expect(tf.max(tf.abs(tf.sub(joined, whole.outputs))).dataSync()[0]).toBeLessThan(1e-6);
    for (const [n, state] of whole.state.entries()) {
      expect(tf.max(tf.abs(tf.sub(state, back.state[n]))).dataSync()[0], cell.stateNames[n]).toBeLessThan(
        1e-6,
      );
    }
    // The state matters: without it the last four steps come out otherwise.
    const cold = cell.unroll(steps(x, 4, 4), cell.initialState(B));
    const afar = tf.max(tf.abs(tf.sub(cold.outputs, back.outputs))).dataSync()[0];
    expect(afar).toBeGreaterThan(1e-4);
  });

  it('starts from zero, and sequences do not see each other', () => {
    const cell = cellOf(options);
    const start = cell.initialState(B);
    expect(start).toHaveLength(cell.stateNames.length);
    for (const values of valuesOf(start)) expect(new Set(values)).toEqual(new Set([0]));
    const x = features();
    const whole = cell.unroll(x, start);
    const second = cell.unroll(tf.slice3d(x, [0, 1, 0], [T, 1, S]), cell.initialState(1));
    const there = tf.slice3d(whole.outputs, [0, 1, 0], [T, 1, 1]);
    expect(tf.max(tf.abs(tf.sub(there, second.outputs))).dataSync()[0]).toBeLessThan(1e-6);
  });
});

describe.each(RECURRENT_MODELS.map((model) => [model]))('%s', (model) => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'names the tensor and the place of a %d',
    (bad) => {
      const cell = cellOf({ model });
      const values = features().dataSync().slice();
      const at = (2 * B + 1) * S + 7;
      values[at] = bad;
      const run = () => cell.unroll(tf.tensor3d(values, [T, B, S]), cell.initialState(B));
      const tensor = model === 'wm' ? 'inputs of the cell' : 'features of the cell';
      expect(run).toThrow(DataError);
      expect(run).toThrow(`${tensor} [8,3,32] holds ${bad} at [2,1,7]`);
    },
  );

  it('names the state that is not finite', () => {
    const cell = cellOf({ model });
    for (const [n, name] of cell.stateNames.entries()) {
      const states = cell.initialState(B).map((state, m) => {
        const values = state.dataSync().slice();
        if (m === n) values[(state.shape[1] as number) + 3] = Number.NaN;
        return tf.tensor2d(values, state.shape);
      });
      const run = () => cell.unroll(features(), states);
      const called = model === 'wm' ? 'initial state of the cell' : `state ${name} of the cell`;
      expect(run).toThrow(DataError);
      expect(run).toThrow(`${called} [${states[n].shape}] holds NaN at [1,3]`);
    }
  });
});

describe('clipping', () => {
  it.each([
    ['lstm', 'c'],
    ['gru', 'h'],
    ['ctrnn', 'h'],
    ['ctgru', 'traces'],
  ] as const)('keeps the state %s of %s within the bound, which it reaches', (model, name) => {
    const cell = cellOf({ model, lstm_clip: 0.05 });
    const { state } = cell.unroll(features(), cell.initialState(B));
    const clipped = state[cell.stateNames.indexOf(name)];
    expect(tf.max(tf.abs(clipped)).dataSync()[0]).toBe(Math.fround(0.05));
  });
});

describe('tables', () => {
  const model = (options: Partial<ModelOptions>) =>
    buildModel(modelOptions.parse(options), 0) as RecurrentModel;

  it('wm: one row a neuron and one a synapse, with the weights as they are', () => {
    const { cell, weights, wiring } = model({ model: 'wm' });
    const tables = cell.tables();
    expect([...tables.keys()]).toEqual([
      'neuron_parameters.csv',
      'sensory_synapses.csv',
      'inter_synapses.csv',
    ]);
    const neurons = tables.get('neuron_parameters.csv');
    const sensory = tables.get('sensory_synapses.csv');
    const inter = tables.get('inter_synapses.csv');
    expect(neurons?.header).toEqual(['gleak', 'vleak', 'cm']);
    expect(neurons?.rows).toHaveLength(19);
    const vleak = weights.get('wm/vleak')?.dataSync() as Float32Array;
    expect(neurons?.rows[4]).toEqual([1, vleak[4], 0.5]);
    const columns = ['src', 'dest', 'sigma', 'mu', 'w', 'erev', 'erev_init'];
    for (const [table, count, side, sources] of [
      [sensory, 192, 'sensory_', 32],
      [inter, 60, '', 19],
    ] as const) {
      expect(table?.header).toEqual(columns);
      expect(table?.rows).toHaveLength(count);
      const matrix = (name: string) => weights.get(`wm/${side}${name}`)?.arraySync() as number[][];
      const polarity = side ? wiring?.sensory : wiring?.neural;
      for (const [src, dest, sigma, mu, w, erev, initial] of table?.rows ?? []) {
        expect(src).toBeLessThan(sources);
        expect([sigma, mu, w, erev]).toEqual(
          ['sigma', 'mu', 'w', 'erev'].map((name) => matrix(name)[src][dest]),
        );
        expect(initial).toBe(polarity?.[src * 19 + dest]);
        expect(Math.abs(initial)).toBe(1);
      }
    }
  });

  it('lstm: the forget gate’s columns, and its bias without the forget bias', () => {
    const { cell, weights } = model({ model: 'lstm' });
    const tables = cell.tables();
    expect([...tables.keys()]).toEqual(['forget_w.csv', 'forget_bias.csv']);
    const kernel = weights.get('lstm/kernel')?.arraySync() as number[][];
    // Column blocks i, j, f, o of 64.
    expect(tables.get('forget_w.csv')).toEqual({ rows: kernel.map((row) => row.slice(128, 192)) });
    expect(kernel).toHaveLength(96);
    weights.get('lstm/bias')?.assign(tf.range(0, 256));
    const bias = Array.from({ length: 64 }, (_, unit) => 128 + unit);
    expect(cell.tables().get('forget_bias.csv')).toEqual({ rows: [bias] });
  });

  it('the other cells have none', () => {
    for (const name of ['gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'] as const) {
      expect(cellOf({ model: name }).tables().size, name).toBe(0);
    }
  });
});
