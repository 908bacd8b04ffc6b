/** `results` and `runs` on runs written by hand, on the built command. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { type MadeRun, makeArchivePassive, makeRun } from '../made-runs.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

const LOG = [
  [6, 1.5, 5, 1.4],
  [3, 1.25, 4, 1.2],
  ['', '', 4.5, 1.3],
];

/** Two models on three folds; `wm` 3 has not ended, its log is cut in the middle of a line. */
function sessions(): string {
  const root = temporaryFolder();
  const passive = (model: string, fold: number, loss: number, more: Partial<MadeRun> = {}) =>
    makeRun(root, { model, fold, log: LOG, final: [1, 3, 1.25, 4, 1.2, loss, loss / 4], ...more });
  for (const [fold, loss] of [4, 5, 6].entries()) passive('lstm', fold, loss);
  for (const [fold, loss] of [5, 7].entries()) passive('wm', fold, loss);
  const unfinished = passive('wm', 2, 0, { state: 'running', final: undefined, options: { lr: 0.001 } });
  appendFileSync(join(unfinished, 'train_log.csv'), '3,2.1,0.');
  return root;
}

test('the table, with floor, comparison and what has to be said of it', async () => {
  const { status, stdout, stderr } = await ncpTrain(['results', sessions(), '--compare', 'wm,lstm']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Test loss of lstm: 4 5 6, deviation √(2/3); of wm: 5 7, deviation 1. Differences 1 and 2: p = 2/2².
  expect(stdout).toMatchInlineSnapshot(`
    "passive: mean ± standard deviation (divisor n) over folds, at their best epochs
    units: labels are curvature × 1000, so MAE in 1/km, loss in (1/km)²

                   folds  training loss  validation loss       test loss
    lstm               3    3.00 ± 0.00    4.000 ± 0.000   5.000 ± 0.816
    wm                 2    3.00 ± 0.00    4.000 ± 0.000   6.000 ± 1.000
    best constant      3              –    9.000 ± 0.000  16.000 ± 0.000
    last value         3              –    0.250 ± 0.000   0.500 ± 0.000

                   best epoch  training MAE  validation MAE       test MAE
    lstm            1.0 ± 0.0   1.25 ± 0.00   1.200 ± 0.000  1.250 ± 0.204
    wm              1.0 ± 0.0   1.25 ± 0.00   1.200 ± 0.000  1.500 ± 0.250
    best constant           –             –   2.500 ± 0.000  3.500 ± 0.000
    last value              –             –   0.400 ± 0.000  0.600 ± 0.000

                   validation loss, % of constant’s  test loss, % of constant’s
    lstm                                 44.4 ± 0.0                  31.3 ± 5.1
    wm                                   44.4 ± 0.0                  37.5 ± 6.3
    best constant                       100.0 ± 0.0                 100.0 ± 0.0
    last value                            2.8 ± 0.0                   3.1 ± 0.0

    warning: the option lr differs: 0.0005 (lstm, wm fold 0, 1), 0.001 (wm fold 2)
    warning: the folds differ, and with them what is tested: 0–2 (lstm); 0, 1 (wm)
    note: wm fold 2 does not count: interrupted, epoch 2, best so far 4.000 at epoch 1
    note: wm fold 2: train_log.csv is cut in its last line, which is left out
    best constant: of that very split the mean (loss) or the median (MAE)
    last value: the label of the frame before, which no model sees

    wm − lstm: mean ± standard deviation (divisor n) over common folds;
    below 0, wm is better

                     folds     difference    W    p
    training loss        2    0.00 ± 0.00  0.0    1
    training MAE         2    0.00 ± 0.00  0.0    1
    validation loss      2    0.00 ± 0.00  0.0    1
    validation MAE       2    0.00 ± 0.00  0.0    1
    test loss            2    1.50 ± 0.50  0.0  0.5
    test MAE             2  0.375 ± 0.125  0.0  0.5

    p: Wilcoxon’s signed-rank test, two-sided, exact; differences of 0 left out
    2 differences cannot give a p below 0.5
    "
  `);
  for (const line of stdout.split('\n').filter((text) => !/^(warning|note):/.test(text)))
    expect(line.length).toBeLessThanOrEqual(80);
});

test('--format csv, --json and --curves', async () => {
  const root = sessions();
  const csv = await ncpTrain(['results', root, '--format', 'csv']);
  const rows: Record<string, string>[] = parse(csv.stdout, { columns: true });
  expect(rows.map(({ row, model }) => `${row} ${model}`)).toEqual([
    'model lstm',
    'model wm',
    'floor best constant',
    'floor last value',
  ]);
  const curves = join(root, 'curves.svg');
  const json = await ncpTrain(['results', root, '--json', '--curves', curves]);
  expect(readFileSync(curves, 'utf8')).toMatch(/^<svg .*Learning curves/s);
  expect(JSON.parse(json.stdout).tables[0].models[0].figures.test_loss.mean).toBe(5);
});

test('runs lists every run with its state', async () => {
  const root = sessions();
  makeArchivePassive(join(root, 'pretrained_passive_models'), 'cnn_session', 3, [[6, 1.5, 5, 1.4]]);
  const { status, stdout } = await ncpTrain(['runs', root]);
  expect(status).toBe(0);
  expect(stdout.replaceAll(root, 'sessions')).toMatchInlineSnapshot(`
    "run             model  fold  state        epoch  best loss   time    backend
    sessions/passive/lstm_session/
      experiment_0  lstm   0     finished     2/2    4.000 at 1  30 min  tensorflow
      experiment_1  lstm   1     finished     2/2    4.000 at 1  30 min  tensorflow
      experiment_2  lstm   2     finished     2/2    4.000 at 1  30 min  tensorflow
    sessions/passive/wm_session/
      experiment_0  wm     0     finished     2/2    4.000 at 1  30 min  tensorflow
      experiment_1  wm     1     finished     2/2    4.000 at 1  30 min  tensorflow
      experiment_2  wm     2     interrupted  2/2    4.000 at 1  0 s     tensorflow
    sessions/pretrained_passive_models/cnn_session/
      experiment_3  cnn    3     unfinished   1      5.000 at 0  –       –

    note: sessions/passive/wm_session/experiment_2: train_log.csv is cut in its last line, which is left out
    "
  `);
  const { runs } = JSON.parse((await ncpTrain(['runs', root, '--json'])).stdout);
  expect(runs).toHaveLength(7);
  expect(runs.at(-1)).toMatchObject({ model: 'cnn', fold: 3, state: 'unfinished', backend: null });
  expect(runs[5]).toMatchObject({ model: 'wm', fold: 2, state: 'interrupted', last_epoch: 2, epochs: 2 });
});

test('bad input ends in words, never in a stack', async () => {
  const empty = temporaryFolder();
  for (const command of ['results', 'runs']) {
    const { status, stdout, stderr } = await ncpTrain([command, empty]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain(`no runs below ${empty}`);
    expect(stderr).not.toMatch(/\n {4}at /);
  }
  const ruined = join(empty, 'passive/lstm_session/experiment_0');
  mkdirSync(join(ruined, 'train_log.csv'), { recursive: true });
  writeFileSync(join(ruined, 'run.json'), '\0');
  writeFileSync(join(ruined, 'config.yaml'), 'a: [');
  const { status, stdout } = await ncpTrain(['results', empty]);
  expect(status).toBe(0);
  expect(stdout).toContain(
    'lstm fold 0 does not count: whether it is finished cannot be read, no whole epoch yet',
  );
  const refused = await ncpTrain(['results', empty, '--compare', 'wm,gru']);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('unknown model "wm"')]);
});

test.each([
  [['/nowhere'], 3, 'there is no such folder'],
  [['/nowhere', '--within', '5'], 2, 'expected a percentage'],
  [[], 2, 'run is missing: folder of a finished active run'],
])('active select %j ends with status %i', async (args, status, message) => {
  const ended = await ncpTrain(['active', 'select', ...args]);
  expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(message)]);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
});
