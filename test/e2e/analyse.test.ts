/** `analyse …` on the built command: files, columns, and what is said of bad input. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { createRecording } from '../../src/data/recordings/recording-writer.ts';
import type { InputDescription } from '../../src/models/input-description.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { numberedWiring } from '../../src/models/wiring/paper.ts';
import { wiringToJson } from '../../src/models/wiring/wiring-json.ts';
import { WM_NUMBERS } from '../../src/options/schema.ts';
import { stream } from '../../src/random/stream.ts';
import { makeRun } from '../made-runs.ts';
import { ENTRY, ncpTrain, temporaryFolder } from './command-line.ts';

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
    'name',
    'model',
    'convolutions',
    'dense',
    'inputs',
    'recurrent',
    'output',
    'total',
    'absent',
    'units',
    'synapses',
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
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('leave out --lstm_size')]);
  const absent = await ncpTrain(['analyse', 'parameters', '/nowhere']);
  expect([absent.status, absent.stderr]).toEqual([3, expect.stringContaining('there is no such checkpoint')]);
});

test('parameters: --safe_csv keeps a name of others from being computed', async () => {
  await useBackend('wasm');
  const folder = temporaryFolder();
  await saveModel(join(folder, '=1+1.safetensors'), buildModel({ model: 'wm' }, 1));
  const csv = join(folder, 'parameters.csv');
  const nameOf = (...flags: string[]) => {
    const args = [ENTRY, 'analyse', 'parameters', '=1+1.safetensors', '--csv', csv, ...flags];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return rowsOf(csv)[0].name;
  };
  expect(nameOf()).toBe('=1+1.safetensors');
  expect(nameOf('--safe_csv')).toBe("'=1+1.safetensors");
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
    'source_layer',
    'source',
    'target_layer',
    'target',
    'polarity',
    'w',
    'mu',
    'sigma',
    'erev',
  ]);
  expect(Number(synapses[0].w)).toBeGreaterThan(0.1);
  expect(Object.keys(rowsOf(join(out, 'layers.csv'))[0])).toEqual(['layer', 'neurons', 'parameters']);
  expect(Object.keys(rowsOf(join(out, 'connections.csv'))[0])).toEqual([
    'from',
    'to',
    'synapses',
    'excitatory',
    'inhibitory',
    'parameters',
    'mean_w',
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

const INPUT: InputDescription = {
  height: 78,
  width: 200,
  crop: 'full',
  channel_order: 'rgb' as const,
  rate_hz: 10,
  label_scale: 1000,
  label_sign: 1 as const,
};

/** Twelve frames that change, a curve to the left; with states as a drive of a model leaves them. */
async function writeDriven(path: string, where: 'nowhere' | 'position', states = false): Promise<string> {
  const N = 12;
  const each = (value: (n: number) => number) => Float64Array.from({ length: N }, (_, n) => value(n));
  const writer = await createRecording(path, {
    height: 20,
    width: 50,
    attributes: { model: 'lstm', road_seed: 1 },
    extras: [
      ...(where === 'position' ? ['position_x', 'position_y'] : []),
      ...(states ? [{ name: 'states/h', type: 'float32' as const, width: 2 }] : []),
    ],
  });
  const draws = stream(1, 'driven');
  writer.append(
    Uint8Array.from({ length: N * 20 * 50 * 3 }, () => draws.integer(0, 256)),
    each(() => 0.01),
    each((n) => n / 10),
    {
      ...(where === 'position' ? { position_x: each((n) => n), position_y: each((n) => (n * n) / 50) } : {}),
      ...(states ? { 'states/h': Float32Array.from({ length: 2 * N }, (_, i) => (i >> 1) * (i % 2)) } : {}),
    },
  );
  await writer.finish();
  return path;
}

