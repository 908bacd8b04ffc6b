/** The wirings of the NCP packages as plans; their matrices are compared in test/golden.wirings.test.ts. */
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../errors.ts';
import { AutoNCP } from './auto-ncp.ts';
import { Custom } from './custom.ts';
import { FullyConnected } from './fully-connected.ts';
import { NCP, type NCPOptions } from './ncp.ts';
import type { WiringPlan } from './plan.ts';
import { planFromConfig } from './plan-from-config.ts';
import { Random } from './random.ts';
import { checkWiring, checkWiringShape, synapseCount } from './wiring.ts';

const ncp: NCPOptions = {
  interNeurons: 6,
  commandNeurons: 4,
  motorNeurons: 2,
  sensoryFanout: 2,
  interFanout: 2,
  recurrentCommandSynapses: 3,
  motorFanin: 2,
};

const custom = new Custom({ inputs: 3, units: 4, outputs: 2 })
  .addSensorySynapse(0, 3, 1)
  .addSensorySynapse(2, 0, -1)
  .addSynapse(3, 1, -1)
  .addSynapse(3, 3, 1);

const plans: [string, WiringPlan][] = [
  ['FullyConnected', new FullyConnected({ units: 5, outputs: 2, selfConnections: false })],
  ['Random', new Random({ units: 6, outputs: 2, sparsityLevel: 0.3, seed: 5 })],
  ['NCP', new NCP(ncp)],
  ['AutoNCP', new AutoNCP({ units: 12, outputs: 2 })],
  ['Custom', custom],
];

describe.each(plans)('%s', (className, plan) => {
  test('builds a consistent wiring, twice the same', () => {
    const wiring = plan.build(3);
    checkWiringShape(wiring);
    expect([wiring.kind, wiring.inputs, wiring.units, wiring.outputs]).toEqual([
      className,
      3,
      plan.units,
      plan.outputs,
    ]);
    expect(plan.build(3)).toEqual(wiring);
  });

  test('comes back from the JSON of its configuration', () => {
    const json = JSON.parse(JSON.stringify(plan.toConfig()));
    expect(json.className).toBe(className);
    const again = planFromConfig(json);
    expect(again.constructor).toBe(plan.constructor);
    expect(again.build(3)).toEqual(plan.build(3));
  });

  test('refuses to be built for no inputs', () => {
    expect(() => plan.build(0)).toThrow(ConfigError);
  });
});

describe('defaults', () => {
  test('outputs are all units, seeds are those of the packages', () => {
    const all = { units: 4, outputs: 4, seed: 1111 };
    expect(new FullyConnected({ units: 4 }).toConfig().config).toEqual({ ...all, selfConnections: true });
    expect(new Random({ units: 4 }).toConfig().config).toEqual({ ...all, sparsityLevel: 0 });
    expect(new NCP(ncp).toConfig().config).toEqual({ ...ncp, seed: 22222 });
    expect(new AutoNCP({ units: 9, outputs: 2 }).toConfig().config).toEqual({
      units: 9,
      outputs: 2,
      sparsityLevel: 0.5,
      seed: 22222,
    });
  });

  test('another seed gives another wiring', () => {
    expect(new NCP({ ...ncp, seed: 1 }).build(3).neural).not.toEqual(new NCP(ncp).build(3).neural);
  });
});

