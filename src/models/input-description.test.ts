/** What a model was trained on stands in its weights file, and is read back or found wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INPUT } from '../../test/programs/train-by-name.ts';
import { useBackend } from '../backend/choose.ts';
import { ConfigError } from '../errors.ts';
import { modelOptions } from '../options/schema.ts';
import { disposeModel, type Model } from './model.ts';
import { buildModel } from './registry.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { loadModel, readInput, saveModel } from './weights-file.ts';

let folder: string;
let path: string;
let model: Model;
beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'input-'));
  path = join(folder, 'weights.safetensors');
  model = buildModel(modelOptions.parse({ model: 'ctrnn', lstm_size: 2 }), 0);
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true });
});

it('is read back as it was written, and does not disturb loading', async () => {
  await saveModel(path, model, { ...INPUT, crop: '0.1,0.2,0.9,1', label_sign: -1, rate_hz: 29.97 });
  expect(await readInput(path)).toEqual({ ...INPUT, crop: '0.1,0.2,0.9,1', label_sign: -1, rate_hz: 29.97 });
  disposeModel(await loadModel(path));
});

it('a file need not say', async () => {
  await saveModel(path, model);
  expect(await readInput(path)).toBeUndefined();
});

it.each([
  ['{"height":78', /the input in the header/],
  [JSON.stringify({ ...INPUT, label_sign: 0 }), /weights\.safetensors, input: .*label_sign/],
  [JSON.stringify({ ...INPUT, hight: 78 }), /unknown option "hight"; did you mean "height"/],
])('%s is refused', async (input, message) => {
  const { tensors, metadata } = await readSafetensors(path);
  await writeSafetensors(path, tensors, { ...metadata, input });
  await expect(readInput(path)).rejects.toThrow(ConfigError);
  await expect(readInput(path)).rejects.toThrow(message);
});
