/**
 * `Random` of the NCP packages: a fixed share of all synapses exists, drawn by NumPy's `default_rng`
 * (test/golden/README.md, library_wirings.json). Nothing is repaired: a neuron can stay without any synapse, and
 * a motor neuron out of the inputs' reach, which `checkWiring` refuses before a network is made of it.
 */
import { Generator } from '../../random/pcg64.ts';
import { fraction, MAX_SEED, wholeNumber } from './arguments.ts';
import type { PlanConfig, WiringPlan } from './plan.ts';
import { layersOf, PACKAGE_POLARITIES, type Wiring } from './wiring.ts';

export interface RandomOptions {
  /** U, at least 1. */
  readonly units: number;
  /** M, 1..units, by default all units. */
  readonly outputs?: number;
  /** The share of absent synapses, in [0, 1), by default 0. */
  readonly sparsityLevel?: number;
  /** At least 0, by default 1111. */
  readonly seed?: number;
}

export class Random implements WiringPlan {
  readonly units: number;
  readonly outputs: number;
  readonly #sparsityLevel: number;
  readonly #seed: number;

  /** @throws ConfigError for a number out of its range, naming it and the bound */
  constructor({ units, outputs = units, sparsityLevel = 0, seed = 1111 }: RandomOptions) {
    this.units = wholeNumber('Random', 'units', units, 1);
    this.outputs = wholeNumber('Random', 'outputs', outputs, 1, { name: 'units', value: units });
    this.#sparsityLevel = fraction('Random', 'sparsityLevel', sparsityLevel, 0, 1, true);
    this.#seed = wholeNumber('Random', 'seed', seed, 0, MAX_SEED);
  }

  build(inputs: number): Wiring {
    wholeNumber('Random', 'inputs', inputs, 1);
    const { units, outputs } = this;
    const random = new Generator(this.#seed);
    // Pairs are numbered row by row, so a pair's number is its place in the matrix.
    const neural = new Int8Array(units * units);
    for (const pair of this.#drawPairs(random, units * units)) {
      neural[pair] = random.choice(PACKAGE_POLARITIES);
    }
    const sensory = new Int8Array(inputs * units);
    for (const pair of this.#drawPairs(random, inputs * units)) {
      // The packages draw the polarity of a sensory synapse twice and keep the second.
      random.choice(PACKAGE_POLARITIES);
      sensory[pair] = random.choice(PACKAGE_POLARITIES);
    }
    return {
      kind: 'Random',
      inputs,
      units,
      outputs,
      sensory,
      neural,
      layers: layersOf({ motor: outputs, inter: units - outputs }),
      description: { ...this.#config(), inputs },
    };
  }

  toConfig(): PlanConfig {
    return { className: 'Random', config: this.#config() };
  }

  /** The share of `pairs` that exists, in the order drawn. */
  #drawPairs(random: Generator, pairs: number): number[] {
    return random.choiceWithoutReplacement(pairs, roundHalfToEven(pairs * (1 - this.#sparsityLevel)));
  }

  #config(): Required<RandomOptions> {
    const { units, outputs } = this;
    const sparsityLevel = this.#sparsityLevel;
    const seed = this.#seed;
    return { units, outputs, sparsityLevel, seed };
  }
}

/** Python's and NumPy's `round`. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
