/** Which epoch is chosen, where it goes, and what is refused. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeRun } from '../../../test/made-runs.ts';
import { INPUT, stateAt, type Trainee, train, trainee } from '../../../test/programs/train-by-name.ts';
import { useBackend } from '../../backend/choose.ts';
import { ConfigError, DataError } from '../../errors.ts';
import { loadModel } from '../../models/weights-file.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { runOfCheckpoint } from './checkpoint-origin.ts';
import { NOTHING_LOGGED } from './metrics-log.ts';
import { selectCheckpoint } from './select-checkpoint.ts';

let root: string;
let who: Trainee;
beforeAll(async () => {
  await useBackend('wasm');
  who = trainee();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'select-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A finished active run whose epochs validate with these losses. */
async function runWith(losses: readonly number[], state = 'finished'): Promise<string> {
  const run = makeRun(root, { model: 'vanilla', state, log: losses.map((loss) => [1, 1, loss, 1]) });
  for (const [epoch, loss] of losses.entries()) {
    train(who, epoch);
    const best = Math.min(...losses.slice(0, epoch + 1));
    await saveCheckpoint(run, {
      ...who,
      state: {
        ...stateAt(epoch),
        valid: { loss, mae: 1 },
        best: { epoch: losses.indexOf(best), loss: best },
      },
      best: best === loss && losses.indexOf(loss) === epoch,
      keep: 'active',
      input: INPUT,
      log: NOTHING_LOGGED,
    });
  }
  return run;
}

const select = (run: string, within = 0.05, out?: string) => selectCheckpoint({ run, within, out });

test.each([
  // The least is 2: within 5 % is up to 2.1, which 2.1 itself still is.
  [[9, 2.2, 2.1, 2, 2.05], 0.05, 2],
  [[9, 2.2, 2.1, 2, 2.05], 0.04, 3],
  [[9, 2.2, 2.1, 2, 2.05], 0.1, 1],
  [[9, 2.2, 2.1, 2, 2], 0, 3],
  [[9, 2.2, 2.1, 2, 2.05], 10, 0],
])('of validation losses %j, within %d: epoch %i', async (losses, within, epoch) => {
  const run = await runWith(losses);
  const result = await select(run, within);
  expect(result).toMatchObject({ epoch, valid_loss: losses[epoch], best: { epoch: 3, valid_loss: 2 } });
  expect(result.folder).toBe(join(root, 'final_models', 'vanilla_session'));
  expect(readdirSync(result.folder).sort()).toEqual(['selected.json', 'state.json', 'weights.safetensors']);
  expect(readdirSync(join(root, 'final_models'))).toEqual(['vanilla_session']);
  const { folder: _, wasThere: __, ...noted } = result;
  expect(JSON.parse(readFileSync(join(result.folder, 'selected.json'), 'utf8'))).toEqual(noted);
  // Every weight of this trainee is the number of its epoch.
  const model = await loadModel(join(result.folder, 'weights.safetensors'));
  expect([...model.weights.values()][0].dataSync()[0]).toBe(epoch);
});

test('what was chosen is of its run, as long as that is there', async () => {
  const run = await runWith([2, 1]);
  const { folder } = await select(run);
  for (const path of [folder, join(folder, 'weights.safetensors')]) {
    expect(await runOfCheckpoint(path)).toMatchObject({ folder: run, command: 'active' });
  }
  rmSync(run, { recursive: true });
  expect(await runOfCheckpoint(folder)).toBeUndefined();
});

test('chosen again it is there already; another choice is not written over it', async () => {
  const run = await runWith([3, 2, 1]);
  await select(run, 0);
  expect((await select(run, 0)).wasThere).toBe(true);
  await expect(select(run, 1)).rejects.toThrow(/holds epoch 2 .*--out/);
  const elsewhere = join(root, 'elsewhere');
  expect((await select(run, 1, elsewhere)).epoch).toBe(1);
  expect(existsSync(join(elsewhere, 'weights.safetensors'))).toBe(true);
});

test.each(['running', 'stopped', 'failed'])('a run that is %s is refused', async (state) => {
  const refused = select(await runWith([2, 1], state));
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow('--resume');
});

test.each<[string, (run: string) => void, RegExp]>([
  [
    'a missing one',
    (run) => rmSync(join(run, 'checkpoints/epoch_001'), { recursive: true }),
    /epoch_001 is missing/,
  ],
  [
    'one without state',
    (run) => rmSync(join(run, 'checkpoints/epoch_000/state.json')),
    /epoch_000.*cannot be read/,
  ],
  [
    'cut weights',
    (run) => truncateSync(join(run, 'checkpoints/epoch_002/weights.safetensors'), 500),
    /to be chosen is damaged: .*epoch_002/,
  ],
  ['none at all', (run) => rmSync(join(run, 'checkpoints'), { recursive: true }), /has no checkpoints/],
  ['no run.json', (run) => rmSync(join(run, 'run.json')), /is no run/],
])('%s is refused in words, and nothing is written', async (_, damage, message) => {
  const run = await runWith([3, 2, 1]);
  damage(run);
  const refused = select(run);
  await expect(refused).rejects.toThrow(DataError);
  await expect(refused).rejects.toThrow(message);
  expect(existsSync(join(root, 'final_models'))).toBe(false);
});

test('a passive run, a folder that is not there, and one that is taken', async () => {
  const passive = makeRun(root, { model: 'wm', fold: 0, log: [] });
  await expect(select(passive)).rejects.toThrow('passive');
  await expect(select(join(root, 'nowhere'))).rejects.toThrow(DataError);
  const run = await runWith([1]);
  writeFileSync(join(root, 'notes.txt'), 'mine');
  await expect(select(run, 0, root)).rejects.toThrow('is not empty');
});
