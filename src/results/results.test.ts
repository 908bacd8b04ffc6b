/** Tables from runs written by hand; the arithmetic of every expected number stands beside it. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FLOORS, makeArchiveActive, makeArchivePassive, makeRun } from '../../test/made-runs.ts';
import { DataError, UsageError } from '../errors.ts';
import { digestsIn } from '../files/digest.ts';
import { recordText } from '../train/run/run-record.ts';
import { resultsAsText } from './formats.ts';
import { readResults } from './results.ts';
import { findRuns } from './runs/find-runs.ts';
import { readOwnRun } from './runs/own-run.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'results-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const LOG = [
  [5, 1.5, 4, 1.2],
  [3, 1.3, 3, 1.1],
  ['', '', 3.5, 1.15],
];
/** A finished run whose test loss and MAE are given. */
const run = (model: string, fold: number, loss: number, mae: number) =>
  makeRun(root, { model, fold, log: LOG, final: [1, 3, 1.3, 3, 1.1, loss, mae] });

const tableOf = async (...folders: string[]) =>
  (await readResults(folders.length ? folders : [root])).tables[0];

describe('runs of this program', () => {
  test('mean and deviation with divisor n, over folds', async () => {
    for (const [fold, loss] of [2, 4, 9].entries()) run('lstm', fold, loss, loss / 2);
    const [group] = (await tableOf()).groups;
    // 2 4 9: mean 5, squares 9 1 16, deviation √(26/3)
    expect(group.figures.test_loss).toEqual({ mean: 5, deviation: Math.sqrt(26 / 3), n: 3 });
    expect(group.figures.test_mae?.mean).toBe(2.5);
    expect(group.bestEpoch).toEqual({ mean: 1, deviation: 0, n: 3 });
    expect(group.missing).toEqual([]);
  });

  test('the floor stands below, once for each fold however many models have it', async () => {
    run('lstm', 0, 1, 1);
    run('wm', 0, 1, 1);
    run('wm', 1, 1, 1);
    const { floors } = await tableOf();
    expect(floors.map(({ label, n }) => [label, n])).toEqual([
      ['best constant', 2],
      ['last value', 2],
    ]);
    expect(floors[0].figures.test_loss?.mean).toBe(FLOORS.test.constant.loss);
    expect(floors[0].figures.train_loss).toBeNull();
    expect(floors[1].figures.valid_mae?.mean).toBe(FLOORS.validation.last_value.mae);
  });

  test('labels in other units come with errors in 1/km', async () => {
    const record = { input: { crop: 'paper', channel_order: 'rgb', label_scale: 50, label_sign: 1 } };
    makeRun(root, { model: 'lstm', fold: 0, log: LOG, final: [1, 3, 1.3, 3, 1.1, 2, 0.5], record });
    const results = await readResults([root]);
    // 0.5 label units / 50 = 0.01 1/m = 10 1/km
    expect(results.tables[0].groups[0].perKilometre.test_mae?.mean).toBe(10);
    expect(resultsAsText(results, false)).toContain('one label unit is 20 1/km');
    expect(resultsAsText(results, false)).toContain('test MAE, 1/km');
  });

  test('losses stand as shares of the best constant’s, whatever the label scale', async () => {
    run('lstm', 0, 2, 1);
    const results = await readResults([root]);
    const { groups, floors } = results.tables[0];
    expect(groups[0].ofConstant.test_loss?.mean).toBe(2 / FLOORS.test.constant.loss);
    expect(floors[0].ofConstant.test_loss?.mean).toBe(1);
    expect(floors[1].ofConstant.valid_loss?.mean).toBe(
      FLOORS.validation.last_value.loss / FLOORS.validation.constant.loss,
    );
    const text = resultsAsText(results, false);
    expect(text).toMatch(/test loss, % of constant’s\n/);
    expect(text).toMatch(/best constant +100\.0 +100\.0\n/);
  });

  test('floors of other label scales are told apart', async () => {
    run('lstm', 0, 2, 1);
    const record = { input: { crop: 'paper', channel_order: 'rgb', label_scale: 50, label_sign: 1 } };
    makeRun(root, { model: 'wm', fold: 0, log: LOG, final: [1, 3, 1.3, 3, 1.1, 2, 0.5], record });
    const text = resultsAsText(await readResults([root]), false);
    expect(text).toContain('best constant (scale 1000)');
    expect(text).toContain('best constant (scale 50)');
  });

  test('unfinished folds do not count, and are named with their last whole row', async () => {
    run('lstm', 0, 2, 1);
    const folder = makeRun(root, { model: 'lstm', fold: 1, state: 'running', log: LOG.slice(0, 2) });
    appendFileSync(join(folder, 'train_log.csv'), '2,0.5,0');
    const begun = makeRun(root, { model: 'lstm', fold: 2, state: 'stopped', log: [] });
    mkdirSync(join(begun, 'checkpoints', 'epoch_000'), { recursive: true });
    const { groups, notes } = await tableOf();
    expect(groups[0].counted).toHaveLength(1);
    expect(notes).toEqual([
      'lstm fold 1 does not count: interrupted, epoch 1, best so far 3.000 at epoch 1',
      'lstm fold 2 does not count: stopped, no whole epoch yet',
      'lstm fold 1: train_log.csv is cut in its last line, which is left out',
    ]);
  });

  test('runs that never trained make no row, and are named with their cause', async () => {
    run('lstm', 0, 2, 1);
    const record = { cause: 'the wiring is missing' };
    const folder = makeRun(root, { model: 'wm', fold: 1, state: 'failed', log: [], record });
    const { groups, notes } = await tableOf();
    expect(groups.map(({ model }) => model)).toEqual(['lstm']);
    const why =
      'failed before its first checkpoint: the wiring is missing; the corrected command starts it over';
    expect(notes).toContain(`${folder} never trained: ${why}`);
    expect((await findRuns([folder])).runs[0]).toMatchObject({ state: 'never trained', notes: [why] });
    expect(await readResults([folder])).toMatchObject({
      tables: [],
      warnings: expect.arrayContaining([`${folder} never trained: ${why}`]),
    });
  });

  test('what only never trained of a kind is named all the same', async () => {
    run('lstm', 0, 2, 1);
    makeRun(root, { model: 'wm', state: 'failed', log: [] });
    const results = await readResults([root]);
    expect(results.tables.map(({ kind }) => kind)).toEqual(['passive']);
    expect(resultsAsText(results, false)).toMatch(/active\/wm_session never trained: failed/);
  });

  test('missing folds are named, as many as the cross-testing has', async () => {
    run('lstm', 1, 2, 1);
    expect((await tableOf()).notes).toEqual(['lstm: folds 0, 2 missing']); // of 3, as run.json says
  });

  test('what was moved aside is left out, and said', async () => {
    const folder = run('lstm', 0, 2, 1);
    renameSync(folder, `${folder}.1`);
    run('lstm', 0, 4, 1);
    const { groups, notes } = await tableOf();
    expect(groups[0].figures.test_loss).toEqual({ mean: 4, deviation: 0, n: 1 });
    expect(notes).toContainEqual(expect.stringContaining('experiment_0.1 is left out'));
  });

  test('other data, options and folds are warned of, with who has what', async () => {
    run('lstm', 0, 2, 1);
    run('lstm', 1, 2, 1);
    const final = [1, 3, 1.3, 3, 1.1, 2, 1];
    makeRun(root, { model: 'wm', fold: 0, log: LOG, final, options: { lr: 0.01, workers: 2 } });
    makeRun(root, { model: 'gru', fold: 0, log: LOG, final, record: { fingerprint: 'ffffffffff' } });
    expect((await tableOf()).warnings).toEqual([
      'the recordings differ (fingerprint): ffffffff (gru), a1b2c3d4 (lstm, wm)',
      'the option lr differs: 0.0005 (gru, lstm), 0.01 (wm)',
      'the folds differ, and with them what is tested: 0 (gru, wm); 0, 1 (lstm)',
    ]);
  });

  test('two sessions of one model keep apart', async () => {
    run('lstm', 0, 2, 1);
    makeRun(root, { model: 'lstm', session: 'slow', fold: 0, log: LOG, final: [1, 3, 1, 3, 1, 8, 1] });
    const { groups } = await tableOf();
    expect(groups.map(({ label, figures }) => [label, figures.test_loss?.mean])).toEqual([
      ['lstm_session', 2],
      ['lstm_slow', 8],
    ]);
  });

  test('a folder that is given twice, or reached by a link, counts once', async () => {
    const folder = run('lstm', 0, 2, 1);
    symlinkSync(join(root, 'passive'), join(root, 'passive', 'round'));
    expect((await tableOf(root, folder, join(root, 'passive'))).groups[0].counted).toHaveLength(1);
    expect((await tableOf(join(root, 'passive', 'round'))).groups[0].counted).toHaveLength(1);
  });

  test('active runs have no folds and no test', async () => {
    makeRun(root, { model: 'cnn', log: LOG, final: [1, 3, 1.3, 3, 1.1] });
    const table = await tableOf();
    expect(table.kind).toBe('active');
    expect(table.notes).toEqual([]);
    expect(resultsAsText({ tables: [table], warnings: [] }, true)).not.toContain('test');
  });
});

