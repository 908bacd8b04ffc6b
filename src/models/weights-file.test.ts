/** Models to files and back: the same predictions, and from a file that does not fit nothing at all. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { ConfigError, DataError } from '../errors.ts';
import { type ModelName, type ModelOptions, modelOptions } from '../options/schema.ts';
import { syntheticBatch } from '../train/speed.ts';
import { disposeModel, judgeFrames, type Model, unrollModel } from './model.ts';
import { buildModel } from './registry.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts';
import { loadModel, loadWeights, saveModel } from './weights-file.ts';
import { paperWiring } from './wiring/paper.ts';
import { type Wiring, wiringFromMatrices } from './wiring/wiring.ts';

let folder: string;
let path: string;
const models: Model[] = [];

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'weights-'));
  path = join(folder, 'weights.safetensors');
});
afterEach(() => {
  for (const model of models.splice(0)) disposeModel(model);
});
afterAll(() => rm(folder, { recursive: true }));

type Given = Partial<ModelOptions> & { model: ModelName };

function build(options: Given, seed = 0, wiring?: Wiring): Model {
  const model = buildModel(modelOptions.parse(options), seed, wiring);
  models.push(model);
  return model;
}

async function load(from = path): Promise<Model> {
  const model = await loadModel(from);
  models.push(model);
  return model;
}

/** Outputs for two frames in a row. */
function predictions(model: Model): number[] {
  return tf.tidy(() => {
    const { frames } = syntheticBatch(0, 2, 1);
    const outputs =
      model.kind === 'frame'
        ? judgeFrames(model, frames)
        : unrollModel(model, frames, model.cell.initialState(1)).outputs;
    return Array.from(outputs.dataSync());
  });
}

/** Every weight's bits. */
const bitsOf = (model: Model) =>
  Array.from(
    model.weights,
    ([name, weight]) => `${name} ${Buffer.from(weight.dataSync().buffer).toString('base64')}`,
  );

/** Three neurons, of which the inputs excite the last and it the motor neuron. */
const OWN_WIRING = wiringFromMatrices({
  sensory: Array.from({ length: 32 }, () => [0, 0, 1]),
  neural: [
    [0, 0, 0],
    [-1, 0, 0],
    [1, 1, -1],
  ],
  outputs: 1,
});

/** Rewrites the file, without checksum trouble, as someone with a safetensors library would. */
async function rewrite(
  change: (tensors: Map<string, StoredTensor>, metadata: Record<string, string>) => void,
) {
  const { tensors, metadata } = await readSafetensors(path);
  change(tensors, metadata);
  await writeSafetensors(path, tensors, metadata);
}

