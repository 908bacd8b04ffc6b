/**
 * The wirings that the paper's scripts know by name (`--wm_size`), drawn by NumPy's legacy generator from fixed
 * seeds (docs/pipeline.md §3, "Wirings"; test/golden/wirings.json). With 32 inputs they are the published ones.
 */

import { UsageError } from '../../errors.ts';
import { type ModelOptions, WM_NUMBERS, WM_SIZES } from '../../options/schema.ts';
import { RandomState } from '../../random/mersenne-twister.ts';
import { unknownName } from '../../text/nearest.ts';
import { wholeNumber } from './arguments.ts';
import { mk2Wiring } from './mk2.ts';
import { layersOf, type Wiring } from './wiring.ts';

/** `small` and `mk2` are two names of one wiring, the default. */
export const paperWiringNames = WM_SIZES;

export type PaperWiringName = (typeof paperWiringNames)[number];

/** Numbers for a wiring drawn as mk2 is, by the names of the options. */
export type WiringNumbers = Pick<ModelOptions, keyof typeof WM_NUMBERS>;

const UNITS = 19;
const OUTPUTS = 1;
const P_EXCITATORY = 0.7;
const FULLY_SEED = 2018123;
const RAND_SEED = 20190120;
const RAND_FANOUT = 6;
const RAND_MOTOR_FANIN = 6;

const isPaperWiringName = (name: string): name is PaperWiringName =>
  (paperWiringNames as readonly string[]).includes(name);

/**
 * A published wiring: 19 neurons, the first of them the motor neuron.
 *
 * @param size - one of {@link paperWiringNames}
 * @param inputs - S, at least 1
 * @throws UsageError for another name, with the nearest one
 * @throws ConfigError for a wrong number of inputs
 */
export function paperWiring(size: string, inputs = 32): Wiring {
  if (!isPaperWiringName(size)) throw new UsageError(unknownName('wiring', size, paperWiringNames));
  wholeNumber(`wiring ${size}`, 'inputs', inputs, 1);
  switch (size) {
    case 'small':
    case 'mk2':
      return numberedWiring(WM_NUMBERS, inputs);
    case 'fully':
      return fullyWiring(inputs);
    case 'rand':
      return randWiring(inputs);
  }
}

/**
 * A neural circuit policy of other numbers, drawn as the paper's is; with {@link WM_NUMBERS} it is the paper's.
 *
 * @param inputs - S, at least 1
 * @throws ConfigError for a number out of its range
 */
export function numberedWiring(numbers: WiringNumbers, inputs: number): Wiring {
  return mk2Wiring({
    inter: numbers.wm_inter_neurons,
    command: numbers.wm_command_neurons,
    motor: OUTPUTS,
    sensoryFanout: numbers.wm_sensory_fanout,
    interFanout: numbers.wm_inter_fanout,
    recurrentCommandSynapses: numbers.wm_recurrent_command_synapses,
    motorFanin: numbers.wm_motor_fanin,
    seed: numbers.wm_seed,
    pExcitatory: P_EXCITATORY,
    inputs,
  });
}

/** All to all without self-synapses; per input, then per neuron, a polarity for each destination in turn. */
function fullyWiring(inputs: number): Wiring {
  const polarity = evenPolarities(new RandomState(FULLY_SEED));
  const sensory = Int8Array.from({ length: inputs * UNITS }, polarity);
  const neural = new Int8Array(UNITS * UNITS);
  for (let source = 0; source < UNITS; source++) {
    for (let destination = 0; destination < UNITS; destination++) {
      if (source !== destination) neural[source * UNITS + destination] = polarity();
    }
  }
  return paperNetwork('fully', FULLY_SEED, sensory, neural);
}

/**
 * Six neurons of any kind for each input, six sources for the motor neuron, then all pairs of inter neurons,
 * themselves included, in one random order.
 *
 * The original goes on to connect neurons without a path from the inputs or to the motor neuron. There never is
 * one: at least five of six drawn neurons are inter neurons, and these all reach each other. So there is no such
 * step here.
 */
function randWiring(inputs: number): Wiring {
  const random = new RandomState(RAND_SEED);
  const polarity = evenPolarities(random);
  const sensory = new Int8Array(inputs * UNITS);
  const neural = new Int8Array(UNITS * UNITS);
  for (let input = 0; input < inputs; input++) {
    for (const destination of random.permutation(UNITS).slice(0, RAND_FANOUT)) {
      sensory[input * UNITS + destination] = polarity();
    }
  }
  for (let motor = 0; motor < OUTPUTS; motor++) {
    for (const source of random.permutation(UNITS).slice(0, RAND_MOTOR_FANIN)) {
      neural[source * UNITS + motor] = polarity();
    }
  }
  // The pairs are numbered destination by destination, source by source, before they are shuffled.
  const inter = UNITS - OUTPUTS;
  for (const pair of random.permutation(inter * inter)) {
    const destination = OUTPUTS + Math.floor(pair / inter);
    const source = OUTPUTS + (pair % inter);
    neural[source * UNITS + destination] = polarity();
  }
  return paperNetwork('rand', RAND_SEED, sensory, neural);
}

/** Excitatory with probability ½. */
function evenPolarities(random: RandomState): () => -1 | 1 {
  return () => (random.randomSample() < 0.5 ? 1 : -1);
}

function paperNetwork(kind: string, seed: number, sensory: Int8Array, neural: Int8Array): Wiring {
  const inputs = sensory.length / UNITS;
  return {
    kind,
    inputs,
    units: UNITS,
    outputs: OUTPUTS,
    sensory,
    neural,
    layers: layersOf({ motor: OUTPUTS, inter: UNITS - OUTPUTS }),
    description: { inputs, units: UNITS, seed, pExcitatory: 0.5 },
  };
}