describe('what is not as the run wrote it', () => {
  const FILES = ['train_log.csv', 'final.csv'];

  test.each([
    ['train_log.csv', { test_loss: 2, epochs: 0 }],
    ['final.csv', { test_loss: undefined, epochs: 3 }],
  ])('%s is left out, and said', async (name, figures) => {
    const folder = run('lstm', 1, 2, 1);
    const record = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    writeFileSync(join(folder, 'run.json'), recordText({ ...record, files: await digestsIn(folder, FILES) }));
    const left = `lstm fold 1: ${name} is left out: it is not as the run wrote it`;
    expect((await tableOf()).notes).not.toContain(left);
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace('1.2', '1.3').replace('1.1', '1.0'));
    const { notes, groups } = await tableOf();
    expect(notes).toContain(left);
    expect(groups[0].figures.test_loss?.mean).toBe(figures.test_loss);
    expect((await readOwnRun(folder)).epochs).toHaveLength(figures.epochs);
  });

  test('a run of 0.1.0 has no digests to tell it by, which is said once', async () => {
    for (const fold of [0, 1]) {
      const path = join(run('lstm', fold, 2, 1), 'run.json');
      const { digest: _, ...record } = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify(record));
    }
    const said = '2 runs were begun by 0.1.0, which wrote no digests: what was written is taken as it is';
    expect((await tableOf()).notes.filter((note) => note.includes('0.1.0'))).toEqual([said]);
    run('lstm', 2, 2, 1);
    expect((await tableOf()).notes.filter((note) => note.includes('0.1.0'))).toEqual([said]);
  });

  test('run.json with another figure than it was written with counts as damaged', async () => {
    const folder = run('lstm', 1, 2, 1);
    const text = recordText(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));
    writeFileSync(join(folder, 'run.json'), text.replace('"loss": 9,', '"loss": 8,'));
    expect((await tableOf()).notes).toContain('lstm fold 1: run.json is damaged');
  });
});

