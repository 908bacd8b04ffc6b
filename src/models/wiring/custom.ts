/**
 * `Custom`: a wiring whose synapses are added by hand, as a subclass of the NCP packages' `Wiring` would add them.
 */
import { ConfigError } from '../../errors.ts';
import { wholeNumber } from './arguments.ts';
import type { PlanConfig, WiringPlan } from './plan.ts';
import { layersOf, type Wiring } from './wiring.ts';

/** [source, destination, polarity]. */
export type Synapse = readonly [source: number, destination: number, polarity: -1 | 1];

export interface CustomOptions {
  /** S, at least 1. */
  readonly inputs: number;
  /** U, at least 1. */
  readonly units: number;
  /** M, 1..units, by default all units. */
  readonly outputs?: number;
  /** Synapses between neurons to begin with. */
  readonly synapses?: readonly Synapse[];
  /** Synapses from inputs to neurons to begin with. */
  readonly sensorySynapses?: readonly Synapse[];
}

export class Custom implements WiringPlan {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly #sensory: Int8Array;
  readonly #neural: Int8Array;

  /** @throws ConfigError for a number out of its range or a synapse that is refused */
  constructor({ inputs, units, outputs = units, synapses = [], sensorySynapses = [] }: CustomOptions) {
    this.inputs = wholeNumber('Custom', 'inputs', inputs, 1);
    this.units = wholeNumber('Custom', 'units', units, 1);
    this.outputs = wholeNumber('Custom', 'outputs', outputs, 1, { name: 'units', value: units });
    this.#sensory = new Int8Array(inputs * units);
    this.#neural = new Int8Array(units * units);
    for (const synapse of synapsesOf('synapses', synapses)) this.addSynapse(...synapse);
    for (const synapse of synapsesOf('sensorySynapses', sensorySynapses)) this.addSensorySynapse(...synapse);
  }

  /**
   * Adds a synapse between neurons; adding it again replaces its polarity.
   *
   * @param source - neuron 0..units−1
   * @param destination - neuron 0..units−1
   * @param polarity - 1 excitatory, −1 inhibitory
   * @throws ConfigError naming what is out of range
   */
  addSynapse(source: number, destination: number, polarity: -1 | 1): this {
    return this.#add(
      this.#neural,
      { name: 'source', value: source, count: this.units },
      destination,
      polarity,
    );
  }

  /**
   * Adds a synapse from an input to a neuron; adding it again replaces its polarity.
   *
   * @param input - 0..inputs−1
   * @param destination - neuron 0..units−1
   * @param polarity - 1 excitatory, −1 inhibitory
   * @throws ConfigError naming what is out of range
   */
  addSensorySynapse(input: number, destination: number, polarity: -1 | 1): this {
    return this.#add(
      this.#sensory,
      { name: 'input', value: input, count: this.inputs },
      destination,
      polarity,
    );
  }

  /** The synapses added so far; later ones do not change a wiring that was built. */
  build(inputs: number): Wiring {
    if (inputs !== this.inputs) {
      throw new ConfigError(`Custom: made for ${this.inputs} inputs, but there are ${inputs}`);
    }
    const { units, outputs } = this;
    return {
      kind: 'Custom',
      inputs,
      units,
      outputs,
      sensory: this.#sensory.slice(),
      neural: this.#neural.slice(),
      layers: layersOf({ motor: outputs, inter: units - outputs }),
      description: { inputs, units, outputs },
    };
  }

  toConfig(): PlanConfig {
    const { inputs, units, outputs } = this;
    const config = {
      inputs,
      units,
      outputs,
      synapses: listSynapses(this.#neural, units),
      sensorySynapses: listSynapses(this.#sensory, units),
    };
    return { className: 'Custom', config };
  }

  #add(
    matrix: Int8Array,
    source: { name: string; value: number; count: number },
    destination: number,
    polarity: number,
  ): this {
    const last = (what: string, count: number) => ({ name: `the last ${what}`, value: count - 1 });
    wholeNumber('Custom', source.name, source.value, 0, last(source.name, source.count));
    wholeNumber('Custom', 'destination', destination, 0, last('neuron', this.units));
    if (polarity !== -1 && polarity !== 1) {
      throw new ConfigError(`Custom: the polarity of a synapse must be -1 or 1, got ${polarity}`);
    }
    matrix[source.value * this.units + destination] = polarity;
    return this;
  }
}

/** The list as a configuration from a file may hold it. */
function synapsesOf(name: string, list: readonly Synapse[]): readonly Synapse[] {
  if (!Array.isArray(list))
    throw new ConfigError(`Custom: ${name} must be a list, got ${JSON.stringify(list)}`);
  for (const synapse of list) {
    if (!Array.isArray(synapse) || synapse.length !== 3) {
      const seen = JSON.stringify(synapse);
      throw new ConfigError(`Custom: ${name} must hold [source, destination, polarity], got ${seen}`);
    }
  }
  return list;
}

function listSynapses(matrix: Int8Array, units: number): [number, number, number][] {
  const list: [number, number, number][] = [];
  matrix.forEach((polarity, at) => {
    if (polarity !== 0) list.push([Math.floor(at / units), at % units, polarity]);
  });
  return list;
}
