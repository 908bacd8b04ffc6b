/** Numbers and refusals; the matrices themselves are compared in test/golden.wirings.test.ts. */
import { describe, expect, test } from 'vitest';
import { ConfigError, UsageError } from '../../errors.ts';
import { type Mk2Options, mk2Wiring } from './mk2.ts';
import { paperWiring, paperWiringNames } from './paper.ts';
import { checkWiring, synapseCount, type Wiring } from './wiring.ts';

const sources = (wiring: Wiring, neuron: number) =>
  Array.from({ length: wiring.inputs }, (_, i) => wiring.sensory[i * wiring.units + neuron]).filter(Boolean)
    .length;

describe('paperWiring', () => {
  test.each([
    { size: 'small', sensory: 192, neural: 60 },
    { size: 'mk2', sensory: 192, neural: 60 },
    { size: 'fully', sensory: 608, neural: 342 },
    { size: 'rand', sensory: 192, neural: 330 },
  ])('$size has $sensory + $neural synapses for 32 inputs', ({ size, sensory, neural }) => {
    const wiring = paperWiring(size);
    expect(synapseCount(wiring.sensory)).toBe(sensory);
    expect(synapseCount(wiring.neural)).toBe(neural);
  });

  test('small and mk2 are one wiring', () => {
    expect(paperWiring('small')).toEqual(paperWiring('mk2'));
  });

  test.each(paperWiringNames)('%s can be trained with any number of inputs', (size) => {
    for (const inputs of [1, 2, 3, 7, 16, 33, 100]) {
      const wiring = paperWiring(size, inputs);
      checkWiring(wiring);
      expect(wiring.inputs).toBe(inputs);
      expect(wiring.description.inputs).toBe(inputs);
    }
  });

  test('an unknown name is answered with the nearest and the list', () => {
    expect(() => paperWiring('fuly')).toThrow(UsageError);
    expect(() => paperWiring('fuly')).toThrow(
      'unknown wiring "fuly"; did you mean "fully"? Known: small, mk2, fully, rand',
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('%s inputs are refused', (inputs) => {
    for (const size of paperWiringNames) expect(() => paperWiring(size, inputs)).toThrow(ConfigError);
  });
});

describe('mk2Wiring', () => {
  const options: Mk2Options = {
    inter: 8,
    command: 4,
    motor: 2,
    sensoryFanout: 3,
    interFanout: 2,
    recurrentCommandSynapses: 0,
    motorFanin: 3,
    seed: 1,
    pExcitatory: 0.7,
    inputs: 10,
  };

  test('keeps to its fan-outs and layers', () => {
    const { units, sensory, neural, layers } = mk2Wiring(options);
    expect(layers.map(({ name, first, end }) => `${name} ${first}..${end}`)).toEqual([
      'motor 0..2',
      'command 2..6',
      'inter 6..14',
    ]);
    const row = (matrix: Int8Array, i: number) => matrix.subarray(i * units, (i + 1) * units);
    for (let i = 0; i < 10; i++) {
      expect(synapseCount(row(sensory, i))).toBeGreaterThanOrEqual(3);
      expect(synapseCount(row(sensory, i).subarray(0, 6))).toBe(0);
    }
    for (let i = 6; i < 14; i++) {
      expect(synapseCount(row(neural, i).subarray(2, 6))).toBeGreaterThanOrEqual(2);
      expect(synapseCount(row(neural, i))).toBe(synapseCount(row(neural, i).subarray(2, 6)));
    }
    for (const motor of [0, 1]) expect(synapseCount(row(neural, motor))).toBe(0);
  });

  test('every inter neuron gets a source where the average is at least one', () => {
    for (let seed = 0; seed < 50; seed++) {
      const wiring = mk2Wiring({ ...options, seed, inputs: 4, sensoryFanout: 2 });
      for (let neuron = 6; neuron < 14; neuron++) expect(sources(wiring, neuron)).toBeGreaterThanOrEqual(1);
    }
  });

  test('draws only one polarity at the ends of its probability', () => {
    const polarities = (pExcitatory: number) => {
      const { sensory, neural } = mk2Wiring({ ...options, pExcitatory });
      return new Set([...sensory, ...neural]);
    };
    expect(polarities(1)).toEqual(new Set([0, 1]));
    expect(polarities(0)).toEqual(new Set([0, -1]));
  });

  test.each<[Partial<Mk2Options>, string]>([
    [{ sensoryFanout: 9 }, 'sensoryFanout 9 is above inter 8'],
    [{ interFanout: 5 }, 'interFanout 5 is above command 4'],
    [{ motorFanin: 5 }, 'motorFanin 5 is above command 4'],
    [{ inter: 0 }, 'inter must be at least 1, got 0'],
    [{ command: 0 }, 'command must be at least 1, got 0'],
    [{ motor: 0 }, 'motor must be at least 1, got 0'],
    [{ inputs: 0 }, 'inputs must be at least 1, got 0'],
    [{ sensoryFanout: 0 }, 'sensoryFanout must be at least 1, got 0'],
    [{ recurrentCommandSynapses: -1 }, 'recurrentCommandSynapses must be at least 0, got -1'],
    [{ seed: 2 ** 32 }, 'seed 4294967296 is above the largest seed 4294967295'],
    [{ pExcitatory: 1.1 }, 'pExcitatory must be a number in [0, 1], got 1.1'],
    [{ inter: 2.5 }, 'inter must be an integer of at least 1, got 2.5'],
  ])('refuses %j', (fault, expected) => {
    expect(() => mk2Wiring({ ...options, ...fault })).toThrow(ConfigError);
    expect(() => mk2Wiring({ ...options, ...fault })).toThrow(expected);
  });
});
