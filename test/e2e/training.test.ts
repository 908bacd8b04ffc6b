/** `passive`, `active` and `test` on tiny recordings: files, columns, resuming bit for bit, refusals. */
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventsIn } from '../event-files.ts';
import {
  ACTIVE_NAMES,
  activeRun,
  filesIn,
  passiveRun,
  read,
  resultsOf,
  writeRecordings,
} from '../tiny-runs.ts';
import { ncpTrain, signalAt, temporaryFolder } from './command-line.ts';

/** In the folder of a run. */
const EVENTS = 'tensorboard/events.out.tfevents.ncp-train';

const recordings = (names: readonly string[]) => writeRecordings(temporaryFolder(), names);

test('passive leaves exactly these files, with these columns, and test repeats its figures', async () => {
  const data = await recordings(['a', 'b', 'c']);
  const folder = temporaryFolder();
  const { status, stdout, stderr } = await ncpTrain(
    passiveRun(data, folder, 'wm', '--final', '--log_period', '1'),
  );
  expect(status, stderr).toBe(0);
  const run = join(folder, 'passive/wm_session/experiment_0');
  const tables = ['inter_synapses.csv', 'neuron_parameters.csv', 'sensory_synapses.csv'];
  const kept = readdirSync(join(run, 'checkpoints')).filter((name) => name.startsWith('epoch_'));
  expect(filesIn(run)).toEqual(
    [
      ...kept.flatMap((name) =>
        [...tables, 'state.json', 'weights.safetensors'].map((file) => `checkpoints/${name}/${file}`),
      ),
      'checkpoints/epoch_001/optimizer.safetensors',
      'checkpoints/epoch_002/optimizer.safetensors',
      'checkpoints/best',
      'checkpoints/last',
      'config.yaml',
      'final.csv',
      'log.jsonl',
      'metrics.jsonl',
      'plots/loss.svg',
      'run.json',
      'train_log.csv',
    ].sort(),
  );
  const log = read(run, 'train_log.csv').trimEnd().split('\n');
  expect(log[0]).toBe('epoch,train_loss,train_mae,valid_loss,valid_mae');
  expect(log.slice(1).map((line) => line.split(',')[0])).toEqual(['0', '1', '2']);
  expect(log[3]).toMatch(/^2,,,[\d.e-]+,[\d.e-]+$/);
  const [header, values] = read(run, 'final.csv').trimEnd().split('\n');
  expect(header).toBe('best_epoch,train_loss,train_mae,valid_loss,valid_mae,test_loss,test_mae');
  const figures = { loss: expect.any(Number), mae: expect.any(Number) };
  expect(JSON.parse(read(run, 'run.json'))).toMatchObject({
    state: 'finished',
    backend: 'wasm',
    workers: 1,
    folds: 3,
    input: { label_scale: 1000 },
    // 80 frames, of the two training recordings' ends 16 each
    floors: {
      validation: { constant: figures, last_value: figures, frames: 64 },
      test: { constant: figures, last_value: figures, frames: 80 },
    },
  });
  expect(stdout).toContain('finished');
  expect(stderr).toContain('252 synapses');

  const again = await ncpTrain([
    'test',
    run,
    '--data',
    data,
    '--split',
    'test',
    '--experiment_id',
    '0',
    '--folds',
    'auto:3',
    '--backend',
    'wasm',
    '--cache_dir',
    join(folder, 'cache'),
    '--json',
  ]);
  expect(again.status, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout).loss).toBeCloseTo(Number(values.split(',')[5]), 10);
  // What is not said is as the run recorded it, for a checkpoint within the run too.
  for (const part of ['', 'checkpoints/epoch_002/weights.safetensors']) {
    const result = await ncpTrain(['test', join(run, part), '--backend', 'wasm', '--json']);
    expect(result.status, result.stderr).toBe(0);
    const figures = JSON.parse(result.stdout);
    expect(figures).toMatchObject({ data, split: 'test', fold: 0, chunks: JSON.parse(again.stdout).chunks });
    if (part === '') expect(figures.loss).toBe(JSON.parse(again.stdout).loss);
  }
  const other = await ncpTrain(['test', run, '--split', 'validation', '--backend', 'wasm', '--json']);
  expect(JSON.parse(other.stdout)).toMatchObject({ split: 'validation', fold: 0 });

  // What is not said again stays as it was: the default of 50 epochs does not come in.
  const where = ['--model', 'wm', '--experiment_id', '0', '--sessions_dir', folder];
  const finished = await ncpTrain(['passive', ...where, '--resume']);
  expect(finished.status).toBe(0);
  expect(finished.stdout).toContain('already finished');
});

