/**
 * The wiring of the published neural circuit policy, drawn as the paper's scripts draw it with NumPy's legacy
 * generator (docs/pipeline.md §3, "Wirings"; test/golden/wirings.json).
 *
 * Not the wiring that the NCP packages draw from the same numbers: see ncp.ts.
 */
import { RandomState } from '../../random/mersenne-twister.ts';
import { fraction, MAX_LEGACY_SEED, wholeNumber } from './arguments.ts';
import { checkLayeredSizes, drawLayered, type LayeredSizes } from './layered.ts';
import type { Wiring } from './wiring.ts';

export interface Mk2Options extends LayeredSizes {
  /** 0..2³²−1. */
  readonly seed: number;
  /** The probability that a synapse is excitatory, 0..1. */
  readonly pExcitatory: number;
  /** S, at least 1. */
  readonly inputs: number;
}

/**
 * Draws the wiring. A neuron that the draws forgot gets the average number of synapses of its layer, rounded down,
 * which may be none; `checkWiring` finds out whether inputs still reach every motor neuron.
 *
 * @throws ConfigError for a number out of its range, naming it and the bound, e.g. `sensoryFanout` above `inter`
 */
export function mk2Wiring(options: Mk2Options): Wiring {
  const { inter, command, motor, sensoryFanout, interFanout, recurrentCommandSynapses, motorFanin } = options;
  const sizes = { inter, command, motor, sensoryFanout, interFanout, recurrentCommandSynapses, motorFanin };
  const { seed, pExcitatory, inputs } = options;
  checkLayeredSizes('wiring mk2', sizes);
  wholeNumber('wiring mk2', 'inputs', inputs, 1);
  wholeNumber('wiring mk2', 'seed', seed, 0, MAX_LEGACY_SEED);
  fraction('wiring mk2', 'pExcitatory', pExcitatory, 0, 1);

  const random = new RandomState(seed);
  const drawn = drawLayered(sizes, inputs, random, {
    polarity: () => (random.randomSample() < pExcitatory ? 1 : -1),
    repairs: (average) => average,
  });
  return {
    kind: 'mk2',
    inputs,
    outputs: motor,
    ...drawn,
    description: { ...sizes, seed, pExcitatory, inputs },
  };
}
