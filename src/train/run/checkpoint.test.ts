/** Checkpoints written, found again, loaded, kept and removed; damaged ones passed over. */
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { INPUT, isAt, save, stateAt, train, trainee } from '../../../test/programs/train-by-name.ts';
import { useBackend } from '../../backend/choose.ts';
import { ConfigError } from '../../errors.ts';
import { readInput } from '../../models/weights-file.ts';
import { bestCheckpoint, goBackTo, latestCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { checkpointName, checkpointPlace } from './checkpoint-folder.ts';
import { NOTHING_LOGGED } from './metrics-log.ts';

let folder: string;

beforeAll(async () => {
  await useBackend('wasm');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

const inside = (...path: string[]) => join(folder, 'checkpoints', ...path);
const listed = async (...path: string[]) => (await readdir(inside(...path))).sort();
const hasOptimizer = async (name: string) => (await listed(name)).includes('optimizer.safetensors');

describe('saved and loaded', () => {
  it('weights, moments, number of updates and state come back bit for bit', async () => {
    const source = trainee();
    await save(folder, source, 2, 3);
    const target = trainee();
    const found = await latestCheckpoint(folder);
    expect(found).toEqual({
      path: inside('epoch_002_batch_0003'),
      name: 'epoch_002_batch_0003',
      state: { ...stateAt(2, 3), adamUpdates: 11 },
      log: NOTHING_LOGGED,
      damaged: [],
    });
    expect(await loadCheckpoint(inside('epoch_002_batch_0003'), target.model, target.adam)).toEqual(
      found?.state,
    );
    expect(isAt(target, { epoch: 2, batch: 3 })).toBe(true);
    expect(await readInput(inside('epoch_002_batch_0003', 'weights.safetensors'))).toEqual(INPUT);
  });

  it('the running sums keep every bit of a double', async () => {
    const who = trainee();
    const sums = { loss: 0.1 + 0.2, mae: Number.MIN_VALUE, gradientNorm: 1 / 3, batches: 1 };
    const state = { ...stateAt(0, 1), sums };
    train(who, 0, 1);
    await saveCheckpoint(folder, {
      ...who,
      state,
      keep: 'passive',
      best: false,
      input: INPUT,
      log: NOTHING_LOGGED,
    });
    expect((await latestCheckpoint(folder))?.state.sums).toEqual(sums);
  });

  it('a state that is not finite is refused before anything is written', async () => {
    const who = trainee();
    const state = { ...stateAt(0), best: { epoch: 0, loss: Number.NaN } };
    const saving = saveCheckpoint(folder, {
      ...who,
      state,
      keep: 'passive',
      best: true,
      input: INPUT,
      log: NOTHING_LOGGED,
    });
    await expect(saving).rejects.toThrow(/best\.loss/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('the tables of the cell lie beside the weights, separated by semicolons', async () => {
    await save(folder, trainee('wm'), 0);
    expect(await listed('epoch_000')).toEqual([
      'inter_synapses.csv',
      'neuron_parameters.csv',
      'optimizer.safetensors',
      'sensory_synapses.csv',
      'state.json',
      'weights.safetensors',
    ]);
    const lines = (await readFile(inside('epoch_000', 'neuron_parameters.csv'), 'utf8')).split('\n');
    expect(lines).toEqual(['gleak;vleak;cm', ...Array(19).fill('0;0;0'), '']);
    await save(folder, trainee('lstm'), 1);
    const weights = (await readFile(inside('epoch_001', 'forget_w.csv'), 'utf8')).split('\n');
    expect(weights).toEqual([...Array(36).fill('1;1;1;1'), '']);
  });

  it('no tensor is left over', async () => {
    const who = trainee();
    await save(folder, who, 0);
    const tensors = tf.memory().numTensors;
    await save(folder, who, 1);
    await loadCheckpoint(inside('epoch_000'), who.model, who.adam);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('another model’s checkpoint is refused, and nothing of it loaded', async () => {
    const who = trainee();
    await save(folder, who, 0);
    const other = trainee('lstm');
    train(other, 5);
    await expect(loadCheckpoint(inside('epoch_000'), other.model, other.adam)).rejects.toThrow(ConfigError);
    expect(isAt(other, { epoch: 5, batch: 0 })).toBe(true);
  });
});

describe('names', () => {
  it.each([
    ['epoch_000', { epoch: 0, batch: 0 }],
    ['epoch_003_batch_0012', { epoch: 3, batch: 12 }],
    ['epoch_1234_batch_12345', { epoch: 1234, batch: 12345 }],
  ])('%s is %j', (name, place) => {
    expect(checkpointName(place)).toBe(name);
    expect(checkpointPlace(name)).toEqual(place);
  });

  it.each(['epoch_1', 'epoch_001_batch_1', '.epoch_001.tmp', 'last', 'epoch_001/..'])(
    '%s is none',
    (name) => {
      expect(checkpointPlace(name)).toBeUndefined();
    },
  );

  it('a thousandth epoch comes after the ninth, not by the alphabet', async () => {
    const who = trainee();
    await save(folder, who, 999);
    await save(folder, who, 1000);
    await rm(inside('last'));
    expect((await latestCheckpoint(folder))?.name).toBe('epoch_1000');
  });
});

describe('what is kept', () => {
  it('passive: last, the one before, and the best that either knows', async () => {
    const who = trainee();
    const kept: string[][] = [];
    for (let epoch = 0; epoch <= 4; epoch++) {
      await save(folder, who, epoch);
      kept.push((await listed()).filter((name) => name.startsWith('epoch')));
    }
    expect(kept).toEqual([
      ['epoch_000'],
      ['epoch_000', 'epoch_001'],
      ['epoch_000', 'epoch_001', 'epoch_002'],
      ['epoch_000', 'epoch_002', 'epoch_003'], // 3 is better than 0; had it to be passed over, 0 would be the best again
      ['epoch_003', 'epoch_004'],
    ]);
    expect(await listed()).toEqual(['best', 'epoch_003', 'epoch_004', 'last']);
    expect(await readFile(inside('last'), 'utf8')).toBe('epoch_004\n');
    expect(await readFile(inside('best'), 'utf8')).toBe('epoch_003\n');
  });

  it('active: every epoch, but optimiser files of the newest two only, and no old ones from within an epoch', async () => {
    const who = trainee();
    for (const [epoch, batch] of [[0], [1], [1, 2], [2], [3]])
      await save(folder, who, epoch, batch, 'active');
    expect(await listed()).toEqual(['best', 'epoch_000', 'epoch_001', 'epoch_002', 'epoch_003', 'last']);
    const optimizers = await Promise.all(
      ['epoch_000', 'epoch_001', 'epoch_002', 'epoch_003'].map(hasOptimizer),
    );
    expect(optimizers).toEqual([false, false, true, true]);
    await expect(loadCheckpoint(inside('epoch_000'), who.model, who.adam)).rejects.toThrow(
      /optimizer\.safetensors: no such file/,
    );
  });

  it('the same place saved again is left as it is; with another state it is a bug', async () => {
    const who = trainee();
    await save(folder, who, 1);
    const identity = async () => {
      const { ino, mtimeMs, ctimeMs } = await stat(inside('epoch_001'));
      return { ino, mtimeMs, ctimeMs };
    };
    const before = await identity();
    await save(folder, who, 1);
    expect(await identity()).toEqual(before);
    const state = { ...stateAt(1), valid: null };
    const saving = saveCheckpoint(folder, {
      ...who,
      state,
      keep: 'passive',
      best: false,
      input: INPUT,
      log: NOTHING_LOGGED,
    });
    await expect(saving).rejects.toThrow('is written already, with another state');
  });
});

describe('best', () => {
  it('is found with its state, and none where there is none', async () => {
    expect(await bestCheckpoint(folder)).toBeUndefined();
    const who = trainee();
    for (let epoch = 0; epoch <= 5; epoch++) await save(folder, who, epoch);
    expect(await bestCheckpoint(folder)).toMatchObject({
      path: inside('epoch_003'),
      state: { epoch: 3, valid: { loss: 1 / 4 } },
    });
  });
});

describe('damage', () => {
  /** Epochs 0 to 3; 3 is last and best. */
  async function damagedRun(damage: (name: string) => Promise<void>) {
    const who = trainee();
    for (let epoch = 0; epoch <= 3; epoch++) await save(folder, who, epoch);
    await damage('epoch_003');
    return who;
  }

  it.each(['weights.safetensors', 'optimizer.safetensors', 'state.json'])(
    'with a truncated %s the one before is used, and the damaged one named',
    async (file) => {
      const who = await damagedRun((name) => truncate(inside(name, file), 100));
      const found = await latestCheckpoint(folder);
      expect(found?.name).toBe('epoch_002');
      expect(found?.damaged).toHaveLength(1);
      expect(found?.damaged[0]).toMatch(/^epoch_003 cannot be used: .*checkpoints\/epoch_003\//);
      await loadCheckpoint(found?.path as string, who.model, who.adam);
      expect(isAt(who, { epoch: 2, batch: 0 })).toBe(true);
    },
  );

  it('one altered bit in the weights is noticed', async () => {
    await damagedRun(async (name) => {
      const bytes = await readFile(inside(name, 'weights.safetensors'));
      bytes[bytes.length - 5] ^= 1;
      await writeFile(inside(name, 'weights.safetensors'), bytes);
    });
    expect((await latestCheckpoint(folder))?.damaged[0]).toMatch(/does not fit its checksum/);
  });

  it('a folder that is gone is named too', async () => {
    await damagedRun((name) => rm(inside(name), { recursive: true }));
    const found = await latestCheckpoint(folder);
    expect([found?.name, found?.damaged]).toEqual(['epoch_002', ['epoch_003 is missing']]);
  });

  it('going back makes the best what it was, and the same epoch can be written anew', async () => {
    const who = await damagedRun((name) => truncate(inside(name, 'state.json'), 3));
    await goBackTo(folder, 'epoch_002');
    expect((await bestCheckpoint(folder))?.name).toBe('epoch_000');
    await save(folder, who, 3);
    expect(await listed()).toEqual(['best', 'epoch_000', 'epoch_002', 'epoch_003', 'last']);
    expect((await latestCheckpoint(folder))?.damaged).toEqual([]);
    expect((await bestCheckpoint(folder))?.name).toBe('epoch_003');
  });

  it('what lies after the place gone back to is removed by the next checkpoint', async () => {
    const who = await damagedRun((name) => truncate(inside(name, 'state.json'), 3));
    await goBackTo(folder, 'epoch_002');
    await save(folder, who, 2, 1);
    expect(await listed()).toEqual(['best', 'epoch_000', 'epoch_002', 'epoch_002_batch_0001', 'last']);
  });

  it('an unreadable `last` is no loss: the newest whole checkpoint is found', async () => {
    await damagedRun(() => writeFile(inside('last'), 'epo'));
    expect((await latestCheckpoint(folder))?.name).toBe('epoch_003');
  });

  it('where none can be used, each is named with its reason', async () => {
    await damagedRun(async () => {
      for (const name of ['epoch_002', 'epoch_003']) await truncate(inside(name, 'state.json'), 0);
    });
    await expect(latestCheckpoint(folder)).rejects.toThrow(ConfigError);
    await expect(latestCheckpoint(folder)).rejects.toThrow(
      /no checkpoint to go on from; .* --new .*\n {2}epoch_003 cannot be used.*\n {2}epoch_002 .*\n {2}epoch_000 .*optimizer/,
    );
  });

  it('without checkpoints there is none', async () => {
    expect(await latestCheckpoint(folder)).toBeUndefined();
  });
});