describe('damage costs what is damaged, and is said', () => {
  const GOOD = { mean: 2, deviation: 0, n: 1 };

  test.each<[string, (folder: string) => void, string[]]>([
    [
      'run.json cut',
      (folder) => writeFileSync(join(folder, 'run.json'), '{"format":"ncp-t'),
      ['lstm fold 1: run.json is damaged', 'lstm fold 1: its label scale is not recorded'],
    ],
    [
      'run.json gone',
      (folder) => rmSync(join(folder, 'run.json')),
      ['lstm fold 1: run.json is missing', 'lstm fold 1: its label scale is not recorded'],
    ],
    [
      'config.yaml no YAML',
      (folder) => writeFileSync(join(folder, 'config.yaml'), '{{{'),
      ['lstm fold 1: config.yaml is damaged'],
    ],
    ['the log gone', (folder) => rmSync(join(folder, 'train_log.csv')), []],
    [
      'the log without epoch numbers',
      (folder) => writeFileSync(join(folder, 'train_log.csv'), '\0\0\0\0'),
      ['lstm fold 1: train_log.csv has no column epoch, train_loss, valid_loss: its first line is damaged'],
    ],
  ])('%s: final figures still count', async (_, damage, notes) => {
    run('lstm', 0, 2, 1);
    damage(run('lstm', 1, 2, 1));
    run('lstm', 2, 2, 1);
    const table = await tableOf();
    expect(table.groups[0].figures.test_loss).toEqual({ ...GOOD, n: 3 });
    expect(table.notes).toEqual(notes);
    expect(table.labelScale).toBe(1000);
  });

  test.each([
    ['empty', ''],
    ['cut in its head', 'best_ep'],
    ['cut in its figures', 'best_epoch,train_loss,train_mae,valid_loss,valid_mae,test_loss,test_mae\n1,3,1'],
    [
      'of a diverged run',
      'best_epoch,train_loss,train_mae,valid_loss,valid_mae,test_loss,test_mae\nnan,3,1,1,1,1,1\n',
    ],
  ])('final.csv %s: the log stands in, without a test', async (_, text) => {
    run('lstm', 0, 2, 1);
    writeFileSync(join(run('lstm', 1, 2, 1), 'final.csv'), text);
    const { groups, notes } = await tableOf();
    expect(groups[0].figures.test_loss).toEqual(GOOD);
    expect(groups[0].figures.valid_loss).toEqual({ mean: 3, deviation: 0, n: 2 });
    expect(notes.join('\n')).toContain('final.csv gives no figures: those of train_log.csv are taken');
    expect(notes.join('\n')).toContain('test loss, test MAE of 1 of its 2 folds');
  });

  test('rows of NaN are not the best', async () => {
    const log = [
      ['nan', 'nan', 'nan', 'nan'],
      [5, 1, 4, 1],
      [5, 1, 6, 1],
    ];
    makeRun(root, { model: 'wm', fold: 0, state: 'failed', log });
    expect((await tableOf()).notes).toEqual([
      'wm: folds 1, 2 missing',
      'wm fold 0 does not count: failed, epoch 2, best so far 4.000 at epoch 1',
      'wm fold 0: train_log.csv: line 2 with what is no finite number',
    ]);
  });

  test('entries of run.json of another type count as absent', async () => {
    const record = { floors: 'high', input: { label_scale: 'big' }, resumed: 7, fingerprint: 3, folds: -0.5 };
    makeRun(root, { model: 'wm', fold: 0, log: LOG, final: [1, 3, 1, 3, 1, 2, 1], record });
    const { groups, floors } = await tableOf();
    expect(groups[0].figures.test_loss).toEqual(GOOD);
    expect(floors).toEqual([]);
  });

  test('nothing at all is a DataError that names what was looked at', async () => {
    mkdirSync(join(root, 'empty'));
    await expect(readResults([join(root, 'empty'), join(root, 'nowhere')])).rejects.toThrow(DataError);
    await expect(readResults([join(root, 'nowhere')])).rejects.toThrow(/nowhere: there is no such folder/);
  });

  test('one of several folders that is not there is warned of', async () => {
    run('lstm', 0, 2, 1);
    const { tables, warnings } = await readResults([root, join(root, 'nowhere')]);
    expect(tables).toHaveLength(1);
    expect(warnings).toEqual([`${join(root, 'nowhere')}: there is no such folder`]);
  });
});

