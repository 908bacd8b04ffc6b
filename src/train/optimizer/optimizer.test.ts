/** One update against numbers worked out by hand, and what must hold of every update. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import { NotFiniteError } from '../../errors.ts';
import { disposeModel, type Model, type RecurrentModel } from '../../models/model.ts';
import { buildModel } from '../../models/registry.ts';
import { modelOptions } from '../../options/schema.ts';
import { stream } from '../../random/stream.ts';
import { adamState, update } from './optimizer.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) disposeModel(model);
});

/** A model of the two weights `conv` and `dense`, of which only what the optimiser looks at is there. */
function smallModel(parts: Partial<Model> = {}, start: number[] = [1]): Model {
  const model = {
    kind: 'frame',
    options: modelOptions.parse({ model: 'cnn' }),
    weights: new Map(['conv', 'dense'].map((name) => [name, tf.variable(tf.tensor1d(start))])),
    convolutionWeights: new Set(['conv']),
    constraints: new Map(),
    existing: new Map(),
    clipNorm: undefined,
    ...parts,
  } as unknown as Model;
  models.push(model);
  return model;
}

const valuesOf = (model: Model, name: string) =>
  model.weights.get(name)?.dataSync<'float32'>() as Float32Array;
const gradients = (conv: number[], dense: number[]) =>
  new Map([
    ['conv', Float32Array.from(conv)],
    ['dense', Float32Array.from(dense)],
  ]);

const OPTIONS = { lr: 0.1, convGradScaling: 1 };

describe('Adam', () => {
  it('two updates are those of TensorFlow 1, with ε outside the bias correction', () => {
    const model = smallModel();
    const adam = adamState(model);
    // t = 1: m = 1e-7, v = 1e-15, rate = 0.1·√0.001/0.1 = 0.0316228
    // θ = 1 − 0.0316228·1e-7/(3.16228e-8 + 1e-8) = 0.924025; with ε inside it would be 0.900990
    update(model, gradients([1e-6], [0]), adam, OPTIONS);
    expect(valuesOf(model, 'conv')[0]).toBeCloseTo(0.924025, 6);
    // t = 2: m = 0.9e-7 − 1e-7 = −1e-8, v = 1.999e-15, rate = 0.1·√0.001999/0.19 = 0.0235317
    // θ = 0.924025 + 0.0235317·1e-8/(4.47102e-8 + 1e-8) = 0.928326
    update(model, gradients([-1e-6], [0]), adam, OPTIONS);
    expect(valuesOf(model, 'conv')[0]).toBeCloseTo(0.928326, 6);
    expect(adam.t).toBe(2);
  });

  it('a gradient of 0 from the start moves nothing', () => {
    const model = smallModel();
    expect(update(model, gradients([0], [0]), adamState(model), OPTIONS)).toBe(0);
    expect(valuesOf(model, 'dense')).toEqual(Float32Array.of(1));
  });
});

describe('the gradients before Adam', () => {
  /** m after the first update is (1 − β₁)·g, so ten times it are the gradients that reached Adam. */
  const seen = (model: Model, given: Map<string, Float32Array>, convGradScaling = 1) => {
    const adam = adamState(model);
    const norm = update(model, given, adam, { lr: 0.1, convGradScaling });
    const round = (name: string) => Array.from(adam.m.get(name) ?? [], (m) => Number((10 * m).toFixed(4)));
    return { norm, conv: round('conv'), dense: round('dense') };
  };

  it('are clipped to a global norm of 10', () => {
    // norm √(30² + 40²) = 50, so everything is divided by 5
    expect(seen(smallModel({ clipNorm: 10 }), gradients([30], [-40]))).toEqual({
      norm: 50,
      conv: [6],
      dense: [-8],
    });
  });

  it('stay as they are below that norm', () => {
    expect(seen(smallModel({ clipNorm: 10 }), gradients([3], [4]))).toEqual({
      norm: 5,
      conv: [3],
      dense: [4],
    });
  });

  it('stay as they are in a model that is not clipped', () => {
    expect(seen(smallModel(), gradients([30], [40]))).toEqual({ norm: 50, conv: [30], dense: [40] });
  });

  it('of the convolutions are scaled before the norm is taken', () => {
    expect(seen(smallModel({ clipNorm: 10 }), gradients([6], [4]), 0.5)).toEqual({
      norm: 5,
      conv: [3],
      dense: [4],
    });
  });

  it('of entries that do not exist are 0 and do not count in the norm', () => {
    const model = smallModel({ clipNorm: 10, existing: new Map([['dense', Uint8Array.of(1, 0)]]) }, [1, 1]);
    const result = seen(model, gradients([3, 0], [4, 1000]));
    expect(result).toEqual({ norm: 5, conv: [3, 0], dense: [4, 0] });
    expect(valuesOf(model, 'dense')[1]).toBe(1);
  });
});

