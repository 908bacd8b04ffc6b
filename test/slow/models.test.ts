/** Each of the eight models through `passive` and `active`, two epochs of simulated drives, on both backends. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MODELS } from '../../src/options/schema.ts';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { requirement } from '../require.ts';
import { activeRun, passiveRun, read } from '../tiny-runs.ts';

/** Of the paper's names: fold 0 is tested on the first, the others train. */
const PASSIVE = ['20180705-203123', '20180707-103601', '20180707-113533'];

let drives: string;
beforeAll(async () => {
  drives = mkdtempSync(join(tmpdir(), 'ncp-drives-'));
  for (const set of ['passive', 'active']) {
    const size = ['--frames', '60', '--size', '60x96'];
    const made = await ncpTrain(['data', 'generate', set, ...size, '--out', join(drives, set)]);
    if (made.status !== 0) throw new Error(made.stderr);
  }
  for (const name of readdirSync(join(drives, 'passive'))) {
    const kept = PASSIVE.some((start) => name.startsWith(start));
    if (name.endsWith('.h5') && !kept) rmSync(join(drives, 'passive', name));
  }
  return () => rmSync(drives, { recursive: true });
});

describe.each(['wasm', 'tensorflow'] as const)('two epochs on %s', (backend) => {
  const needs = backend === 'tensorflow' ? requirement('tensorflow') : undefined;
  const runs = MODELS.flatMap((model) => [['passive', model] as const, ['active', model] as const]);
  it.skipIf(needs && !needs.present).each(runs)('%s --model %s', async (set, model) => {
    const folder = temporaryFolder();
    const args = set === 'passive' ? passiveRun : activeRun;
    const more = ['--backend', backend, '--cache_dir', join(drives, 'cache')];
    const folds = set === 'passive' ? ['--folds', 'paper', '--final'] : [];
    // Of the CNN, frames: each update is of five million weights.
    const batch = ['--batch-size', model === 'cnn' ? '32' : set === 'passive' ? '4' : '16'];
    const ended = await ncpTrain(args(join(drives, set), folder, model, ...more, ...batch, ...folds));
    expect(ended.status, ended.stderr).toBe(0);
    const run = join(folder, set, `${model}_session`, set === 'passive' ? 'experiment_0' : '');
    const rows = read(run, 'train_log.csv').trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(',').length)).toEqual([5, 5, 5]);
    const figures = rows.flatMap((row) => row.split(',')).filter((cell) => cell !== '');
    for (const figure of figures) expect(Number.isFinite(Number(figure))).toBe(true);
    expect(JSON.parse(read(run, 'run.json'))).toMatchObject({ state: 'finished', backend });
    expect(read(run, 'final.csv').split('\n')[0].includes('test_loss')).toBe(set === 'passive');
  });
});
