/**
 * Every wiring of the paper's scripts and of the NCP packages, entry by entry against test/golden/wirings.json and
 * library_wirings.json (their README says how they were made). Another folder of the same layout: NCP_GOLDEN.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AutoNCP } from '../src/models/wiring/auto-ncp.ts';
import { FullyConnected } from '../src/models/wiring/fully-connected.ts';
import { mk2Wiring } from '../src/models/wiring/mk2.ts';
import { NCP } from '../src/models/wiring/ncp.ts';
import { paperWiring } from '../src/models/wiring/paper.ts';
import type { WiringPlan } from '../src/models/wiring/plan.ts';
import { Random } from '../src/models/wiring/random.ts';
import { synapseCount, type Wiring } from '../src/models/wiring/wiring.ts';

const projectRoot = resolve(import.meta.dirname, '..');
const folder = resolve(projectRoot, process.env.NCP_GOLDEN ?? 'test/golden');

const readJson = (name: string) => JSON.parse(readFileSync(resolve(folder, name), 'utf8'));

/** The first entry in which the matrix differs from the golden one, in words; undefined if there is none. */
function firstDifference(name: string, ours: Int8Array, golden: number[][]): string | undefined {
  const columns = golden[0].length;
  if (ours.length !== golden.length * columns) {
    return `${name}: ${ours.length} entries, golden has ${golden.length}×${columns}`;
  }
  const at = golden.flat().findIndex((polarity, i) => polarity !== ours[i]);
  if (at < 0) return undefined;
  const [row, column] = [Math.floor(at / columns), at % columns];
  return `${name}: [${row}][${column}] is ${ours[at]}, golden ${golden[row][column]}`;
}

interface PaperGolden {
  inputs: number;
  units: number;
  outputs: number;
  sensory: number[][];
  neural: number[][];
  sensorySynapses: number;
  neuralSynapses: number;
}

// The last two are mk2 with other numbers, found from their matrices: the file does not name them.
const paper: Record<string, () => Wiring> = {
  mk2: () => paperWiring('mk2'),
  fully: () => paperWiring('fully'),
  rand: () => paperWiring('rand'),
  mk2_small_8_inputs: () =>
    mk2Wiring({
      inter: 8,
      command: 4,
      motor: 1,
      sensoryFanout: 4,
      interFanout: 3,
      recurrentCommandSynapses: 2,
      motorFanin: 4,
      seed: 20190120,
      pExcitatory: 0.7,
      inputs: 8,
    }),
  mk2_sparse_2_inputs: () =>
    mk2Wiring({
      inter: 9,
      command: 5,
      motor: 1,
      sensoryFanout: 2,
      interFanout: 1,
      recurrentCommandSynapses: 3,
      motorFanin: 2,
      seed: 7,
      pExcitatory: 0.7,
      inputs: 6,
    }),
};

describe('wirings of the published scripts', () => {
  const golden: Record<string, PaperGolden> = readJson('wirings.json');

  test('every wiring of the file is compared', () => {
    expect(Object.keys(paper).sort()).toEqual(Object.keys(golden).sort());
  });

  test.each(Object.keys(golden))('%s is the same, synapse by synapse', (name) => {
    const expected = golden[name];
    const wiring = paper[name]();
    expect(firstDifference(`${name} sensory`, wiring.sensory, expected.sensory)).toBeUndefined();
    expect(firstDifference(`${name} neural`, wiring.neural, expected.neural)).toBeUndefined();
    expect([wiring.inputs, wiring.units, wiring.outputs]).toEqual([
      expected.inputs,
      expected.units,
      expected.outputs,
    ]);
    expect(synapseCount(wiring.sensory)).toBe(expected.sensorySynapses);
    expect(synapseCount(wiring.neural)).toBe(expected.neuralSynapses);
  });
});

type Arguments = Record<string, number | boolean | undefined>;

interface LibraryGolden {
  cls: string;
  arguments: Arguments;
  seed: number;
  default_seed: boolean;
  inputs: number;
  units: number;
  outputs: number;
  layer_ranges: Record<string, [number, number]>;
  synapses: number;
  sensory_synapses: number;
  ncp?: Arguments;
  adjacency: number[][];
  sensory_adjacency: number[][];
}

/** The packages' argument names, as this project spells them. */
function camelCase(args: Arguments): Arguments {
  const renamed: Record<string, string> = {
    output_dim: 'outputs',
    output_size: 'outputs',
    erev_init_seed: 'seed',
  };
  const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [renamed[name] ?? camel(name), value]),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments come from a file; the constructors check them
const classes: Record<string, new (args: any) => WiringPlan> = { FullyConnected, Random, NCP, AutoNCP };

describe('wirings of the NCP packages', () => {
  const golden: LibraryGolden[] = readJson('library_wirings.json').wirings;
  const cases = golden.map((expected) => {
    const args = camelCase(expected.arguments);
    // Where the packages took their default seed, ours must be the same.
    if (expected.default_seed) delete args.seed;
    else args.seed = expected.seed;
    return { name: `${expected.cls} ${JSON.stringify(args)}, ${expected.inputs} inputs`, expected, args };
  });

  test('the file holds every class', () => {
    expect(new Set(golden.map(({ cls }) => cls))).toEqual(new Set(Object.keys(classes)));
  });

  test.each(cases)('$name is the same, synapse by synapse', ({ name, expected, args }) => {
    const plan = new classes[expected.cls](args);
    const wiring = plan.build(expected.inputs);
    expect(firstDifference(`${name} neural`, wiring.neural, expected.adjacency)).toBeUndefined();
    expect(firstDifference(`${name} sensory`, wiring.sensory, expected.sensory_adjacency)).toBeUndefined();
    expect([plan.units, plan.outputs]).toEqual([expected.units, expected.outputs]);
    expect([wiring.inputs, wiring.units, wiring.outputs]).toEqual([
      expected.inputs,
      expected.units,
      expected.outputs,
    ]);
    expect(synapseCount(wiring.neural)).toBe(expected.synapses);
    expect(synapseCount(wiring.sensory)).toBe(expected.sensory_synapses);
    const ranges = wiring.layers.map((layer) => [layer.name, [layer.first, layer.end]]);
    expect(Object.fromEntries(ranges)).toEqual(expected.layer_ranges);
    if (plan instanceof AutoNCP) {
      expect(plan.ncp.toConfig().config).toMatchObject(camelCase(expected.ncp ?? {}));
    }
  });
});