describe('bad arguments name the value and the bound', () => {
  test.each<[string, () => unknown, string]>([
    ['no neurons', () => new FullyConnected({ units: 0 }), 'FullyConnected: units must be at least 1, got 0'],
    ['too many outputs', () => new Random({ units: 3, outputs: 4 }), 'Random: outputs 4 is above units 3'],
    [
      'sparsity 1',
      () => new Random({ units: 3, sparsityLevel: 1 }),
      'sparsityLevel must be a number in [0, 1)',
    ],
    ['fan-out', () => new NCP({ ...ncp, sensoryFanout: 7 }), 'NCP: sensoryFanout 7 is above interNeurons 6'],
    ['fan-out', () => new NCP({ ...ncp, interFanout: 5 }), 'interFanout 5 is above commandNeurons 4'],
    ['fan-in', () => new NCP({ ...ncp, motorFanin: 5 }), 'motorFanin 5 is above commandNeurons 4'],
    ['no motor', () => new NCP({ ...ncp, motorNeurons: 0 }), 'motorNeurons must be at least 1, got 0'],
    ['a seed below 0', () => new NCP({ ...ncp, seed: -1 }), 'seed must be at least 0, got -1'],
    ['few units', () => new AutoNCP({ units: 5, outputs: 3 }), 'outputs must be below units - 2 = 3, got 3'],
    [
      'dense AutoNCP',
      () => new AutoNCP({ units: 9, outputs: 1, sparsityLevel: 0 }),
      'sparsityLevel must be a number in [0.1, 1], got 0',
    ],
    ['input', () => custom.addSensorySynapse(3, 0, 1), 'Custom: input 3 is above the last input 2'],
    ['source', () => custom.addSynapse(4, 0, 1), 'source 4 is above the last source 3'],
    ['destination', () => custom.addSynapse(0, 4, 1), 'destination 4 is above the last neuron 3'],
    ['polarity', () => custom.addSynapse(0, 0, 0 as 1), 'polarity of a synapse must be -1 or 1, got 0'],
    ['other inputs', () => custom.build(4), 'Custom: made for 3 inputs, but there are 4'],
  ])('%s', (_, action, expected) => {
    expect(action).toThrow(ConfigError);
    expect(action).toThrow(expected);
  });
});

describe('NCP', () => {
  test('leaves no inter neuron without an input and no command neuron without inter and motor neurons', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { sensory, neural, units } = new NCP({ ...ncp, sensoryFanout: 1, interFanout: 1, seed }).build(1);
      for (let neuron = 6; neuron < 12; neuron++) expect(sensory[neuron]).not.toBe(0);
      for (let command = 2; command < 6; command++) {
        const inter = Array.from({ length: 6 }, (_, i) => neural[(6 + i) * units + command]);
        expect(inter.some(Boolean)).toBe(true);
        expect(neural[command * units] !== 0 || neural[command * units + 1] !== 0).toBe(true);
      }
    }
  });
});

describe('Random', () => {
  test('rounds half a synapse to even', () => {
    // 5² · ½ = 12.5 → 12; 3·5 · ½ = 7.5 → 8.
    const wiring = new Random({ units: 5, sparsityLevel: 0.5 }).build(3);
    expect(synapseCount(wiring.neural)).toBe(12);
    expect(synapseCount(wiring.sensory)).toBe(8);
  });

  test('a motor neuron out of reach is built as drawn and refused by checkWiring', () => {
    const wiring = new Random({ units: 10, outputs: 10, sparsityLevel: 0.9 }).build(3);
    expect(() => checkWiring(wiring)).toThrow('no input reaches motor neuron');
  });
});

describe('Custom', () => {
  test('holds what was added, the last polarity of a synapse', () => {
    const plan = new Custom({ inputs: 1, units: 2, outputs: 1 }).addSynapse(1, 0, 1).addSynapse(1, 0, -1);
    const early = plan.build(1);
    plan.addSensorySynapse(0, 1, 1);
    expect([...early.sensory]).toEqual([0, 0]);
    expect([...plan.build(1).sensory]).toEqual([0, 1]);
    expect([...plan.build(1).neural]).toEqual([0, 0, -1, 0]);
    checkWiring(plan.build(1));
  });
});

describe('planFromConfig refuses', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'a wiring must be { className, config }, got undefined'],
    ['no configuration', { className: 'NCP' }, 'a wiring must be { className, config }'],
    ['an unknown class', { className: 'NPC', config: {} }, 'unknown wiring class "NPC"; did you mean "NCP"?'],
    ['a name every object has', { className: 'toString', config: {} }, 'unknown wiring class "toString"'],
    [
      'an unknown argument',
      { className: 'Random', config: { units: 3, sparsity: 0.5 } },
      'unknown argument of Random "sparsity"',
    ],
    ['a missing argument', { className: 'Random', config: {} }, 'units must be an integer of at least 1'],
    ['a word for a number', { className: 'Random', config: { units: '3' } }, 'units must be an integer'],
    [
      'a number for a switch',
      { className: 'FullyConnected', config: { units: 3, selfConnections: 1 } },
      'selfConnections must be true or false, got 1',
    ],
    [
      'half a synapse',
      { className: 'Custom', config: { inputs: 1, units: 1, synapses: [[0, 0]] } },
      'synapses must hold [source, destination, polarity], got [0,0]',
    ],
  ])('%s', (_, json, expected) => {
    expect(() => planFromConfig(json)).toThrow(ConfigError);
    expect(() => planFromConfig(json)).toThrow(expected);
  });
});
