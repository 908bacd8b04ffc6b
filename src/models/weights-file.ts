/**
 * A model as one open file: its weights as safetensors, its options and wiring in the header, so that the file
 * alone gives the model back. Any safetensors reader can open it.
 */
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '../errors.ts';
import { reading } from '../files/reading.ts';
import { parseOptions } from '../options/parse.ts';
import { type ModelOptions, modelOptions } from '../options/schema.ts';
import { type InputDescription, parseInputDescription } from './input-description.ts';
import { disposeModel, type Model } from './model.ts';
import { buildModel } from './registry.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts';
import type { Wiring } from './wiring/wiring.ts';
import { wiringFromJson, wiringToJson } from './wiring/wiring-json.ts';

/** Stands in every header; a later layout will have another number. */
const FORMAT = 'ncp-train 1';

/**
 * Writes `model`, under a temporary name first.
 *
 * @param path - usually ending in `.safetensors`
 * @param input - what the model was trained on, for the header
 * @throws DataError if it cannot be written; then nothing is left behind
 */
export async function saveModel(path: string, model: Model, input?: InputDescription): Promise<void> {
  const tensors = new Map(
    Array.from(model.weights, ([name, variable]) => [
      name,
      { shape: variable.shape, data: variable.dataSync<'float32'>() },
    ]),
  );
  const wiring = model.kind === 'recurrent' && model.wiring;
  await writeSafetensors(path, tensors, {
    format: FORMAT,
    options: JSON.stringify(model.options),
    ...(wiring ? { wiring: JSON.stringify(wiringToJson(wiring)) } : {}),
    ...(input ? { input: JSON.stringify(input) } : {}),
  });
}

/**
 * What the model of a file was trained on; undefined if the file does not say.
 *
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged
 */
export async function readInput(path: string): Promise<InputDescription | undefined> {
  return reading(path, async () => {
    const { input } = (await readSafetensors(path)).metadata;
    return input === undefined
      ? undefined
      : parseInputDescription(parseJson(path, 'input', input), `${path}, input`);
  });
}

/**
 * Makes the model that a file holds.
 *
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged or not of this program, naming what is wrong
 */
export async function loadModel(path: string): Promise<Model> {
  return reading(path, async () => {
    const { tensors, options, wiring } = await readModelFile(path);
    const model = inFile(path, () => buildModel(options, 0, wiring));
    try {
      fill(model, path, tensors);
    } catch (error) {
      disposeModel(model);
      throw error;
    }
    return model;
  });
}

/**
 * Puts a file's weights into a model that is already there. Either all of them or, with an error, none.
 *
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged or of another model, naming what differs
 */
export async function loadWeights(path: string, model: Model): Promise<void> {
  return reading(path, async () => {
    const { tensors, options, wiring } = await readModelFile(path);
    fill(model, path, tensors, [...differentOptions(model, options), ...differentWiring(model, wiring)]);
  });
}

/** A file whose header is of this program: its tensors, and what they are the weights of. */
async function readModelFile(path: string) {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.format !== FORMAT) {
    throw new ConfigError(
      `${path} is no weights file of this program: its header has ` +
        `${metadata.format === undefined ? 'no format' : `format ${JSON.stringify(metadata.format)}`}, not ` +
        `${JSON.stringify(FORMAT)}; another program wrote it. docs/weights.md says what stands in one`,
    );
  }
  const options = parseOptions(
    modelOptions,
    parseJson(path, 'options', metadata.options),
    `${path}, options`,
  );
  const given = metadata.wiring === undefined ? undefined : parseJson(path, 'wiring', metadata.wiring);
  if (given === undefined && options.model === 'wm') {
    throw new ConfigError(`${path}: the header has no wiring, which a file of model wm needs`);
  }
  const wiring = given === undefined ? undefined : inFile(path, () => wiringFromJson(given));
  return { tensors, options, wiring };
}

/**
 * Compares everything first, then assigns.
 *
 * @param differences - what was found to differ already
 */
function fill(
  model: Model,
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  differences: readonly string[] = [],
): void {
  const faults: string[] = [];
  for (const [name, { shape }] of model.weights) {
    const found = tensors.get(name);
    if (!found) faults.push(`${name} is missing`);
    else if (String(found.shape) !== String(shape)) {
      faults.push(`${name} has shape [${found.shape}], the model needs [${shape}]`);
    } else if (!(found.data instanceof Float32Array)) {
      faults.push(`${name} is not float32`);
    } else if (!found.data.every(Number.isFinite)) {
      faults.push(`${name} holds numbers that are not finite`);
    }
  }
  for (const name of tensors.keys())
    if (!model.weights.has(name)) faults.push(`${name} is not of this model`);
  faults.push(...differences);
  if (faults.length > 0) {
    throw new ConfigError(`${path} does not fit model ${model.options.model}: ${summary(faults)}`);
  }
  for (const [name, variable] of model.weights) {
    const value = tf.tensor(tensors.get(name)?.data as Float32Array, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

function parseJson(path: string, what: string, text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new ConfigError(`${path}: the ${what} in the header are no JSON: ${JSON.stringify(text)}`);
  }
}

/** Names the file in front of what is refused. */
function inFile<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${path}: ${error.message}`) : error;
  }
}

function differentOptions(model: Model, found: ModelOptions): string[] {
  return (Object.keys(model.options) as (keyof ModelOptions)[])
    .filter((key) => found[key] !== model.options[key])
    .map(
      (key) =>
        `option ${key} is ${JSON.stringify(found[key])} there, ${JSON.stringify(model.options[key])} here`,
    );
}

/** Of wirings only the synapses and the outputs count, not what made them. */
function differentWiring(model: Model, found: Wiring | undefined): string[] {
  const essence = (wiring: Wiring | undefined) =>
    wiring && { outputs: wiring.outputs, sensory: wiring.sensory, neural: wiring.neural };
  const here = model.kind === 'recurrent' ? model.wiring : undefined;
  return isDeepStrictEqual(essence(here), essence(found)) ? [] : ['its wiring is another'];
}

/** The first few faults, and how many more. */
function summary(faults: readonly string[]): string {
  const SHOWN = 5;
  const rest = faults.length - SHOWN;
  return faults.slice(0, SHOWN).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