test('interrupted by SIGINT and resumed, a run gives bit for bit what an uninterrupted one gives', async () => {
  const data = await recordings(['a', 'b', 'c']);
  const [whole, broken] = [temporaryFolder(), temporaryFolder()];
  const args = (folder: string, ...more: string[]) =>
    passiveRun(data, folder, 'lstm', '--epochs', '3', '--tensorboard', ...more);
  expect((await ncpTrain(args(whole))).status).toBe(0);

  // Said after five batches.
  expect((await ncpTrain(args(broken), signalAt(/ms a batch/, 'SIGINT'))).status).toBe(130);
  const checkpoint = join(broken, 'passive/lstm_session/experiment_0/checkpoints');
  expect(read(checkpoint, 'last')).toMatch(/^epoch_000_batch_\d{4}/);

  const refused = await ncpTrain(args(broken));
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/--resume.*--new.*--base_path/s);
  const otherwise = await ncpTrain(args(broken, '--resume', '--lr', '0.1'));
  expect(otherwise.status).toBe(2);
  expect(otherwise.stderr).toContain('lr');
  expect((await ncpTrain(args(broken, '--resume'))).status).toBe(0);

  const results = (folder: string) => resultsOf(join(folder, 'passive/lstm_session/experiment_0'));
  expect(Object.keys(results(whole))).toContain('checkpoints/epoch_003/weights.safetensors');
  expect(results(broken)).toEqual(results(whole));
  const events = (folder: string) => eventsIn(join(folder, 'passive/lstm_session/experiment_0', EVENTS));
  expect(events(broken)).toEqual(events(whole));
});

test('with --tensorboard there is one file more, and no number is another; killed and resumed, it is the same', async () => {
  const data = await recordings(['a', 'b', 'c']);
  const [plain, whole, broken] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const run = 'passive/vanilla_session/experiment_0';
  const args = (folder: string, ...more: string[]) => passiveRun(data, folder, 'vanilla', ...more);
  for (const [folder, ...flags] of [[plain], [whole, '--tensorboard']]) {
    const { status, stderr } = await ncpTrain(args(folder, ...flags));
    expect(status, stderr).toBe(0);
  }
  expect(filesIn(join(whole, run))).toEqual([...filesIn(join(plain, run)), EVENTS].sort());
  for (const file of ['train_log.csv', 'final.csv', 'checkpoints/epoch_002/weights.safetensors']) {
    expect(read(whole, run, file) === read(plain, run, file), file).toBe(true);
  }
  const events = (folder: string) => eventsIn(join(folder, run, EVENTS));
  const batches = events(whole).filter((event) => event.startsWith('batch/loss')).length / 2;
  expect(batches).toBeGreaterThan(5);
  const ofEpoch = (epoch: number) => [
    `loss/valid ${epoch}`,
    ...Array.from({ length: batches }, (_, batch) => `batch/loss ${epoch * batches + batch}`),
    `loss/train ${epoch}`,
  ];
  expect(events(whole)).toEqual([...ofEpoch(0), ...ofEpoch(1), 'loss/valid 2']);

  // Said after five batches.
  const killed = await ncpTrain(args(broken, '--tensorboard'), signalAt(/ms a batch/, 'SIGKILL'));
  expect(killed.status).toBe(null);
  expect(events(broken)).toContain('batch/loss 3'); // not in the checkpoint, so measured again
  appendFileSync(join(broken, run, EVENTS), readFileSync(join(whole, run, EVENTS)).subarray(0, 20)); // half a record
  const resumed = await ncpTrain(args(broken, '--tensorboard', '--resume'));
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(events(broken)).toEqual(events(whole));
  expect(statSync(join(broken, run, EVENTS)).size).toBe(statSync(join(whole, run, EVENTS)).size);

  // A run that began without goes on with, and says what is missing.
  const later = await ncpTrain(args(plain, '--tensorboard', '--resume', '--epochs', '3'));
  expect(later.status, later.stderr).toBe(0);
  expect(later.stderr).toMatch(/tfevents\.ncp-train lacks 3 epochs up to 2: --tensorboard was off/);
  expect(events(plain)).toEqual([...ofEpoch(2).slice(1), 'loss/valid 3']);
});

test('active keeps every epoch’s checkpoint with the exported tables', async () => {
  const data = await recordings(ACTIVE_NAMES);
  const folder = temporaryFolder();
  const { status, stderr } = await ncpTrain(activeRun(data, folder, 'lstm', '--tensorboard'));
  expect(status, stderr).toBe(0);
  const run = join(folder, 'active/lstm_session');
  for (const epoch of ['epoch_000', 'epoch_001', 'epoch_002']) {
    expect(readdirSync(join(run, 'checkpoints', epoch))).toEqual(
      expect.arrayContaining(['forget_bias.csv', 'forget_w.csv', 'weights.safetensors']),
    );
  }
  expect(eventsIn(join(run, EVENTS))).toContain('loss/valid 2');

  const selected = await ncpTrain(['active', 'select', run, '--within', '1000%', '--json']);
  expect(selected.status, selected.stderr).toBe(0);
  expect(JSON.parse(selected.stdout)).toMatchObject({ epoch: 0, within: 10, wasThere: false });
  expect(filesIn(join(folder, 'final_models'))).toEqual(
    ['forget_bias.csv', 'forget_w.csv', 'selected.json', 'state.json', 'weights.safetensors'].map(
      (name) => `lstm_session/${name}`,
    ),
  );
});

