/** The values that weights start from, against docs/pipeline.md §3: constants, bounds, deviations, and what the seed decides. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { type ModelName, modelOptions } from '../options/schema.ts';
import { disposeModel, type Model } from './model.ts';
import { buildModel } from './registry.ts';
import { paperWiring } from './wiring/paper.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

/** All weights of a model, read once. */
function startOf(model: ModelName, seed = 0): ReadonlyMap<string, Float32Array> {
  const built: Model = buildModel(modelOptions.parse({ model }), seed);
  const values = new Map(
    Array.from(built.weights, ([name, weight]) => [name, weight.dataSync<'float32'>().slice()]),
  );
  disposeModel(built);
  return values;
}

const valuesOf = (start: ReadonlyMap<string, Float32Array>, name: string): Float32Array => {
  const values = start.get(name);
  if (!values) throw new Error(`no weight ${name}`);
  return values;
};

/** All values lie in [low, high], and are spread over it as uniform draws are. */
function expectUniform(values: ArrayLike<number>, low: number, high: number): void {
  const list = Array.from(values);
  const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
  const tolerance = (5 * (high - low)) / Math.sqrt(12 * list.length); // five standard errors of the mean
  expect(Math.min(...list)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...list)).toBeLessThanOrEqual(high);
  expect(Math.max(...list) - Math.min(...list)).toBeGreaterThan((high - low) * (1 - 20 / list.length));
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(tolerance);
}

const expectAll = (values: Float32Array, value: number) =>
  expect(new Set(values)).toEqual(new Set([Math.fround(value)]));

describe('the seed', () => {
  it('the same seed gives the same values, another seed others in every drawn tensor', () => {
    const [first, again, other] = [startOf('lstm', 1), startOf('lstm', 1), startOf('lstm', 2)];
    expect(again).toEqual(first);
    for (const [name, values] of first) {
      if (name.endsWith('kernel')) expect(valuesOf(other, name), name).not.toEqual(values);
      else expect(valuesOf(other, name), name).toEqual(values);
    }
  });

  it('the head starts the same whatever cell is behind it', () => {
    const [lstm, vanilla] = [startOf('lstm'), startOf('vanilla')];
    expect(valuesOf(lstm, 'head/conv3_kernel')).toEqual(valuesOf(vanilla, 'head/conv3_kernel'));
  });

  it('no two tensors of the same shape start alike', () => {
    const start = startOf('gru');
    expect(valuesOf(start, 'gru/W_reset_gate')).not.toEqual(valuesOf(start, 'gru/W_detect_signal'));
    expect(valuesOf(start, 'head/filter0_kernel')).not.toEqual(valuesOf(start, 'head/filter1_kernel'));
  });
});

describe('the head and the dense cells', () => {
  it('biases of the head are 0.01', () => {
    const start = startOf('lstm');
    expectAll(valuesOf(start, 'head/conv1_bias'), 0.01);
    expectAll(valuesOf(start, 'head/filter7_bias'), 0.01);
  });

  it.each([
    // √(6 / (fan in + fan out)), with the 5×5 or 3×3 window in both
    ['head/conv1_kernel', Math.sqrt(6 / (25 * 3 + 25 * 24))],
    ['head/conv5_kernel', Math.sqrt(6 / (9 * 64 + 9 * 8))],
    ['head/filter0_kernel', Math.sqrt(6 / (250 + 4))],
    ['lstm/kernel', Math.sqrt(6 / (96 + 256))],
    ['lstm/out_kernel', Math.sqrt(6 / 65)],
  ])('%s is Glorot-uniform', (name, bound) => {
    expectUniform(valuesOf(startOf('lstm'), name), -bound, bound);
  });

  it.each([
    ['lstm', 'lstm/bias', 0],
    ['lstm', 'lstm/out_bias', 0],
    ['tf_gru', 'tf_gru/gates_bias', 1],
    ['tf_gru', 'tf_gru/candidate_bias', 0],
    ['gru', 'gru/bias_reset_gate', 1],
    ['gru', 'gru/bias_update_setting', 0],
    ['gru', 'gru/bias_detect_signal', 0],
    ['ctrnn', 'ctrnn/bias_step', 0],
    ['ctgru', 'ctgru/tau_r_bias', 0],
  ] as const)('%s: %s is %d', (model, name, value) => {
    expectAll(valuesOf(startOf(model), name), value);
  });
});

describe('wm', () => {
  const wiring = paperWiring('mk2', 32);

  it('neurons: cm 0.5, gleak 1, vleak in ±0.2; the mappings do nothing yet', () => {
    const start = startOf('wm');
    expectAll(valuesOf(start, 'wm/cm'), 0.5);
    expectAll(valuesOf(start, 'wm/gleak'), 1);
    expectUniform(valuesOf(start, 'wm/vleak'), -0.2, 0.2);
    expectAll(valuesOf(start, 'wm/input_w'), 1);
    expectAll(valuesOf(start, 'wm/input_b'), 0);
    expectAll(valuesOf(start, 'wm/output_w'), 1);
  });

  it.each([
    ['', wiring.neural],
    ['sensory_', wiring.sensory],
  ] as const)(
    '%ssynapses: w only where one exists, mu and sigma everywhere, erev the polarity',
    (side, polarity) => {
      const start = startOf('wm');
      const w = valuesOf(start, `wm/${side}w`);
      expect(Array.from(w, (value) => value !== 0)).toEqual(Array.from(polarity, (p) => p !== 0));
      expectUniform(
        w.filter((value) => value !== 0),
        0.1,
        1,
      );
      expectUniform(valuesOf(start, `wm/${side}mu`), 0.3, 0.8);
      expectUniform(valuesOf(start, `wm/${side}sigma`), 3, 8);
      expect(Array.from(valuesOf(start, `wm/${side}erev`))).toEqual(Array.from(polarity));
    },
  );
});

describe('cnn', () => {
  it('kernels are normal with sigma 0.1, cut at two sigma and so of deviation 0.088; biases are 0.1', () => {
    for (const [name, values] of startOf('cnn')) {
      if (name.endsWith('bias')) {
        expectAll(values, 0.1);
        continue;
      }
      let [sum, squares, largest] = [0, 0, 0];
      for (const value of values) {
        sum += value;
        squares += value * value;
        largest = Math.max(largest, Math.abs(value));
      }
      // Of N draws mean and deviation have relative standard errors of about 1/√N and 1/√2N; five of them are allowed.
      const N = values.length;
      expect(Math.abs(Math.sqrt(squares / N) / 0.08796 - 1), name).toBeLessThan(5 / Math.sqrt(2 * N));
      expect(Math.abs(sum / N), name).toBeLessThan((5 * 0.088) / Math.sqrt(N));
      expect(largest, name).toBeLessThanOrEqual(Math.fround(0.2));
      if (N > 10_000) expect(largest, name).toBeGreaterThan(0.199);
    }
  });
});
