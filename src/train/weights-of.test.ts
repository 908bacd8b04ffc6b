/** From what is typed to weights; what is typed by mistake is called what it is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRun } from '../../test/made-runs.ts';
import { save, trainee } from '../../test/programs/train-by-name.ts';
import { useBackend } from '../backend/choose.ts';
import { resolveDataset } from '../data/recordings/dataset-config.ts';
import { DataError, UsageError } from '../errors.ts';
import { openReplay } from '../replay/open.ts';
import { selectCheckpoint } from './run/select-checkpoint.ts';
import { weightsOf } from './weights-of.ts';

let root: string;
let run: string;
const at = (...names: string[]) => join(root, ...names);

beforeAll(async () => {
  await useBackend('wasm');
  root = mkdtempSync(join(tmpdir(), 'weights-of-'));
  run = makeRun(root, { model: 'wm', fold: 0, log: [] });
  const model = trainee();
  for (const epoch of [0, 1]) await save(run, model, epoch);
  for (const fold of [1, 2]) makeRun(root, { model: 'wm', fold, state: 'running', log: [] });
  mkdirSync(at('drives'));
  for (const name of ['a.h5', 'b.h5']) writeFileSync(at('drives', name), '');
  mkdirSync(at('empty'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('what means weights', () => {
  it.each([
    ['a run', [], 'epoch_000'],
    ['a checkpoint', ['checkpoints', 'epoch_001'], 'epoch_001'],
    ['what best names', ['checkpoints', 'best'], 'epoch_000'],
    ['what last names', ['checkpoints', 'last'], 'epoch_001'],
    ['a file', ['checkpoints', 'epoch_001', 'weights.safetensors'], 'epoch_001'],
  ])('%s', async (_, names, checkpoint) => {
    const weights = join(run, 'checkpoints', checkpoint, 'weights.safetensors');
    expect(await weightsOf(join(run, ...names))).toBe(weights);
  });
});

describe('what does not', () => {
  it('says what it is', async () => {
    const session = at('passive', 'wm_session');
    const cases: [string, typeof DataError | typeof UsageError, RegExp][] = [
      [
        at('drives', 'a.h5'),
        UsageError,
        /a\.h5 is a recording \(or a model that Keras wrote\), by its name; a checkpoint is wanted here: a run’s folder/,
      ],
      [at('drives'), UsageError, /drives is a folder of recordings \(a\.h5, b\.h5\); a checkpoint/],
      [session, UsageError, /a folder with 3 runs below it; name one run: .*experiment_0, .*experiment_1/],
      [root, UsageError, /a folder with 3 runs below it/],
      [
        join(run, 'checkpoints'),
        UsageError,
        /all checkpoints of a run \(epoch_000, epoch_001\).*or the run: .*_0$/,
      ],
      [join(session, 'experiment_1'), DataError, /experiment_1 has no checkpoint yet/],
      [at('nowhere'), DataError, /no such checkpoint/],
      [at('empty'), DataError, /neither a checkpoint/],
    ];
    for (const [path, Fault, words] of cases) {
      const error: unknown = await weightsOf(path).catch((fault) => fault);
      expect(error, path).toBeInstanceOf(Fault);
      expect((error as Error).message).toMatch(words);
    }
  });

  it('checkpoint and recording the other way round, a folder for a recording', async () => {
    const recording = at('drives', 'a.h5');
    await expect(openReplay({ checkpoint: recording, recording: run, backend: 'wasm' })).rejects.toThrow(
      /a\.h5 is a recording, .*experiment_0 is none: the checkpoint comes first, the recording second/,
    );
    await expect(openReplay({ checkpoint: run, recording: at('drives'), backend: 'wasm' })).rejects.toThrow(
      /drives is a folder; one recording is wanted here \(\.h5, \.npz\): .*a\.h5, .*b\.h5$/,
    );
  });

  it('a folder of runs for the one to choose from, a file for a folder of recordings', async () => {
    const request = { run: root, within: 0.05, out: undefined };
    await expect(selectCheckpoint(request)).rejects.toThrow(/a folder with 3 runs below it; name one: /);
    await expect(resolveDataset(at('drives', 'a.h5'))).rejects.toThrow(
      /a\.h5: this is a file, and what is wanted is a folder of recordings: .*drives$/,
    );
  });
});