test('a wiring of one’s own is recorded, resumed with, and tested', async () => {
  const data = await recordings(['a', 'b', 'c']);
  const folder = temporaryFolder();
  const numbers = ['--wm_inter_neurons', '8', '--wm-command-neurons', '6', '--wm_seed', '3'];
  const done = await ncpTrain(passiveRun(data, folder, 'wm', '--epochs', '0', ...numbers));
  expect(done.status, done.stderr).toBe(0);
  const run = join(folder, 'passive/wm_session/experiment_0');
  expect(read(run, 'config.yaml')).toMatch(/^wm_inter_neurons: 8\nwm_command_neurons: 6$/m);
  const weights = readFileSync(join(run, 'checkpoints/epoch_000/weights.safetensors'));
  const header = JSON.parse(weights.toString('utf8', 8, 8 + Number(weights.readBigUInt64LE(0))));
  expect(JSON.parse(header.__metadata__.wiring)).toMatchObject({ units: 15, description: { seed: 3 } });
  const where = ['--model', 'wm', '--experiment_id', '0', '--sessions_dir', folder, '--resume'];
  const other = await ncpTrain(['passive', ...where, '--wm_seed', '4']);
  expect(other.status).toBe(2);
  expect(other.stderr).toContain('wm_seed is 4, the run has 3');
  const further = await ncpTrain(['passive', ...where, '--epochs', '1']);
  expect(further.status, further.stderr).toBe(0);
  expect((await ncpTrain(['test', run, '--backend', 'wasm'])).stdout).toContain('test split of fold 0');

  // The same wiring from a file, which a weights file's header holds as it is.
  const file = join(folder, 'wiring.json');
  writeFileSync(file, header.__metadata__.wiring);
  const own = passiveRun(data, folder, 'wm', '--epochs', '0', '--wiring', file, '--base_path', 'file');
  const fromFile = await ncpTrain(own);
  expect(fromFile.status, fromFile.stderr).toBe(0);
  const log = (session: string) => read(folder, `passive/wm_${session}/experiment_0/train_log.csv`);
  expect(log('file').split('\n')[1]).toMatch(/^0,,,/);
  expect(log('file').split('\n')[1].split(',')[3]).toBe(log('session').split('\n')[1].split(',')[3]);
});

test('a model is not tested on data that is described otherwise than its run was told', async () => {
  const data = await recordings(['a', 'b', 'c']);
  const folder = temporaryFolder();
  const run = passiveRun(data, folder, 'vanilla', '--label_scale', '500', '--epochs', '0');
  expect((await ncpTrain(run)).status).toBe(0);
  writeFileSync(join(data, 'dataset.yaml'), 'label_scale: 1000\n');
  // What the run itself was told otherwise about its own recordings is no contradiction.
  const own = await ncpTrain([
    'test',
    join(folder, 'passive/vanilla_session/experiment_0'),
    '--backend',
    'wasm',
  ]);
  expect(own.status, own.stderr).toBe(0);
  const { status, stderr } = await ncpTrain([
    'test',
    join(folder, 'passive/vanilla_session/experiment_0'),
    '--data',
    data,
  ]);
  expect(status).toBe(2);
  expect(stderr).toContain('label_scale 1000, the model was trained with 500');
});

test.each([
  [['passive', '--model', 'lstn', '--experiment_id', '0'], 2, 'did you mean "lstm"'],
  [['passive', '--model', 'wm'], 2, 'experiment_id'],
  [['passive', '--model', 'wm', '--experiment_id', '0', '--lrr', '1'], 2, 'did you mean --lr?'],
  [['passive', '--model', 'wm', '--experiment_id', '0', '--data', '/nowhere'], 3, 'data generate'],
  [['test', '/nowhere', '--data', '/nowhere'], 3, '/nowhere'],
])('%j ends with status %i', async (args, status, message) => {
  const ended = await ncpTrain([...args, '--backend', 'wasm']);
  expect(ended.status).toBe(status);
  expect(ended.stderr).toContain(message);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
});

test('unknown, contradicting and impossible options are named all at once, with the nearest name', async () => {
  const ended = await ncpTrain([
    'passive',
    '--model',
    'lstn',
    '--lrr',
    '1',
    '--batch-size',
    '0',
    '--experiment_id',
    '0',
    '--wiring',
    'mine.json',
    '--wm_seed',
    '3',
    '--wm-sensory-fanout',
    '99',
    'stray',
  ]);
  expect(ended.status).toBe(2);
  for (const words of [
    'did you mean "lstm"',
    'did you mean --lr?',
    'batch_size',
    'unexpected argument "stray"',
    '--wm_seed 3 has no effect with wiring mine.json',
    '--wm_sensory_fanout 99 has no effect',
  ]) {
    expect(ended.stderr).toContain(words);
  }
  expect(ended.stderr).not.toMatch(/\n {4}at /);
});
