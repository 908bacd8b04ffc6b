/**
 * Adam's memory as a safetensors file: `m/NAME` and `v/NAME` for every weight, the number of updates in the header.
 * Twice as large as the weights, and needed only to go on training.
 */
import { ConfigError } from '../../errors.ts';
import { reading } from '../../files/reading.ts';
import type { Model } from '../../models/model.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../models/safetensors.ts';
import { type AdamState, adamState, settle } from '../optimizer/optimizer.ts';

const FORMAT = 'ncp-train adam 1';
const MOMENTS = ['m', 'v'] as const;

/** @throws DataError if it cannot be written */
export async function writeOptimizer(path: string, model: Model, adam: AdamState): Promise<void> {
  settle(adam);
  const tensors = new Map<string, StoredTensor>();
  for (const moment of MOMENTS) {
    for (const [name, data] of adam[moment]) {
      tensors.set(`${moment}/${name}`, { shape: model.weights.get(name)?.shape ?? [data.length], data });
    }
  }
  await writeSafetensors(path, tensors, { format: FORMAT, updates: String(adam.t) });
}

/**
 * @returns the number of updates in the file and its tensors by name
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged or not of this program
 */
export async function readOptimizer(
  path: string,
): Promise<{ updates: number; tensors: Map<string, StoredTensor> }> {
  return reading(path, async () => {
    const { tensors, metadata } = await readSafetensors(path);
    const updates = Number(metadata.updates);
    if (metadata.format !== FORMAT || !Number.isSafeInteger(updates) || updates < 0) {
      throw new ConfigError(
        `${path} is no optimiser state of this program: its header has ${JSON.stringify(metadata)}`,
      );
    }
    return { updates, tensors };
  });
}

/**
 * @returns Adam's memory for `model`
 * @throws ConfigError if the file is of another model
 */
export async function loadOptimizer(path: string, model: Model): Promise<AdamState> {
  return reading(path, async () => {
    const { updates, tensors } = await readOptimizer(path);
    const adam = adamState(model);
    for (const moment of MOMENTS) {
      for (const [name, values] of adam[moment]) {
        const found = tensors.get(`${moment}/${name}`);
        if (!(found?.data instanceof Float32Array) || found.data.length !== values.length) {
          throw new ConfigError(
            `${path} does not fit model ${model.options.model}: ${moment}/${name} is ` +
              (found ? `[${found.shape}]` : 'missing'),
          );
        }
        values.set(found.data);
      }
    }
    adam.t = updates;
    return adam;
  });
}
