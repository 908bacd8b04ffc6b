import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../errors.ts';
import {
  checkWiring,
  checkWiringShape,
  layersOf,
  synapseCount,
  unreachedMotorNeurons,
  type Wiring,
  wiringFromMatrices,
} from './wiring.ts';

// Input 0 reaches neuron 2, which reaches the motor neurons 1 and, through 1, 0.
const chain = wiringFromMatrices({
  sensory: [[0, 0, 1]],
  neural: [
    [0, 0, 0],
    [-1, 0, 0],
    [0, 1, 0],
  ],
  outputs: 2,
});

const message = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('wiringFromMatrices', () => {
  test('flattens row by row and names motor and inter neurons', () => {
    expect([...chain.sensory]).toEqual([0, 0, 1]);
    expect([...chain.neural]).toEqual([0, 0, 0, -1, 0, 0, 0, 1, 0]);
    expect(chain.layers).toEqual([
      { name: 'motor', first: 0, end: 2 },
      { name: 'inter', first: 2, end: 3 },
    ]);
    expect([chain.inputs, chain.units, chain.outputs]).toEqual([1, 3, 2]);
    checkWiring(chain);
  });

  test('refuses what 8-bit integers would hide', () => {
    const matrices = { sensory: [[1]], neural: [[256]], outputs: 1 };
    expect(message(() => wiringFromMatrices(matrices))).toBe('neural[0][0] must be -1, 0 or 1, got 256');
    const halves = { sensory: [[0.5]], neural: [[1]], outputs: 1 };
    expect(message(() => wiringFromMatrices(halves))).toBe('sensory[0][0] must be -1, 0 or 1, got 0.5');
  });

  test('refuses ragged and empty matrices', () => {
    const ragged = {
      sensory: [[1, 0], [1]],
      neural: [
        [0, 0],
        [0, 0],
      ],
      outputs: 1,
    };
    expect(message(() => wiringFromMatrices(ragged))).toContain('row 1 of the sensory matrix must have 2');
    const none = { sensory: [[]], neural: [], outputs: 1 };
    expect(message(() => wiringFromMatrices(none))).toContain('at least one neuron');
    const blind = { sensory: [], neural: [[0]], outputs: 1 };
    expect(message(() => wiringFromMatrices(blind))).toContain('inputs must be at least 1, got 0');
  });
});

test('synapseCount counts both polarities', () => {
  expect(synapseCount(Int8Array.of(1, 0, -1, 0, 1))).toBe(3);
});

test('layersOf leaves out empty layers', () => {
  expect(layersOf({ motor: 3, inter: 0 })).toEqual([{ name: 'motor', first: 0, end: 3 }]);
});

describe('checkWiring', () => {
  test.each<[string, Partial<Wiring>, string]>([
    ['zero neurons', { units: 0 }, 'units must be at least 1, got 0'],
    ['zero inputs', { inputs: 0 }, 'inputs must be at least 1, got 0'],
    ['zero outputs', { outputs: 0 }, 'outputs must be at least 1, got 0'],
    ['more outputs than neurons', { outputs: 4 }, '4 outputs need as many neurons, there are only 3 units'],
    ['a short sensory matrix', { sensory: new Int8Array(2) }, 'sensory matrix must have 1×3 entries, got 2'],
    ['a long neural matrix', { neural: new Int8Array(12) }, 'neural matrix must have 3×3 entries, got 12'],
    [
      'a polarity of 2',
      { neural: Int8Array.of(0, 0, 0, 0, 0, 2, 0, 0, 0) },
      'neural synapse from 1 to neuron 2 must be -1, 0 or 1, got 2',
    ],
    [
      'layers with a gap',
      { layers: [{ name: 'motor', first: 1, end: 3 }] },
      'layer motor must go on at neuron 0',
    ],
    ['layers that end early', { layers: [{ name: 'motor', first: 0, end: 2 }] }, 'must end at neuron 3'],
    ['another first layer', { layers: layersOf({ motor: 1, inter: 2 }) }, 'must be the 2 motor neurons'],
  ])('refuses %s', (_, fault, expected) => {
    expect(message(() => checkWiringShape({ ...chain, ...fault }))).toContain(expected);
    expect(message(() => checkWiring({ ...chain, ...fault }))).toContain(expected);
  });

  test('names all faults at once', () => {
    const text = message(() => checkWiring({ ...chain, inputs: 0, outputs: 4 }));
    expect(text).toContain('inputs must be at least 1');
    expect(text).toContain('4 outputs');
  });

  test('names the motor neurons that no input reaches', () => {
    const cut = { ...chain, neural: new Int8Array(9) };
    expect(message(() => checkWiring(cut))).toContain('no input reaches motor neuron 0, 1 through any path');
    checkWiringShape(cut);
  });

  test('a loop among neurons that no input reaches does not count as a path', () => {
    const loop = wiringFromMatrices({
      sensory: [[0, 0, 1]],
      neural: [
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 1],
      ],
      outputs: 1,
    });
    expect(unreachedMotorNeurons(loop)).toEqual([0]);
  });

  test('agrees with powers of the adjacency matrix on random wirings', () => {
    const bit = fc.constantFrom(0, 0, 0, 1);
    const row = fc.array(bit, { minLength: 5, maxLength: 5 });
    const square = fc.array(row, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(row, square, (sensory, neural) => {
        let reached: number[] = sensory;
        for (let hop = 0; hop < 5; hop++) {
          reached = reached.map(
            (value, j) => value || Number(neural.some((from, i) => reached[i] && from[j])),
          );
        }
        const expected = [0, 1, 2].filter((motor) => !reached[motor]);
        expect(unreachedMotorNeurons(wiringFromMatrices({ sensory: [sensory], neural, outputs: 3 }))).toEqual(
          expected,
        );
      }),
    );
  });
});
