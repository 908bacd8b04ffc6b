/**
 * How many numbers a model trains, part by part: the paper's table of network sizes (docs/analyses.md, "parameters"). What does
 * not exist is counted apart: absent synapses of `wm`, and weights that `--sparsity` keeps at 0. They lie in the weights file but
 * are never trained.
 */
import { stringify } from 'csv-stringify/sync';
import { disposeModel, type Model, type RecurrentModel } from '../../models/model.ts';
import { buildModel } from '../../models/registry.ts';
import { loadModel } from '../../models/weights-file.ts';
import { synapseCount, type Wiring } from '../../models/wiring/wiring.ts';
import type { ModelInput } from '../../options/schema.ts';
import { csvCells } from '../../text/csv-cells.ts';

/**
 * `convolutions` and `dense` are what sees the frame: the head of the recurrent models, 79,420 numbers, or nearly all of `cnn`.
 * `inputs` is the mapping of features that only `wm` has, `output` what makes the steering of the last units.
 */
export const PARTS = ['convolutions', 'dense', 'inputs', 'recurrent', 'output'] as const;
export type Part = (typeof PARTS)[number];

export interface ParameterCounts {
  /** The model with the options that matter, or a checkpoint. */
  readonly name: string;
  readonly model: string;
  /** Trained numbers in each part. */
  readonly parts: Readonly<Record<Part, number>>;
  /** Sum of the parts. */
  readonly total: number;
  /** Numbers in the file that stand for what does not exist. */
  readonly absent: number;
  /** U, neurons that carry a state; 0 for cnn. */
  readonly units: number;
  /** Connections into units and outputs: existing synapses of `wm`, entries of the matrices of the other cells; 0 for cnn. */
  readonly synapses: number;
}

/** Absent synapses have no w, mu, sigma and erev. */
const PARAMETERS_PER_SYNAPSE = 4;

/**
 * Of a model as it would be trained.
 *
 * @throws ConfigError for options that contradict each other
 */
export function countOptions(name: string, options: ModelInput, wiring?: Wiring): ParameterCounts {
  const model = buildModel(options, 1, wiring);
  try {
    return countModel(name, model, maskedByConstraints(model));
  } finally {
    disposeModel(model);
  }
}

/**
 * Of a weights file. Which weights `--sparsity` keeps at 0 it does not say, so those that are 0 count as absent.
 *
 * @throws DataError, ConfigError for a file that is absent, damaged or not of this program
 */
export async function countCheckpoint(name: string, path: string): Promise<ParameterCounts> {
  const model = await loadModel(path);
  try {
    return countModel(name, model, model.options.sparsity > 0 ? zerosOf(model) : new Map());
  } finally {
    disposeModel(model);
  }
}

/** @param masked - zeros in each recurrent weight, by its name in the model */
function countModel(name: string, model: Model, masked: ReadonlyMap<string, number>): ParameterCounts {
  const parts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;
  for (const [weight, { size }] of model.weights) parts[partOf(model, weight)] += size;
  const absent = absentOf(model, masked);
  parts.recurrent -= absent;
  return {
    name,
    model: model.options.model,
    parts,
    total: Object.values(parts).reduce((sum, count) => sum + count, 0),
    absent,
    ...(model.kind === 'recurrent' ? sizeOf(model, masked) : { units: 0, synapses: 0 }),
  };
}

function partOf(model: Model, weight: string): Part {
  if (model.convolutionWeights.has(weight)) return 'convolutions';
  const name = weight.slice(weight.indexOf('/') + 1);
  if (weight.startsWith('head/')) return 'dense';
  if (name.startsWith('out')) return 'output';
  if (model.kind === 'frame') return 'dense';
  return model.cell.recurrentWeights.includes(name) ? 'recurrent' : 'inputs';
}

function absentOf(model: Model, masked: ReadonlyMap<string, number>): number {
  if (model.kind === 'recurrent' && model.wiring) {
    const { sensory, neural } = model.wiring;
    const entries = sensory.length + neural.length;
    return PARAMETERS_PER_SYNAPSE * (entries - synapseCount(sensory) - synapseCount(neural));
  }
  return [...masked.values()].reduce((sum, zeros) => sum + zeros, 0);
}

function sizeOf({ cell, wiring, weights, options }: RecurrentModel, masked: ReadonlyMap<string, number>) {
  if (wiring) {
    return { units: wiring.units, synapses: synapseCount(wiring.sensory) + synapseCount(wiring.neural) };
  }
  let synapses = 0;
  for (const [name, { rank, size }] of weights) {
    if (name.startsWith(`${options.model}/`) && rank === 2) synapses += size - (masked.get(name) ?? 0);
  }
  const units = cell.weights.get('out_kernel')?.shape[0] ?? 0;
  return { units, synapses };
}

/** What the constraints of `--sparsity` make 0; none of a model without it. */
function maskedByConstraints(model: Model): ReadonlyMap<string, number> {
  if (model.options.sparsity <= 0) return new Map();
  return recurrentWeights(model, (name, size) => {
    const ones = new Float32Array(size).fill(1);
    model.constraints.get(name)?.(ones);
    return ones;
  });
}

function zerosOf(model: Model): ReadonlyMap<string, number> {
  return recurrentWeights(
    model,
    (name) => model.weights.get(name)?.dataSync<'float32'>() ?? new Float32Array(),
  );
}

/** Zeros among what `read` gives for each weight of the recurrence. */
function recurrentWeights(
  model: Model,
  read: (name: string, size: number) => Float32Array,
): ReadonlyMap<string, number> {
  if (model.kind !== 'recurrent') return new Map();
  return new Map(
    model.cell.recurrentWeights.map((weight) => {
      const name = `${model.options.model}/${weight}`;
      const values = read(name, model.weights.get(name)?.size ?? 0);
      return [name, values.reduce((zeros, value) => zeros + (value === 0 ? 1 : 0), 0)];
    }),
  );
}

/** As CSV: a row a model, a column a part. */
export function countsAsCsv(rows: readonly ParameterCounts[]): string {
  return stringify(
    rows.map(({ name, model, parts, total, absent, units, synapses }) => ({
      name,
      model,
      ...parts,
      total,
      absent,
      units,
      synapses,
    })),
    { header: true, ...csvCells() },
  );
}
