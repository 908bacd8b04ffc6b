/** `analyse …` on the built command: files, columns, and what is said of bad input. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { WM_NUMBERS } from '../../src/config/schema.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { numberedWiring } from '../../src/models/wiring/paper.ts';
import { wiringToJson } from '../../src/models/wiring/wiring-json.ts';
import { makeRun } from '../made-runs.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

const rowsOf = (path: string): Record<string, string>[] =>
  parse(readFileSync(path, 'utf8'), { columns: true });

test('parameters: the paper’s table for all models, as text, CSV and JSON', async () => {
  const csv = join(temporaryFolder(), 'parameters.csv');
  const { status, stdout, stderr } = await ncpTrain(['analyse', 'parameters', '--csv', csv]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
    "                 convolutions      dense  inputs  recurrent  output      total  absent  units  synapses
    wm                     71,388      8,032      64      1,065       1     80,550   2,868     19       252
    lstm                   71,388      8,032       –     24,832      65    104,317       –     64    24,640
    gru                    71,388      8,032       –     18,624      65     98,109       –     64    18,496
    tf_gru                 71,388      8,032       –     18,624      65     98,109       –     64    18,496
    vanilla                71,388      8,032       –      6,208      65     85,693       –     64     6,208
    ctrnn                  71,388      8,032       –      2,112      65     81,597       –     64     2,112
    ctrnn, feedback        71,388      8,032       –      6,208      65     85,693       –     64     6,208
    ctgru                  71,388      8,032       –    105,536      65    185,021       –     64   104,512
    cnn                   103,700  4,965,100       –          –     100  5,068,900       –      –         –

    absent: numbers in the file that are never trained: of synapses that do not exist, or kept at 0 by --sparsity
    synapses: connections into units and outputs
    "
  `);
  const rows = rowsOf(csv);
  expect(Object.keys(rows[0])).toEqual([
    ...['name', 'model', 'convolutions', 'dense', 'inputs', 'recurrent', 'output'],
    ...['total', 'absent', 'units', 'synapses'],
  ]);
  expect(rows.map(({ name }) => name)).toContain('ctrnn, feedback');
});

test('parameters of a checkpoint, and options that contradict it', async () => {
  await useBackend('wasm');
  const file = join(temporaryFolder(), 'gru.safetensors');
  await saveModel(file, buildModel({ model: 'gru', lstm_size: 5 }, 1));
  const { stdout } = await ncpTrain(['analyse', 'parameters', file, '--json']);
  // 3 matrices of (32 + 5)·5 and 3 biases; 5 + 1 for the output
  expect(JSON.parse(stdout).models).toMatchObject([
    { name: file, model: 'gru', parts: { recurrent: 3 * 37 * 5 + 15, output: 6 }, units: 5 },
  ]);
  const refused = await ncpTrain(['analyse', 'parameters', file, '--lstm-size', '3']);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('leave out --lstm-size')]);
  const absent = await ncpTrain(['analyse', 'parameters', '/nowhere']);
  expect([absent.status, absent.stderr]).toEqual([3, expect.stringContaining('there is no such checkpoint')]);
});

test('wiring: picture and tables of a checkpoint', async () => {
  await useBackend('wasm');
  const folder = temporaryFolder();
  const file = join(folder, 'wm.safetensors');
  await saveModel(file, buildModel({ model: 'wm' }, 1));
  const out = join(folder, 'out');
  const { status, stdout, stderr } = await ncpTrain(['analyse', 'wiring', file, '--out', out]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('32 inputs, 19 neurons, 252 synapses');
  expect(readdirSync(out).sort()).toEqual(
    ['connections.csv', 'layers.csv', 'synapses.csv', 'wiring.png', 'wiring.svg'].sort(),
  );
  const synapses = rowsOf(join(out, 'synapses.csv'));
  expect(synapses).toHaveLength(252);
  expect(Object.keys(synapses[0])).toEqual([
    ...['source_layer', 'source', 'target_layer', 'target', 'polarity', 'w', 'mu', 'sigma', 'erev'],
  ]);
  expect(Number(synapses[0].w)).toBeGreaterThan(0.1);
  expect(Object.keys(rowsOf(join(out, 'layers.csv'))[0])).toEqual(['layer', 'neurons', 'parameters']);
  expect(Object.keys(rowsOf(join(out, 'connections.csv'))[0])).toEqual([
    ...['from', 'to', 'synapses', 'excitatory', 'inhibitory', 'parameters', 'mean_w'],
  ]);
  expect((await sharp(join(out, 'wiring.png')).metadata()).width).toBe(1720);
});

test('wiring: a crowd has tables and a warning, what is no wm is refused', async () => {
  await useBackend('wasm');
  const folder = temporaryFolder();
  const wiring = join(folder, 'large.json');
  writeFileSync(
    wiring,
    JSON.stringify(wiringToJson(numberedWiring({ ...WM_NUMBERS, wm_inter_neurons: 300 }, 32))),
  );
  const out = join(folder, 'out');
  const { status, stdout, stderr } = await ncpTrain([
    'analyse',
    'wiring',
    '--wiring',
    wiring,
    '--out',
    out,
    '--json',
  ]);
  expect(status).toBe(0);
  expect(stderr).toContain('warning: no picture: 339 inputs and neurons');
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'mk2',
    files: ['synapses.csv', 'layers.csv', 'connections.csv'],
  });
  expect(readdirSync(out)).toHaveLength(3);

  const lstm = join(folder, 'lstm.safetensors');
  await saveModel(lstm, buildModel({ model: 'lstm' }, 1));
  for (const [args, exit, message] of [
    [[lstm], 2, 'is a lstm: only wm has a wiring'],
    [[lstm, '--wiring', 'small'], 2, 'a checkpoint has its own wiring'],
    [[], 2, 'give a checkpoint, or --wiring'],
    [['--wiring', '/nowhere.json'], 2, 'the wiring /nowhere.json cannot be used'],
  ] as const) {
    const refused = await ncpTrain(['analyse', 'wiring', ...args]);
    expect([refused.status, refused.stderr]).toEqual([exit, expect.stringContaining(message)]);
    expect(refused.stderr).not.toMatch(/\n {4}at /);
  }
});

test('sparsity: table, picture and warnings of runs side by side', async () => {
  const folder = temporaryFolder();
  const sessions = join(folder, 'sessions');
  const log = [
    [6, 1.5, 5, 1.4],
    ['', '', 4, 1.2],
  ];
  for (const [sparsity, test] of [
    [-1, 4],
    [0.5, 5],
    [0.9, 8],
  ]) {
    const session = `sparse${sparsity}`;
    makeRun(sessions, {
      model: 'lstm',
      fold: 0,
      session,
      log,
      final: [1, 3, 1, 4, 1.2, test, 1],
      options: { sparsity },
    });
  }
  const out = join(folder, 'out');
  const { status, stdout, stderr } = await ncpTrain(['analyse', 'sparsity', sessions, '--out', out]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.replaceAll(out, 'OUT')).toMatchInlineSnapshot(`
    "mean ± standard deviation (divisor n) over folds, in label units; sparsity: share of the recurrent weights that stays 0

    model  sparsity  runs  validation loss  validation MAE  test loss  test MAE
    lstm   0         1     4.00             1.20            4.00       1.00
    lstm   0.5       1     4.00             1.20            5.00       1.00
    lstm   0.9       1     4.00             1.20            8.00       1.00

    note: lstm: folds 1, 2 missing
    note: lstm 0.5: folds 1, 2 missing
    note: lstm 0.9: folds 1, 2 missing

    OUT: sparsity.svg, sparsity.png, sparsity.csv
    "
  `);
  expect(readdirSync(out).sort()).toEqual(['sparsity.csv', 'sparsity.png', 'sparsity.svg']);
  expect(rowsOf(join(out, 'sparsity.csv')).map(({ sparsity, test_loss }) => [sparsity, test_loss])).toEqual([
    ['0', '4'],
    ['0.5', '5'],
    ['0.9', '8'],
  ]);
  const none = await ncpTrain(['analyse', 'sparsity', join(folder, 'none')]);
  expect([none.status, none.stderr]).toEqual([3, expect.stringContaining('there is no such folder')]);
});
