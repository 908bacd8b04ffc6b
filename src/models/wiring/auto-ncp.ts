/**
 * `AutoNCP` of the NCP packages: an {@link NCP} whose layers and fan-outs follow from its size and one sparsity
 * (test/golden/README.md, library_wirings.json).
 */
import { ConfigError } from '../../errors.ts';
import { fraction, MAX_LEGACY_SEED, wholeNumber } from './arguments.ts';
import { NCP } from './ncp.ts';
import type { PlanConfig, WiringPlan } from './plan.ts';
import type { Wiring } from './wiring.ts';

export interface AutoNCPOptions {
  /** U, all neurons together: more than outputs + 2. */
  readonly units: number;
  /** M, motor neurons, at least 1. */
  readonly outputs: number;
  /** 0.1 (dense) to 1 (sparse), by default 0.5. */
  readonly sparsityLevel?: number;
  /** 0..2³²−1, by default 22222. */
  readonly seed?: number;
}

export class AutoNCP implements WiringPlan {
  readonly units: number;
  readonly outputs: number;
  /** The policy that the numbers lead to. */
  readonly ncp: NCP;
  readonly #options: Required<AutoNCPOptions>;

  /** @throws ConfigError for a number out of its range, naming it and the bound */
  constructor({ units, outputs, sparsityLevel = 0.5, seed = 22222 }: AutoNCPOptions) {
    this.units = wholeNumber('AutoNCP', 'units', units, 4);
    this.outputs = wholeNumber('AutoNCP', 'outputs', outputs, 1);
    if (outputs >= units - 2) {
      throw new ConfigError(`AutoNCP: outputs must be below units - 2 = ${units - 2}, got ${outputs}`);
    }
    fraction('AutoNCP', 'sparsityLevel', sparsityLevel, 0.1, 1);
    wholeNumber('AutoNCP', 'seed', seed, 0, MAX_LEGACY_SEED);
    this.#options = { units, outputs, sparsityLevel, seed };

    // Two fifths of the neurons behind the motor neurons are command neurons; a fan-out is that share of its targets
    // that the sparsity leaves.
    const density = 1 - sparsityLevel;
    const atLeastOne = (value: number) => Math.max(Math.trunc(value), 1);
    const commandNeurons = atLeastOne(0.4 * (units - outputs));
    const interNeurons = units - outputs - commandNeurons;
    this.ncp = new NCP({
      interNeurons,
      commandNeurons,
      motorNeurons: outputs,
      sensoryFanout: atLeastOne(interNeurons * density),
      interFanout: atLeastOne(commandNeurons * density),
      recurrentCommandSynapses: atLeastOne(2 * commandNeurons * density),
      motorFanin: atLeastOne(commandNeurons * density),
      seed,
    });
  }

  build(inputs: number): Wiring {
    const wiring = this.ncp.build(inputs);
    return { ...wiring, kind: 'AutoNCP', description: { ...this.#options, inputs } };
  }

  toConfig(): PlanConfig {
    return { className: 'AutoNCP', config: { ...this.#options } };
  }
}
