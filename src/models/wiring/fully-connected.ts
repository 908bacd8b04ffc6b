/**
 * `FullyConnected` of the NCP packages: every neuron reaches every neuron, every input every neuron; polarities by
 * NumPy's `default_rng` (test/golden/README.md, library_wirings.json).
 */
import { ConfigError } from '../../errors.ts';
import { Generator } from '../../random/pcg64.ts';
import { MAX_SEED, wholeNumber } from './arguments.ts';
import type { PlanConfig, WiringPlan } from './plan.ts';
import { layersOf, PACKAGE_POLARITIES, type Wiring } from './wiring.ts';

export interface FullyConnectedOptions {
  /** U, at least 1. */
  readonly units: number;
  /** M, 1..units, by default all units. */
  readonly outputs?: number;
  /** At least 0, by default 1111. */
  readonly seed?: number;
  /** Whether a neuron has a synapse to itself, by default yes. */
  readonly selfConnections?: boolean;
}

export class FullyConnected implements WiringPlan {
  readonly units: number;
  readonly outputs: number;
  readonly #seed: number;
  readonly #selfConnections: boolean;

  /** @throws ConfigError for a number out of its range, naming it and the bound */
  constructor({ units, outputs = units, seed = 1111, selfConnections = true }: FullyConnectedOptions) {
    this.units = wholeNumber('FullyConnected', 'units', units, 1);
    this.outputs = wholeNumber('FullyConnected', 'outputs', outputs, 1, { name: 'units', value: units });
    this.#seed = wholeNumber('FullyConnected', 'seed', seed, 0, MAX_SEED);
    if (typeof selfConnections !== 'boolean') {
      throw new ConfigError(`FullyConnected: selfConnections must be true or false, got ${selfConnections}`);
    }
    this.#selfConnections = selfConnections;
  }

  build(inputs: number): Wiring {
    wholeNumber('FullyConnected', 'inputs', inputs, 1);
    const { units, outputs } = this;
    const random = new Generator(this.#seed);
    const neural = new Int8Array(units * units);
    for (let source = 0; source < units; source++) {
      for (let destination = 0; destination < units; destination++) {
        if (source === destination && !this.#selfConnections) continue;
        neural[source * units + destination] = random.choice(PACKAGE_POLARITIES);
      }
    }
    const sensory = Int8Array.from({ length: inputs * units }, () => random.choice(PACKAGE_POLARITIES));
    return {
      kind: 'FullyConnected',
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
    return { className: 'FullyConnected', config: this.#config() };
  }

  #config(): Required<FullyConnectedOptions> {
    const { units, outputs } = this;
    const seed = this.#seed;
    const selfConnections = this.#selfConnections;
    return { units, outputs, seed, selfConnections };
  }
}
