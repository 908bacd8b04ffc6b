/**
 * A model as one open file: its weights as safetensors, its options and wiring in the header, so that the file
 * alone gives the model back. Any safetensors reader can open it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { parseOptions } from '../config/parse.ts';
import { modelOptions } from '../config/schema.ts';
import { ConfigError } from '../errors.ts';
import { disposeModel, type Model } from './model.ts';
import { buildModel } from './registry.ts';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.ts';
import { wiringFromJson, wiringToJson } from './wiring/wiring-json.ts';

/** Stands in every header; a later layout will have another number. */
const FORMAT = 'ncp-train 1';

/**
 * Writes `model`, under a temporary name first.
 *
 * @param path - usually ending in `.safetensors`
 * @throws DataError if it cannot be written; then nothing is left behind
 */
export async function saveModel(path: string, model: Model): Promise<void> {
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
  });
}

/**
 * Makes the model that a file holds.
 *
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged or not of this program, naming what is wrong
 */
export async function loadModel(path: string): Promise<Model> {
  const file = await readSafetensors(path);
  const { options: optionsText, wiring: wiringText } = file.metadata;
  requireFormat(path, file);
  const options = parseOptions(modelOptions, parseJson(path, 'options', optionsText), `${path}, options`);
  const wiring = wiringText === undefined ? undefined : wiringFromJson(parseJson(path, 'wiring', wiringText));
  const model = buildModel(options, 0, wiring);
  try {
    fill(model, path, file);
  } catch (error) {
    disposeModel(model);
    throw error;
  }
  return model;
}

/**
 * Puts a file's weights into a model that is already there. Either all of them or, with an error, none.
 *
 * @throws DataError if there is no such file
 * @throws ConfigError if it is damaged or of another model, naming what differs
 */
export async function loadWeights(path: string, model: Model): Promise<void> {
  const file = await readSafetensors(path);
  requireFormat(path, file);
  fill(model, path, file);
}

/** Compares everything first, then assigns. */
function fill(model: Model, path: string, { tensors, metadata }: SafetensorsFile): void {
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
  for (const name of tensors.keys()) if (!model.weights.has(name)) faults.push(`${name} is not of this model`);
  faults.push(...differentOptions(model, path, metadata.options), ...differentWiring(model, metadata.wiring));
  if (faults.length > 0) {
    throw new ConfigError(`${path} does not fit model ${model.options.model}: ${summary(faults)}`);
  }
  for (const [name, variable] of model.weights) {
    const value = tf.tensor(tensors.get(name)?.data as Float32Array, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

function requireFormat(path: string, { metadata }: SafetensorsFile): void {
  if (metadata.format === FORMAT) return;
  throw new ConfigError(
    `${path} is no weights file of this program: its header has format ${JSON.stringify(metadata.format)}, ` +
      `not ${JSON.stringify(FORMAT)}`,
  );
}

function parseJson(path: string, what: string, text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new ConfigError(`${path}: the ${what} in the header are no JSON: ${JSON.stringify(text)}`);
  }
}

function differentOptions(model: Model, path: string, text: string | undefined): string[] {
  const found = parseJson(path, 'options', text) as Record<string, unknown>;
  return Object.entries(model.options)
    .filter(([key, value]) => found[key] !== value)
    .map(([key, value]) => `option ${key} is ${JSON.stringify(found[key])} there, ${JSON.stringify(value)} here`);
}

function differentWiring(model: Model, text: string | undefined): string[] {
  const wiring = model.kind === 'recurrent' ? model.wiring : undefined;
  const here = wiring && JSON.stringify(wiringToJson(wiring));
  return here === text ? [] : ['its wiring is another'];
}

/** The first few faults, and how many more. */
function summary(faults: readonly string[]): string {
  const SHOWN = 5;
  const rest = faults.length - SHOWN;
  return faults.slice(0, SHOWN).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
