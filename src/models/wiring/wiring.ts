/**
 * A wiring: which synapses a network has and whether each excites or inhibits. Structure only; what the neurons do
 * with it (weights, time constants, solver) is the business of the cells.
 *
 * Neurons are numbered motor first, then (where there are layers) command, then inter neurons, so the outputs of a
 * network are its neurons 0..outputs−1 (docs/pipeline.md §3). S inputs, U units.
 */
import { ConfigError } from '../../errors.ts';

/** A named range of neurons, `first` included, `end` not. */
export interface Layer {
  readonly name: string;
  readonly first: number;
  readonly end: number;
}

/** The argument of a wiring as its description records it. */
export type WiringArgument = number | string | boolean;

/** An existing or absent synapse: excitatory 1, inhibitory −1, absent 0. */
export type Polarity = -1 | 0 | 1;

/** Never changed once made: whoever holds one may share it. */
export interface Wiring {
  /** What made it, e.g. `mk2` or `NCP`. */
  readonly kind: string;
  /** S, the number of inputs. */
  readonly inputs: number;
  /** U, the number of neurons. */
  readonly units: number;
  /** M, the number of motor neurons: neurons 0..M−1. */
  readonly outputs: number;
  /** [S,U] polarities −1, 0, 1 of the synapses from input (row) to neuron (column). */
  readonly sensory: Int8Array;
  /** [U,U] polarities of the synapses from neuron (row) to neuron (column). */
  readonly neural: Int8Array;
  /** Consecutive ranges of neurons from 0 to U, the motor neurons first. */
  readonly layers: readonly Layer[];
  /** The arguments that made it. */
  readonly description: Readonly<Record<string, WiringArgument>>;
}

/** How many synapses a matrix of polarities has. */
export function synapseCount(polarities: Int8Array): number {
  return polarities.reduce((count, polarity) => count + (polarity === 0 ? 0 : 1), 0);
}

/**
 * Consecutive layers from their sizes, in the order of the neurons; empty ones are left out.
 *
 * @example layersOf({ motor: 1, inter: 7 }) // motor 0..1, inter 1..8
 */
export function layersOf(sizes: Readonly<Record<string, number>>): Layer[] {
  const layers: Layer[] = [];
  let first = 0;
  for (const [name, size] of Object.entries(sizes)) {
    if (size > 0) layers.push({ name, first, end: first + size });
    first += size;
  }
  return layers;
}

/**
 * The motor neurons to which no path leads from any input; such an output would be the same whatever is seen.
 *
 * @returns their numbers in rising order
 */
export function unreachedMotorNeurons(wiring: Wiring): number[] {
  const { inputs, units, outputs, sensory, neural } = wiring;
  const reached = new Set<number>();
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < units; j++) if (sensory[i * units + j] !== 0) reached.add(j);
  }
  // A Set hands out what is added during the walk too, so this visits every neuron that any path reaches.
  for (const i of reached) {
    for (let j = 0; j < units; j++) if (neural[i * units + j] !== 0) reached.add(j);
  }
  return Array.from({ length: outputs }, (_, motor) => motor).filter((motor) => !reached.has(motor));
}

/**
 * Refuses a wiring that contradicts itself: sizes, matrix lengths, polarities, layers.
 *
 * @throws ConfigError naming every fault found
 */
export function checkWiringShape(wiring: Wiring): void {
  const { inputs, units, outputs, sensory, neural, layers } = wiring;
  const faults: string[] = [];
  for (const [what, size] of Object.entries({ inputs, units, outputs })) {
    if (!Number.isInteger(size) || size < 1) faults.push(`${what} must be at least 1, got ${size}`);
  }
  if (outputs > units) faults.push(`${outputs} outputs need as many neurons, there are only ${units} units`);
  for (const [what, matrix, rows] of [
    ['sensory', sensory, inputs],
    ['neural', neural, units],
  ] as const) {
    if (matrix.length !== rows * units) {
      faults.push(`the ${what} matrix must have ${rows}×${units} entries, got ${matrix.length}`);
    }
    const at = matrix.findIndex((polarity) => Math.abs(polarity) > 1);
    if (at >= 0) {
      const place = `${Math.floor(at / units)} to neuron ${at % units}`;
      faults.push(`the ${what} synapse from ${place} must be -1, 0 or 1, got ${matrix[at]}`);
    }
  }
  let next = 0;
  for (const { name, first, end } of layers) {
    if (first !== next || end <= first) {
      faults.push(`layer ${name} must go on at neuron ${next}, got ${first}..${end}`);
    }
    next = end;
  }
  if (next !== units) faults.push(`the layers must end at neuron ${units}, they end at ${next}`);
  if (layers[0]?.end !== outputs) faults.push(`the first layer must be the ${outputs} motor neurons`);
  if (faults.length > 0) throw new ConfigError(`wiring ${wiring.kind}: ${faults.join('; ')}`);
}

/**
 * What must hold before a network is trained: a consistent wiring in which inputs reach every motor neuron.
 *
 * @throws ConfigError naming every fault, and the motor neurons that no input reaches through any path
 */
export function checkWiring(wiring: Wiring): void {
  checkWiringShape(wiring);
  const unreached = unreachedMotorNeurons(wiring);
  if (unreached.length > 0) {
    throw new ConfigError(
      `wiring ${wiring.kind}: no input reaches motor neuron ${unreached.join(', ')} through any path; ` +
        'add synapses, raise a fan-out or the fan-in, or take another seed',
    );
  }
}

/**
 * A wiring from matrices written out by hand or read from elsewhere.
 *
 * @param matrices.sensory - [S][U] polarities −1, 0, 1, input to neuron
 * @param matrices.neural - [U][U] polarities, neuron to neuron
 * @param matrices.outputs - M; neurons 0..M−1 are the motor neurons
 * @throws ConfigError if rows differ in length or the wiring is otherwise inconsistent ({@link checkWiringShape})
 */
export function wiringFromMatrices(matrices: {
  readonly sensory: readonly (readonly number[])[];
  readonly neural: readonly (readonly number[])[];
  readonly outputs: number;
}): Wiring {
  const { sensory, neural, outputs } = matrices;
  const units = neural.length;
  if (units === 0) throw new ConfigError('the neural matrix is empty: a wiring needs at least one neuron');
  const wiring: Wiring = {
    kind: 'matrices',
    inputs: sensory.length,
    units,
    outputs,
    sensory: flatten('sensory', sensory, units),
    neural: flatten('neural', neural, units),
    layers: layersOf({ motor: outputs, inter: units - outputs }),
    description: { inputs: sensory.length, units, outputs },
  };
  checkWiringShape(wiring);
  return wiring;
}

function flatten(what: string, rows: readonly (readonly number[])[], columns: number): Int8Array {
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd >= 0) {
    throw new ConfigError(
      `row ${odd} of the ${what} matrix must have ${columns} entries, one a neuron, got ${rows[odd].length}`,
    );
  }
  const flat = rows.flat();
  // Checked before the numbers become 8-bit integers, where 256 would pass for 0.
  const wrong = flat.findIndex((value) => value !== -1 && value !== 0 && value !== 1);
  if (wrong >= 0) {
    const place = `[${Math.floor(wrong / columns)}][${wrong % columns}]`;
    throw new ConfigError(`${what}${place} must be -1, 0 or 1, got ${flat[wrong]}`);
  }
  return Int8Array.from(flat);
}

/**
 * The polarities among which the NCP packages draw for FullyConnected and Random: two in three synapses excite
 * (test/golden/README.md, library_wirings.json).
 */
export const PACKAGE_POLARITIES = [-1, 1, 1] as const;