describe('the archive of the published scripts', () => {
  const ARCHIVE_LOG = [
    [8, 2, 7, 1.8],
    [6, 1.5, 5, 1.4],
  ];

  test('passive runs, under any of its folder names', async () => {
    for (const [n, name] of ['passive_sessions', 'pretrained_passive_models'].entries()) {
      for (let fold = 0; fold < 10; fold++) {
        const final = [5, 6, 1.5, 5, 1.4, fold, 1];
        makeArchivePassive(join(root, name), `tf_gru_${n}`, fold, ARCHIVE_LOG, final);
      }
    }
    const { groups, labelScale, notes } = await tableOf();
    expect(labelScale).toBe(1000);
    expect(notes).toEqual([]);
    expect(groups.map(({ model, session }) => [model, session])).toEqual([
      ['tf_gru', '0'],
      ['tf_gru', '1'],
    ]);
    // 0..9: mean 4.5, variance (10² − 1)/12
    expect(groups[0].figures.test_loss?.mean).toBe(4.5);
    expect(groups[0].figures.test_loss?.deviation).toBeCloseTo(Math.sqrt(99 / 12), 12);
    expect(groups[0].bestEpoch?.mean).toBe(5);
  });

  test('in the active log `test_*` is validation, and the last row of the finished model', async () => {
    const folder = makeArchiveActive(join(root, 'active_sessions'), 'e2e_lstm_session', ARCHIVE_LOG);
    const log = join(folder, 'train_e2e_lstm_session.csv');
    appendFileSync(log, '1; 5; 1.2; 4; 1.1\n'); // epoch 1 a second time
    const [group] = (await tableOf()).groups;
    expect(group).toMatchObject({ kind: 'active', model: 'lstm', session: 'session' });
    expect(group.figures.valid_loss?.mean).toBe(4);
    expect(group.figures.test_loss).toBeNull();
    expect(group.bestEpoch?.mean).toBe(2);
    expect(group.counted[0].epochs.map(({ epoch, valid_loss }) => [epoch, valid_loss])).toEqual([
      [0, 7],
      [1, 5],
      [2, 4],
    ]);
    mkdirSync(join(folder, 'checkpoints', 'epoch_001'), { recursive: true });
    expect((await tableOf()).groups[0].unfinished).toHaveLength(1);
    mkdirSync(join(folder, 'checkpoints', 'final'));
    expect((await tableOf()).groups[0].counted).toHaveLength(1);
  });

  test('damaged files cost no other run', async () => {
    const at = (fold: number) =>
      makeArchivePassive(root, 'lstm_session', fold, ARCHIVE_LOG, [1, 6, 1.5, 5, 1.4, 3, 1]);
    at(0);
    writeFileSync(
      join(at(1), 'final.csv'),
      'best_epoch; train_loss; train_mae; valid_loss; valid_mae\n1; 6; 1.',
    );
    rmSync(join(at(2), 'final.csv'));
    writeFileSync(join(at(3), 'train_log.csv'), '');
    rmSync(join(at(4), 'train_log.csv'));
    const { groups, notes } = await tableOf();
    expect(groups[0].counted.map(({ fold }) => fold)).toEqual([0, 1, 3, 4]);
    expect(groups[0].figures.test_loss).toEqual({ mean: 3, deviation: 0, n: 3 });
    expect(notes).toEqual([
      'lstm: folds 5–9 missing',
      'lstm fold 2 does not count: unfinished, epoch 1, best so far 5.000 at epoch 1',
      'lstm: test loss, test MAE of 3 of its 4 folds (--final measures the test)',
      'lstm fold 1: final.csv is cut in its last line, which is left out',
      'lstm fold 1: the figures are those of the log, without a test',
      'lstm fold 3: train_log.csv is empty',
      'lstm fold 4: train_log.csv is missing',
    ]);
  });

  test('beside runs of this program it is warned that nothing is known of it', async () => {
    run('wm', 0, 1, 1);
    makeArchivePassive(root, 'lstm_session', 0, ARCHIVE_LOG, [1, 6, 1.5, 5, 1.4, 3, 1]);
    expect((await tableOf()).warnings).toEqual([expect.stringContaining('published scripts')]);
  });
});