describe('constraints', () => {
  it('are applied after the update', () => {
    const positive = (values: Float32Array) => {
      for (let n = 0; n < values.length; n++) values[n] = Math.max(values[n], 0.95);
    };
    const model = smallModel({ constraints: new Map([['dense', positive]]) });
    update(model, gradients([1], [1]), adamState(model), OPTIONS); // both go to 0.9
    expect(valuesOf(model, 'conv')[0]).toBeCloseTo(0.9, 6);
    expect(valuesOf(model, 'dense')[0]).toBe(Math.fround(0.95));
  });
});

describe('divergence', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'a gradient of %d stops training and changes nothing',
    (bad) => {
      const model = smallModel({ clipNorm: 10 }, [1, 2]);
      const adam = adamState(model);
      update(model, gradients([1, 2], [3, 4]), adam, OPTIONS);
      const before = structuredClone({
        adam,
        conv: valuesOf(model, 'conv'),
        dense: valuesOf(model, 'dense'),
      });
      const tensors = tf.memory().numTensors;
      const diverge = () => update(model, gradients([1, 2], [3, bad]), adam, OPTIONS);
      expect(diverge).toThrow(NotFiniteError);
      expect(diverge).toThrow(`the norm of the gradients of update 2 is ${bad}`);
      expect({ adam, conv: valuesOf(model, 'conv'), dense: valuesOf(model, 'dense') }).toEqual(before);
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );
});

describe('wm', () => {
  /** Ten large updates with random gradients, which drive many weights to their bounds. */
  function updated(compat: 'none' | 'paper'): RecurrentModel {
    const model = buildModel(modelOptions.parse({ model: 'wm', compat }), 0) as RecurrentModel;
    models.push(model);
    const adam = adamState(model);
    for (let step = 0; step < 10; step++) {
      const random = new Map(
        Array.from(model.weights, ([name, { size }]) => {
          const values = new Float32Array(size);
          stream(step, name).fillUniform(values, -1, 1);
          return [name, values];
        }),
      );
      update(model, random, adam, { lr: 0.5, convGradScaling: 1 });
    }
    return model;
  }

  const weightsOf = (model: RecurrentModel, which: 'absent' | 'existing') =>
    (['w', 'sensory_w'] as const).flatMap((name) => {
      const polarity = model.wiring?.[name === 'w' ? 'neural' : 'sensory'] ?? new Int8Array();
      return Array.from(valuesOf(model, `wm/${name}`)).filter(
        (_, n) => (polarity[n] === 0) === (which === 'absent'),
      );
    });

  it('absent synapses stay exactly 0', () => {
    const model = updated('none');
    expect(weightsOf(model, 'absent')).toHaveLength(969 - 252);
    expect(new Set(weightsOf(model, 'absent'))).toEqual(new Set([0]));
  });

  it('with compat paper absent synapses come back with 0.001, as in the published scripts', () => {
    expect(new Set(weightsOf(updated('paper'), 'absent'))).toEqual(new Set([Math.fround(0.001)]));
  });

  it('weights, leaks and capacitances keep to their bounds', () => {
    const model = updated('none');
    for (const [values, least] of [
      [weightsOf(model, 'existing'), 1e-3],
      [Array.from(valuesOf(model, 'wm/gleak')), 1e-3],
      [Array.from(valuesOf(model, 'wm/cm')), 1e-4],
    ] as const) {
      expect(Math.min(...values)).toBe(Math.fround(least)); // some were driven there
      expect(Math.max(...values)).toBeGreaterThan(1); // and others away from it
    }
    const leaks = model.constraints.get('wm/gleak');
    const capacitances = model.constraints.get('wm/cm');
    const [gleak, cm] = [Float32Array.of(1e6, 5), Float32Array.of(1e6, 5)];
    leaks?.(gleak);
    capacitances?.(cm);
    expect([gleak, cm]).toEqual([Float32Array.of(100, 5), Float32Array.of(1000, 5)]);
  });
});