/** The message with which `action` refuses; the weights of `model` must stay as they were, and no tensor be left. */
async function refusal(
  action: () => Promise<unknown>,
  model?: Model,
  kind: new (text: string) => Error = ConfigError,
) {
  const before = model && bitsOf(model);
  const tensors = tf.memory().numTensors;
  const error = await action().then(
    () => new Error('nothing was refused'),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  if (model) expect(bitsOf(model)).toEqual(before);
  expect(tf.memory().numTensors).toBe(tensors);
  return error.message;
}

describe('saved and loaded', () => {
  it.each<[string, Given, Wiring | undefined]>([
    ['wm', { model: 'wm', solver: 'rk4', wm_size: 'rand' }, undefined],
    ['wm on its own wiring', { model: 'wm' }, OWN_WIRING],
    ['lstm', { model: 'lstm', lstm_size: 7, lstm_clip: 10, sparsity: 0.5 }, undefined],
  ])('%s gives the same options, wiring and predictions', async (_, options, wiring) => {
    const model = build(options, 5, wiring);
    await saveModel(path, model);
    const loaded = await load();
    expect(loaded.options).toEqual(model.options);
    if (loaded.kind === 'recurrent' && model.kind === 'recurrent')
      expect(loaded.wiring).toEqual(model.wiring);
    expect(bitsOf(loaded)).toEqual(bitsOf(model));
    expect(predictions(loaded)).toEqual(predictions(model));
    expect(await readdir(folder)).toEqual(['weights.safetensors']);
  });

  it('cnn gives the same predictions', async () => {
    const model = build({ model: 'cnn' }, 5);
    await saveModel(path, model);
    expect(predictions(await load())).toEqual(predictions(model));
  });

  it('weights go into a model that is already there', async () => {
    const [source, target] = [build({ model: 'vanilla' }, 1), build({ model: 'vanilla' }, 2)];
    expect(predictions(target)).not.toEqual(predictions(source));
    await saveModel(path, source);
    const tensors = tf.memory().numTensors;
    await loadWeights(path, target);
    expect(predictions(target)).toEqual(predictions(source));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('a header written anew by another program, in another order and spacing, is the same wiring', async () => {
    const model = build({ model: 'wm' }, 5, OWN_WIRING);
    await saveModel(path, model);
    await rewrite((_, metadata) => {
      const reversed = Object.fromEntries(Object.entries(JSON.parse(metadata.wiring)).reverse());
      metadata.wiring = JSON.stringify(reversed, null, 2);
    });
    expect(bitsOf(await load())).toEqual(bitsOf(model));
  });
});

describe('a file of something else', () => {
  const cases: [string, Given, Given, string[]][] = [
    [
      'another model',
      { model: 'lstm' },
      { model: 'vanilla' },
      ['does not fit model vanilla: vanilla/W_step is missing; vanilla/bias_step is missing', 'and 4 more'],
    ],
    [
      'the same model of another size',
      { model: 'lstm', lstm_size: 32 },
      { model: 'lstm' },
      ['lstm/kernel has shape [64,128], the model needs [96,256]', 'option lstm_size is 32 there, 64 here'],
    ],
    [
      'the same shapes under other options',
      { model: 'lstm', lstm_clip: 10, sparsity: 0.5 },
      { model: 'lstm' },
      [
        'does not fit model lstm: option lstm_clip is 10 there, -1 here; option sparsity is 0.5 there, -1 here',
      ],
    ],
    [
      'another wiring of the same size',
      { model: 'wm', wm_size: 'fully' },
      { model: 'wm' },
      ['does not fit model wm: option wm_size is "fully" there, "small" here; its wiring is another'],
    ],
  ];
  it.each(cases)('%s: says what differs and loads nothing', async (_, there, here, says) => {
    await saveModel(path, build(there, 1));
    const model = build(here, 2);
    const message = await refusal(() => loadWeights(path, model), model);
    expect(message.startsWith(`${path} does not fit model ${here.model}: `)).toBe(true);
    for (const text of says) expect(message).toContain(text);
  });

  it('a wiring of its own against the default one', async () => {
    const other = paperWiring('mk2', 32);
    const neural = other.neural.map((polarity) => -polarity);
    await saveModel(path, build({ model: 'wm' }, 1, { ...other, neural }));
    const model = build({ model: 'wm' }, 2);
    expect(await refusal(() => loadWeights(path, model), model)).toBe(
      `${path} does not fit model wm: its wiring is another`,
    );
  });
});

describe('a damaged file', () => {
  it.each<[string, (tensors: Map<string, StoredTensor>, metadata: Record<string, string>) => void, string]>([
    [
      'with a NaN in a weight',
      (tensors) => {
        (tensors.get('vanilla/out_bias') as StoredTensor).data[0] = Number.NaN;
      },
      'vanilla/out_bias holds numbers that are not finite',
    ],
    [
      'without one of the weights',
      (tensors) => tensors.delete('head/conv2_bias'),
      'head/conv2_bias is missing',
    ],
    [
      'with a weight too many',
      (tensors) => tensors.set('vanilla/extra', { shape: [1], data: Float32Array.of(1) }),
      'vanilla/extra is not of this model',
    ],
    [
      'with a weight of another type',
      (tensors) => tensors.set('vanilla/out_bias', { shape: [1], data: Float64Array.of(1) }),
      'vanilla/out_bias is not float32',
    ],
    [
      'of a later format',
      (_, metadata) => {
        metadata.format = 'ncp-train 2';
      },
      'is no weights file of this program: its header has format "ncp-train 2", not "ncp-train 1"',
    ],
    [
      'whose options are no JSON',
      (_, metadata) => {
        metadata.options = '{';
      },
      'the options in the header are no JSON: "{"',
    ],
    [
      'whose options are no object',
      (_, metadata) => {
        metadata.options = 'null';
      },
      'options: the options: ',
    ],
    [
      'without options',
      (_, metadata) => {
        delete metadata.options;
      },
      'the options in the header are no JSON: undefined',
    ],
    [
      'with an option that there is not',
      (_, metadata) => {
        metadata.options = metadata.options.replace('lstm_clip', 'lstm_clap');
      },
      'unknown option "lstm_clap"; did you mean "lstm_clip"?',
    ],
    [
      'with a wiring where none can be',
      (_, metadata) => {
        metadata.wiring = '{"kind":"mk2"}';
      },
      'wiring',
    ],
  ])('%s is refused by both ways of loading, and nothing is loaded', async (_, change, says) => {
    await saveModel(path, build({ model: 'vanilla', lstm_size: 3 }, 1));
    await rewrite(change);
    expect(await refusal(() => loadModel(path))).toContain(says);
    const model = build({ model: 'vanilla', lstm_size: 3 }, 2);
    expect(await refusal(() => loadWeights(path, model), model)).toContain(says);
  });

  it.each([
    ['no wiring', (metadata: Record<string, string>) => delete metadata.wiring, 'the header has no wiring'],
    [
      'a wiring that reaches no motor neuron',
      (metadata: Record<string, string>) => {
        metadata.wiring = metadata.wiring.replaceAll('+', '.').replaceAll('"-', '".');
      },
      'no input reaches motor neuron 0',
    ],
  ])('of wm with %s is refused', async (_, change, says) => {
    await saveModel(path, build({ model: 'wm' }, 1, OWN_WIRING));
    await rewrite((_tensors, metadata) => void change(metadata));
    expect(await refusal(() => loadModel(path))).toContain(says);
  });

  it('a missing file is named', async () => {
    const absent = join(folder, 'absent.safetensors');
    const model = build({ model: 'vanilla' });
    expect(await refusal(() => loadModel(absent), undefined, DataError)).toBe(`${absent}: no such file`);
    expect(await refusal(() => loadWeights(absent, model), model, DataError)).toBe(`${absent}: no such file`);
  });

  it('cut short or with a byte changed anywhere, it is refused or holds the whole model of the file', async () => {
    const small = { model: 'vanilla', lstm_size: 2 } as const;
    await saveModel(path, build(small, 1));
    const whole = await readFile(path);
    const model = build(small, 2);
    const original = bitsOf(model);
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    // As many in the header, which is small, as in the data behind it.
    const place = fc.oneof(
      fc.integer({ min: 0, max: headerEnd - 1 }),
      fc.integer({ min: headerEnd, max: whole.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, change, cut) => {
        const altered = Buffer.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) altered[at] ^= change;
        await writeFile(path, altered);
        const before = bitsOf(model);
        try {
          await loadWeights(path, model);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(bitsOf(model)).toEqual(before);
          return;
        }
        // Only a header that hides its checksum, or has another blank after it, still loads; then all of it.
        expect(cut).toBe(false);
        expect(at).toBeLessThan(headerEnd);
        expect(bitsOf(model)).not.toEqual(original);
      }),
      { numRuns: 150 },
    );
  });

  it('without checksum, a changed byte is refused, or changes one number, or nothing but a blank', async () => {
    const small = { model: 'vanilla', lstm_size: 2 } as const;
    const source = build(small, 1);
    await saveModel(path, source);
    const whole = withoutChecksum(await readFile(path));
    const model = build(small, 2);
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    const place = fc.oneof(
      fc.integer({ min: 0, max: headerEnd - 1 }),
      fc.integer({ min: headerEnd, max: whole.length - 1 }),
    );
    const numbersOf = (of: Model) =>
      Array.from(of.weights.values(), (weight) => Array.from(weight.dataSync())).flat();
    const original = numbersOf(source);
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = Buffer.from(whole);
        altered[at] ^= change;
        await writeFile(path, altered);
        const before = bitsOf(model);
        try {
          await loadWeights(path, model);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(bitsOf(model)).toEqual(before);
          return;
        }
        const numbers = numbersOf(model);
        const changed = numbers.filter((value, n) => !Object.is(value, original[n])).length;
        expect(changed).toBe(at < headerEnd ? 0 : 1);
        expect(numbers.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

/** The file as a program writes it that knows of no checksum. */
function withoutChecksum(file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length));
  delete header.__metadata__.sha256;
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, file.subarray(8 + length)]);
}