describe('two models over folds', () => {
  test('difference and p, of the folds that both have', async () => {
    for (const [fold, loss] of [5, 6, 7, 9].entries()) run('lstm', fold, loss, 1);
    for (const [fold, loss] of [4, 4, 4].entries()) run('wm', fold, loss, 1);
    const { comparison } = await readResults([root], 'wm,lstm');
    const test_loss = comparison?.figures.find(({ figure }) => figure === 'test_loss');
    // −1 −2 −3: mean −2, deviation √(2/3); all of one sign: p = 2/2³
    expect(test_loss).toMatchObject({
      folds: [0, 1, 2],
      difference: { mean: -2, deviation: Math.sqrt(2 / 3), n: 3 },
      test: { W: 0, p: 0.25, n: 3 },
    });
    expect(comparison?.unlike).toEqual([]);
  });

  test('folds that were trained on other recordings are named', async () => {
    const final = [1, 3, 1.3, 3, 1.1, 2, 1];
    run('lstm', 0, 2, 1);
    makeRun(root, { model: 'wm', fold: 0, log: LOG, final, record: { fingerprint: 'ffffffffff' } });
    expect((await readResults([root], 'wm,lstm')).comparison?.unlike).toEqual([0]);
  });

  test.each([
    ['wm', 'expected two models'],
    ['wm,lstm,gru', 'expected two models'],
    ['wm,wm', 'both are wm'],
    ['wm,lstm_c', 'did you mean "lstm_'],
    ['wm,lstm', 'lstm_a or lstm_b'],
    ['wm,gru', 'no finished fold in common'],
  ])('%s is refused in words', async (names, message) => {
    run('wm', 0, 1, 1);
    run('gru', 1, 1, 1);
    for (const session of ['a', 'b']) makeRun(root, { model: 'lstm', session, fold: 0, log: LOG });
    const refused = readResults([root], names);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
