import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../../backend/choose.ts';
import { modelOptions } from '../../../options/schema.ts';
import { stream } from '../../../random/stream.ts';
import type { RecurrentModel } from '../../model.ts';
import { buildModel } from '../../registry.ts';
import { liquidity } from './liquidity.ts';
import type { LtcParameters, LtcStructure } from './problem.ts';
import { existingSynapses } from './synapses.ts';

const one = (value: number) => Float64Array.of(value);

describe('liquidity', () => {
  // One neuron with one synapse from the input and one onto itself.
  const synapse = existingSynapses(Int8Array.of(1), 1);
  const structure: LtcStructure = { units: 1, inputs: 1, neural: synapse, sensory: synapse };
  const parameters: LtcParameters = {
    cm: one(0.5),
    gleak: one(1),
    vleak: one(0),
    neural: { w: one(4), mu: one(0.3), sigma: one(5), erev: one(-1) },
    sensory: { w: one(2), mu: one(0.7), sigma: one(3), erev: one(1) },
  };

  it('at half-open synapses is 1/τ = gleak/cm + Σ w/2/cm', () => {
    const found = liquidity(structure, parameters, Float32Array.of(0.7), Float32Array.of(0.3), {
      unfolds: 6,
      unfoldLength: 1,
    });
    // s = 2/2 + 4/2 = 3; τ = 0.5/(1 + 3) = 0.125 unfolds; κ = 3/0.5 = 6 an unfold
    expect(found.timeConstants[0]).toBeCloseTo(0.125 / 6, 5);
    expect(found.couplings[0]).toBeCloseTo(36, 4);
  });

  it('with closed synapses is the membrane alone', () => {
    const found = liquidity(structure, parameters, Float32Array.of(-50), Float32Array.of(-50), {
      unfolds: 2,
      unfoldLength: 0.1,
    });
    expect(found.timeConstants[0]).toBeCloseTo(0.5 / 0.2, 5);
    expect(found.couplings[0]).toBeCloseTo(0, 6);
  });
});

describe('liquidity of wm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(['euler', 'rk4'] as const)('by %s is in frames of six steps of 0.1', (solver) => {
    const { cell } = buildModel(modelOptions.parse({ model: 'wm', solver }), 0) as RecurrentModel;
    const inputs = new Float32Array(32);
    stream(1, 'inputs').fillUniform(inputs, 0, 1);
    const v = new Float32Array(19);
    const found = cell.liquidity?.(inputs, v);
    // gleak starts at 1 and cm at 0.5; a frame is 6 steps of 0.1.
    for (let j = 0; j < 19; j++) {
      const { timeConstants, couplings } = found as NonNullable<typeof found>;
      expect(1 / timeConstants[j]).toBeCloseTo((1 / 0.5) * 0.6 + couplings[j], 3);
      expect(couplings[j]).toBeGreaterThan(0);
    }
  });

  it('of the other cells there is none', () => {
    const { cell } = buildModel(modelOptions.parse({ model: 'lstm' }), 0) as RecurrentModel;
    expect(cell.liquidity).toBeUndefined();
  });

  it('takes many times at once, each on its own', () => {
    const { cell } = buildModel(modelOptions.parse({ model: 'wm' }), 0) as RecurrentModel;
    const inputs = new Float32Array(3 * 32);
    const states = new Float32Array(3 * 19);
    stream(2, 'inputs').fillUniform(inputs, -1, 1);
    stream(2, 'states').fillUniform(states, -1, 1);
    const all = cell.liquidity?.(inputs, states);
    const second = cell.liquidity?.(inputs.subarray(32, 64), states.subarray(19, 38));
    expect(all?.timeConstants.subarray(19, 38)).toEqual(second?.timeConstants);
    expect(all?.couplings.subarray(19, 38)).toEqual(second?.couplings);
    tf.disposeVariables();
  });
});
