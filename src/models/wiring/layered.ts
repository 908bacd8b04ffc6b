/**
 * How a neural circuit policy is drawn: inputs → inter neurons → command neurons (which also reach each other) →
 * motor neurons. The paper's scripts (mk2.ts) and the NCP packages (ncp.ts) walk through the layers in this one
 * order; they differ in how they draw a polarity and in how many synapses a forgotten neuron gets.
 */
import type { RandomState } from '../../random/mersenne-twister.ts';
import { type Bound, wholeNumber } from './arguments.ts';
import { type Layer, layersOf } from './wiring.ts';

/** Numbers of neurons and synapses. */
export interface LayeredSizes {
  /** Inter neurons, at least 1. */
  readonly inter: number;
  /** Command neurons, at least 1. */
  readonly command: number;
  /** Motor neurons, the outputs, at least 1. */
  readonly motor: number;
  /** Synapses from each input, to different inter neurons: 1..inter. */
  readonly sensoryFanout: number;
  /** Synapses from each inter neuron, to different command neurons: 1..command. */
  readonly interFanout: number;
  /** Draws of a synapse among command neurons; one drawn twice counts once, the last polarity holds. At least 0. */
  readonly recurrentCommandSynapses: number;
  /** Synapses into each motor neuron, from different command neurons: 1..command. */
  readonly motorFanin: number;
}

/** The two things that differ between the paper's scripts and the packages. */
export interface LayeredDraws {
  /** Draws a polarity. */
  polarity(): -1 | 1;
  /**
   * How many synapses a neuron gets that nobody chose.
   * @param average - how many the neurons of its layer got on average, rounded down
   * @param choosers - who chose among its layer
   */
  repairs(average: number, choosers: 'inputs' | 'inter' | 'motor'): number;
}

/**
 * Refuses impossible numbers. `names` are those that the caller's arguments have.
 *
 * @throws ConfigError naming the argument, its value and its bound
 */
export function checkLayeredSizes(
  wiring: string,
  sizes: LayeredSizes,
  names = { inter: 'inter', command: 'command', motor: 'motor' },
): void {
  const bound = (name: string, value: number): Bound => ({
    name,
    value: wholeNumber(wiring, name, value, 1),
  });
  const inter = bound(names.inter, sizes.inter);
  const command = bound(names.command, sizes.command);
  bound(names.motor, sizes.motor);
  wholeNumber(wiring, 'sensoryFanout', sizes.sensoryFanout, 1, inter);
  wholeNumber(wiring, 'interFanout', sizes.interFanout, 1, command);
  wholeNumber(wiring, 'motorFanin', sizes.motorFanin, 1, command);
  wholeNumber(wiring, 'recurrentCommandSynapses', sizes.recurrentCommandSynapses, 0);
}

/**
 * Draws the synapses.
 *
 * @param sizes - numbers that passed {@link checkLayeredSizes}
 * @param inputs - S, at least 1
 * @returns polarities `sensory` [S,U] and `neural` [U,U], and the layers motor, command, inter
 */
export function drawLayered(
  sizes: LayeredSizes,
  inputs: number,
  random: RandomState,
  draws: LayeredDraws,
): { sensory: Int8Array; neural: Int8Array; layers: Layer[]; units: number } {
  const { inter, command, motor } = sizes;
  const units = motor + command + inter;
  const layers = layersOf({ motor, command, inter });
  const [motors, commands, inters] = layers.map(({ first, end }) => range(first, end));
  const sensory = new Int8Array(inputs * units);
  const neural = new Int8Array(units * units);

  /** Every chooser takes `count` different targets; a target that nobody took takes choosers itself. */
  const connect = (
    name: 'inputs' | 'inter' | 'motor',
    choosers: readonly number[],
    targets: readonly number[],
    count: number,
    synapse: (chooser: number, target: number, polarity: -1 | 1) => void,
  ) => {
    const forgotten = new Set(targets);
    for (const chooser of choosers) {
      for (const target of random.choiceWithoutReplacement(targets, count)) {
        synapse(chooser, target, draws.polarity());
        forgotten.delete(target);
      }
    }
    const average = Math.floor((choosers.length * count) / targets.length);
    const repairs = draws.repairs(average, name);
    for (const target of forgotten) {
      for (const chooser of random.choiceWithoutReplacement(choosers, repairs)) {
        synapse(chooser, target, draws.polarity());
      }
    }
  };

  connect('inputs', range(0, inputs), inters, sizes.sensoryFanout, (input, neuron, polarity) => {
    sensory[input * units + neuron] = polarity;
  });
  connect('inter', inters, commands, sizes.interFanout, (source, destination, polarity) => {
    neural[source * units + destination] = polarity;
  });
  for (let i = 0; i < sizes.recurrentCommandSynapses; i++) {
    const source = random.choice(commands);
    const destination = random.choice(commands);
    neural[source * units + destination] = draws.polarity();
  }
  // Motor neurons choose their sources, all others their destinations.
  connect('motor', motors, commands, sizes.motorFanin, (destination, source, polarity) => {
    neural[source * units + destination] = polarity;
  });
  return { sensory, neural, layers, units };
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
