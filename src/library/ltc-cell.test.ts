/** LTCCell: start ranges, what it refuses, its bounds, elapsed times. Its numbers are compared in test/golden.library.test.ts. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { ConfigError, DataError } from '../errors.ts';
import { Custom } from '../models/wiring/custom.ts';
import { FullyConnected } from '../models/wiring/fully-connected.ts';
import { LTCCell, type LTCCellOptions, type Range } from './ltc-cell.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const wiring = new FullyConnected({ units: 5, outputs: 2 });
const [T, B, S] = [6, 2, 3];

function built(options: Partial<LTCCellOptions> = {}, inputs = S): LTCCell {
  const cell = new LTCCell({ wiring, seed: 1, ...options });
  cell.build([null, inputs]);
  return cell;
}

const valuesOf = (cell: LTCCell, name: string): number[] => {
  const weight = cell.weights.find(({ originalName }) => originalName === name);
  if (!weight) throw new Error(`no weight ${name}`);
  return Array.from(weight.read().dataSync());
};
const inputs = () =>
  tf.tensor3d(
    Array.from({ length: T * B * S }, (_, n) => Math.sin(n)),
    [T, B, S],
  );

describe('start values', () => {
  it('are drawn from the ranges of the packages, for absent synapses too', () => {
    const sparse = new Custom({ inputs: S, units: 5, outputs: 2 });
    for (let neuron = 0; neuron < 5; neuron++) sparse.addSensorySynapse(0, neuron, 1);
    const cell = built({ wiring: sparse });
    const ranges: Record<string, [number, number, number]> = {
      gleak: [5, 0.001, 1],
      vleak: [5, -0.2, 0.2],
      cm: [5, 0.4, 0.6],
      w: [25, 0.001, 1],
      sigma: [25, 3, 8],
      mu: [25, 0.3, 0.8],
      sensory_w: [15, 0.001, 1],
      sensory_sigma: [15, 3, 8],
      sensory_mu: [15, 0.3, 0.8],
    };
    for (const [name, [count, low, high]] of Object.entries(ranges)) {
      const values = valuesOf(cell, name);
      expect(values, name).toHaveLength(count);
      expect(Math.min(...values), name).toBeGreaterThanOrEqual(Math.fround(low));
      expect(Math.max(...values), name).toBeLessThanOrEqual(high);
      expect(Math.max(...values) - Math.min(...values), name).toBeGreaterThan((high - low) / 3);
    }
    expect(valuesOf(cell, 'erev')).toEqual(Array.from(cell.wiring.neural));
    expect(valuesOf(cell, 'sensory_erev')).toEqual(Array.from(cell.wiring.sensory));
    expect(valuesOf(cell, 'input_w')).toEqual([1, 1, 1]);
    expect(valuesOf(cell, 'output_b')).toEqual([0, 0]);
  });

  it('a range that is given replaces that one alone', () => {
    const cell = built({ initialisationRanges: { w: [0.2, 2] } });
    const w = valuesOf(cell, 'w');
    expect(Math.min(...w)).toBeGreaterThanOrEqual(Math.fround(0.2));
    expect(Math.max(...w)).toBeLessThanOrEqual(2);
    expect(Math.max(...w)).toBeGreaterThan(1);
    expect(valuesOf(cell, 'sensory_w')).toEqual(valuesOf(built(), 'sensory_w'));
  });

  it('a range with equal ends gives a constant', () => {
    expect(valuesOf(built({ initialisationRanges: { cm: [0.5, 0.5] } }), 'cm')).toEqual(
      new Array(5).fill(0.5),
    );
  });

  it('the seed decides them; without one they are drawn anew', () => {
    expect(valuesOf(built(), 'mu')).toEqual(valuesOf(built(), 'mu'));
    expect(valuesOf(built({ seed: 2 }), 'mu')).not.toEqual(valuesOf(built(), 'mu'));
    const anew = { seed: undefined };
    expect(valuesOf(built(anew), 'mu')).not.toEqual(valuesOf(built(anew), 'mu'));
  });
});

describe('mappings', () => {
  it.each([
    ['affine', 'affine', ['input_w', 'input_b', 'output_w', 'output_b']],
    ['linear', null, ['input_w']],
    [null, 'linear', ['output_w']],
    [null, null, []],
  ] as const)('of inputs %s and outputs %s have their weights', (inputMapping, outputMapping, names) => {
    const cell = built({ inputMapping, outputMapping });
    const all = cell.trainableWeights.map(({ originalName }) => originalName);
    expect(all.filter((name) => /^(in|out)put_/.test(name))).toEqual(names);
  });
});

describe('refused', () => {
  const cases: [Partial<LTCCellOptions>, string][] = [
    [{ odeUnfolds: 0 }, 'LTCCell: odeUnfolds must be a whole number of at least 1, got 0'],
    [{ odeUnfolds: 1.5 }, 'LTCCell: odeUnfolds must be a whole number of at least 1, got 1.5'],
    [{ epsilon: -1e-8 }, 'LTCCell: epsilon must be at least 0, got -1e-8'],
    [{ epsilon: Number.NaN }, 'LTCCell: epsilon must be at least 0, got NaN'],
    [{ seed: 0.5 }, 'LTCCell: seed must be an integer, got 0.5'],
    [
      { inputMapping: 'afine' as 'affine' },
      'LTCCell: unknown inputMapping "afine"; did you mean "affine"? Known: affine, linear, null',
    ],
    [
      { outputMapping: 'none' as 'affine' },
      'LTCCell: unknown outputMapping "none". Known: affine, linear, null',
    ],
    [
      { initialisationRanges: { sensory_v: [0, 1] } as object },
      'LTCCell: unknown initialisation range "sensory_v"; did you mean "sensory_w"? ' +
        'Known: gleak, vleak, cm, w, sigma, mu, sensory_w, sensory_sigma, sensory_mu',
    ],
    [{ initialisationRanges: { mu: [2, 1] } }, 'LTCCell: the range of mu must be [low, high], got [2,1]'],
    [
      { initialisationRanges: { mu: 1 as unknown as Range } },
      'LTCCell: the range of mu must be [low, high], got 1',
    ],
    [
      { initialisationRanges: { mu: [0, Number.POSITIVE_INFINITY] } },
      'LTCCell: the range of mu must be [low, high], got [0,null]',
    ],
    ...(['gleak', 'cm', 'w', 'sensory_w'] as const).map((name): [Partial<LTCCellOptions>, string] => [
      { initialisationRanges: { [name]: [-0.1, 1] } },
      `LTCCell: ${name} must not be negative, its range starts at -0.1`,
    ]),
  ];
  it.each(cases)('%j', (options, message) => {
    expect(() => new LTCCell({ wiring, ...options })).toThrow(new ConfigError(message));
  });

  it('vleak and mu may be negative', () => {
    expect(() => built({ initialisationRanges: { vleak: [-1, 0], mu: [-1, 1] } })).not.toThrow();
  });

  it('a wiring whose motor neuron no input reaches, before any weight is made', () => {
    const cell = new LTCCell({ wiring: new Custom({ inputs: S, units: 2, outputs: 1 }) });
    const tensors = tf.memory().numTensors;
    expect(() => cell.build([null, S])).toThrow('no input reaches motor neuron 0');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('to be used before it is built', () => {
    const text = 'this LTCCell is not built yet: call it on an input first';
    expect(() => new LTCCell({ wiring }).wiring).toThrow(new ConfigError(text));
    expect(() => new LTCCell({ wiring }).unroll(inputs(), tf.zeros([B, 5]))).toThrow(new ConfigError(text));
  });

  it('a second layer of another width', () => {
    const cell = new LTCCell({ wiring });
    layers.rnn({ cell }).apply(tf.zeros([B, T, S]));
    expect(() => layers.rnn({ cell }).apply(tf.zeros([B, T, S + 1]))).toThrow(
      new ConfigError('this LTCCell was built for 3 inputs, now it gets 4'),
    );
  });
});

describe('what is not finite', () => {
  const at = <R extends tf.Rank>(tensor: tf.Tensor<R>, flat: number, value: number): tf.Tensor<R> => {
    const values = tensor.dataSync().slice();
    values[flat] = value;
    return tf.tensor(values, tensor.shape);
  };
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d in the inputs or the potentials is named', (bad) => {
    const cell = built();
    const v = tf.zeros<tf.Rank.R2>([B, 5]);
    const broken = at(inputs(), (4 * B + 1) * S + 2, bad);
    expect(() => cell.unroll(broken, v)).toThrow(DataError);
    expect(() => cell.unroll(broken, v)).toThrow(`inputs of the cell [6,2,3] holds ${bad} at [4,1,2]`);
    expect(() => cell.unroll(inputs(), at(v, 7, bad))).toThrow(
      `initial state of the cell [2,5] holds ${bad} at [1,2]`,
    );
  });
});

describe('elapsed times', () => {
  const withTimes = (times: number[]) =>
    tf.concat([inputs(), tf.tensor3d(times, [T, B, 1])], 2) as tf.Tensor3D;
  const v0 = () => tf.zeros<tf.Rank.R2>([B, 5]);
  const outputs = (cell: LTCCell, x: tf.Tensor3D) => Array.from(cell.unroll(x, v0()).outputs.dataSync());

  it('of 1 change nothing, others do', () => {
    const timed = built({ elapsedInInputs: true }, S + 1);
    const ones = new Array(T * B).fill(1);
    expect(outputs(timed, withTimes(ones))).toEqual(outputs(built(), inputs()));
    expect(outputs(timed, withTimes(ones.fill(0.1)))).not.toEqual(outputs(built(), inputs()));
  });

  it('that are short leave the potentials nearly where they were', () => {
    const timed = built({ elapsedInInputs: true }, S + 1);
    const { v } = timed.unroll(withTimes(new Array(T * B).fill(1e-6)), v0());
    expect(tf.max(tf.abs(v)).dataSync()[0]).toBeLessThan(1e-3);
  });

  it.each([0, -1, Number.NaN])('of %d are refused with their place', (bad) => {
    const timed = built({ elapsedInInputs: true }, S + 1);
    const times = new Array(T * B).fill(1);
    times[2 * B + 1] = bad;
    const run = () => timed.unroll(withTimes(times), v0());
    expect(run).toThrow(DataError);
    expect(run).toThrow(`elapsed times [6,2] holds ${bad} at [2,1]`);
  });

  it('are differentiated too', () => {
    const timed = built({ elapsedInInputs: true }, S + 1);
    const total = (x: tf.Tensor) => tf.sum(timed.unroll(x as tf.Tensor3D, v0()).outputs);
    const x = withTimes(Array.from({ length: T * B }, (_, n) => 0.1 + 0.02 * n));
    const flat = (3 * B + 1) * (S + 1) + S; // the time of step 3, sequence 1
    const moved = (by: number) => {
      const values = x.dataSync().slice();
      values[flat] += by;
      return total(tf.tensor(values, x.shape)).dataSync()[0];
    };
    const h = 0.01;
    const expected = (moved(h) - moved(-h)) / (2 * h);
    expect(Math.abs(expected)).toBeGreaterThan(0.01);
    expect(tf.grad(total)(x).dataSync()[flat] / expected).toBeCloseTo(1, 2);
  });
});

describe('bounds', () => {
  it('what an update made negative is 0 from the next call on; vleak, mu and erev may be negative', () => {
    const cell = built();
    for (const weight of cell.weights) {
      const negative = tf.fill(weight.shape as number[], -0.5);
      weight.write(negative);
    }
    cell.call([tf.zeros([B, S]), tf.zeros([B, 2]), tf.zeros([B, 5])]);
    for (const { originalName: name } of cell.weights) {
      const bounded = ['gleak', 'cm', 'w', 'sensory_w'].includes(name);
      expect(new Set(valuesOf(cell, name)), name).toEqual(new Set([bounded ? 0 : -0.5]));
    }
  });
});

describe('a step', () => {
  it('after a step is a sequence of two', () => {
    const cell = built();
    const [x0, x1] = tf.unstack(inputs()).slice(0, 2);
    const first = cell.call([x0, tf.zeros([B, 2]), tf.zeros([B, 5])]);
    const [output, , v] = cell.call([x1, first[1], first[2]]);
    const whole = cell.unroll(tf.stack([x0, x1]) as tf.Tensor3D, tf.zeros([B, 5]));
    expect(tf.max(tf.abs(tf.sub(output, tf.unstack(whole.outputs)[1]))).dataSync()[0]).toBeLessThan(1e-6);
    expect(tf.max(tf.abs(tf.sub(v, whole.v))).dataSync()[0]).toBeLessThan(1e-6);
  });
});
