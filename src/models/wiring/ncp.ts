/**
 * `NCP`, the neural circuit policy of the NCP packages for Keras and PyTorch, drawn as they draw it
 * (test/golden/README.md, library_wirings.json). The paper's own wiring is in mk2.ts.
 */
import { RandomState } from '../../random/mersenne-twister.ts';
import { MAX_LEGACY_SEED, wholeNumber } from './arguments.ts';
import { checkLayeredSizes, drawLayered, type LayeredSizes } from './layered.ts';
import type { PlanConfig, WiringPlan } from './plan.ts';
import type { Wiring } from './wiring.ts';

/** The packages' arguments; those without a comment are those of {@link LayeredSizes}. */
export interface NCPOptions {
  /** Neurons between the inputs and the command neurons, at least 1. */
  readonly interNeurons: number;
  /** Neurons between inter and motor neurons, which also reach each other, at least 1. */
  readonly commandNeurons: number;
  /** The outputs, at least 1. */
  readonly motorNeurons: number;
  readonly sensoryFanout: number;
  readonly interFanout: number;
  readonly recurrentCommandSynapses: number;
  readonly motorFanin: number;
  /** 0..2³²−1, by default 22222. */
  readonly seed?: number;
}

export class NCP implements WiringPlan {
  readonly units: number;
  readonly outputs: number;
  readonly #sizes: LayeredSizes;
  readonly #seed: number;

  /** @throws ConfigError for a number out of its range, naming it and the bound */
  constructor(options: NCPOptions) {
    const { sensoryFanout, interFanout, recurrentCommandSynapses, motorFanin, seed = 22222 } = options;
    this.#sizes = {
      inter: options.interNeurons,
      command: options.commandNeurons,
      motor: options.motorNeurons,
      sensoryFanout,
      interFanout,
      recurrentCommandSynapses,
      motorFanin,
    };
    checkLayeredSizes('NCP', this.#sizes, {
      inter: 'interNeurons',
      command: 'commandNeurons',
      motor: 'motorNeurons',
    });
    this.#seed = wholeNumber('NCP', 'seed', seed, 0, MAX_LEGACY_SEED);
    this.units = this.#sizes.motor + this.#sizes.command + this.#sizes.inter;
    this.outputs = this.#sizes.motor;
  }

  build(inputs: number): Wiring {
    wholeNumber('NCP', 'inputs', inputs, 1);
    const random = new RandomState(this.#seed);
    const drawn = drawLayered(this.#sizes, inputs, random, {
      polarity: () => random.choice([-1, 1] as const),
      // At least one, so that no neuron stays forgotten; and for command neurons no more than there are of them,
      // although it is inter neurons that are chosen: the packages' bound, kept so that the draws agree.
      repairs: (average, choosers) =>
        Math.max(choosers === 'inter' ? Math.min(average, this.#sizes.command) : average, 1),
    });
    return {
      kind: 'NCP',
      inputs,
      outputs: this.outputs,
      ...drawn,
      description: { ...this.#config(), inputs },
    };
  }

  toConfig(): PlanConfig {
    return { className: 'NCP', config: this.#config() };
  }

  #config(): Record<keyof NCPOptions, number> {
    const { inter, command, motor, ...synapses } = this.#sizes;
    return {
      interNeurons: inter,
      commandNeurons: command,
      motorNeurons: motor,
      ...synapses,
      seed: this.#seed,
    };
  }
}