test('lipschitz, pca and activity of checkpoints over a recording', async () => {
  await useBackend('wasm');
  const folder = temporaryFolder();
  const drive = await writeDriven(join(folder, 'drive.h5'), 'position');
  writeFileSync(join(folder, 'dataset.yaml'), 'label_scale: 500\n'); // states have no labels
  const [wm, lstm] = [join(folder, 'wm.safetensors'), join(folder, 'lstm.safetensors')];
  await saveModel(wm, buildModel({ model: 'wm' }, 1), INPUT);
  await saveModel(lstm, buildModel({ model: 'lstm', lstm_size: 3 }, 1), INPUT);
  const analyse = (name: string, ...args: string[]) =>
    ncpTrain(['analyse', name, ...args, '--backend', 'wasm', '--out', join(folder, name), '--json']);

  const lipschitz = await analyse('lipschitz', wm, lstm, drive, '--jacobian-every', '5');
  expect(lipschitz.status, lipschitz.stderr).toBe(0);
  const { models, warnings, files } = JSON.parse(lipschitz.stdout);
  expect(models.map(({ model, pairs, state_map }: never) => [model, pairs, state_map])).toEqual([
    ['wm', 11, { whole: expect.any(Number), frames: 3 }],
    ['lstm', 11, { whole: expect.any(Number), frames: 3 }],
  ]);
  expect(models[1].neurons.map(({ neuron }: { neuron: string }) => neuron)).toEqual([
    'c 0',
    'c 1',
    'c 2',
    'h 0',
    'h 1',
    'h 2',
  ]);
  expect(models[0].neurons[0]).toEqual({
    neuron: 'neuron 0',
    trace: expect.any(Number),
    jacobian: expect.any(Number),
  });
  expect(warnings[0]).toContain('lies in no run');
  expect(readdirSync(join(folder, 'lipschitz')).sort()).toEqual([...files].sort());
  expect([...files].sort()).toEqual([
    'lipschitz-jacobian.png',
    'lipschitz-jacobian.svg',
    'lipschitz-trace.png',
    'lipschitz-trace.svg',
    'lipschitz.csv',
  ]);
  expect(Object.keys(rowsOf(join(folder, 'lipschitz', 'lipschitz.csv'))[0])).toEqual([
    'model',
    'neuron',
    'trace',
    'jacobian',
  ]);

  const pca = await analyse('pca', lstm, drive);
  expect(pca.status, pca.stderr).toBe(0);
  expect(readdirSync(join(folder, 'pca')).sort()).toEqual([
    'components.csv',
    'explained.png',
    'explained.svg',
    'loadings.csv',
    'road-lstm.png',
    'road-lstm.svg',
    'scores-lstm.csv',
  ]);
  expect(Object.keys(rowsOf(join(folder, 'pca', 'components.csv'))[0])).toEqual([
    'model',
    'component',
    'variance',
    'explained',
    'cumulative',
  ]);
  expect(JSON.parse(pca.stdout).models[0].components[5].cumulative).toBeCloseTo(1, 9);

  const activity = await analyse('activity', wm, drive);
  expect(activity.status, activity.stderr).toBe(0);
  expect(readdirSync(join(folder, 'activity')).sort()).toEqual(
    ['activity', 'coupling', 'time-constant'].flatMap((name) =>
      ['csv', 'png', 'svg'].map((ending) => `${name}-wm.${ending}`),
    ),
  );
  const constants = rowsOf(join(folder, 'activity', 'time-constant-wm.csv'));
  expect(constants).toHaveLength(12);
  expect(Object.keys(constants[0]).slice(0, 5)).toEqual(['frame', 'time', 'x', 'y', 'neuron 0']);
  // Start values: cm 0.5, gleak 1, and synapses only make neurons faster: below 0.5 unfolds, a twelfth of a frame.
  for (const row of constants) expect(Number(row['neuron 3'])).toBeLessThanOrEqual(1 / 12);
});

test('analyses of a drive alone, and of recordings that lack something', async () => {
  const folder = temporaryFolder();
  const drive = await writeDriven(join(folder, 'drive.h5'), 'nowhere', true);
  const bare = await writeDriven(join(folder, 'bare.h5'), 'nowhere');
  const out = join(folder, 'out');
  const analyse = (name: string, ...args: string[]) =>
    ncpTrain(['analyse', name, ...args, '--backend', 'wasm', '--out', out]);

  const lipschitz = await analyse('lipschitz', drive);
  expect(lipschitz.status, lipschitz.stderr).toBe(0);
  // h 0 stands at 0, h 1 rises by 1 in 0.1 s.
  expect(rowsOf(join(out, 'lipschitz.csv'))).toEqual([
    { model: 'lstm', neuron: 'h 0', trace: '0', jacobian: '' },
    { model: 'lstm', neuron: 'h 1', trace: expect.stringMatching(/^10(\.0000|$)|^9\.9999/), jacobian: '' },
  ]);
  expect(lipschitz.stdout).toContain('note: lstm: a drive without its model has no Jacobian');

  const pca = await analyse('pca', drive);
  expect(pca.status, pca.stderr).toBe(0);
  expect(pca.stdout).toContain(`${drive} has no road for the components of lstm: that needs position`);

  for (const [name, args, status, message] of [
    [
      'activity',
      [drive],
      3,
      /neural activity on the road needs position, or latitude and longitude, or speed/,
    ],
    ['pca', [bare], 3, /without a checkpoint, principal component analysis needs states, which is not there/],
    ['pca', ['run'], 2, /needs a recording \(.h5, .npz\) behind the checkpoints/],
    ['lipschitz', ['/nowhere', bare], 3, /\/nowhere: there is no such checkpoint/],
  ] as const) {
    const refused = await analyse(name, ...args);
    expect([refused.status, refused.stderr]).toEqual([status, expect.stringMatching(message)]);
    expect(refused.stderr).not.toMatch(/\n {4}at /);
  }
});
