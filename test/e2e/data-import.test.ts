/** `data import` as a user runs it, on a real drive (test/data/README.md). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readDatasetConfig } from '../../src/data/recordings/dataset-config.ts';
import { openRecording } from '../../src/data/recordings/recording.ts';
import { deviation } from '../../src/text/statistics.ts';
import { requirement } from '../require.ts';
import { ENTRY, ncpTrain, temporaryFolder } from './command-line.ts';

const ARCHIVE = fileURLToPath(new URL('../data/donkeycar-tub.tar.gz', import.meta.url));

/** A folder with the unpacked tub in `tub`. */
function unpacked(): string {
  const folder = temporaryFolder();
  const { status, stderr } = spawnSync('tar', ['xf', ARCHIVE, '-C', folder], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return folder;
}

test('a Donkeycar tub becomes ten recordings that read back as what was driven', async () => {
  const folder = unpacked();
  const out = join(folder, 'drives');
  const args = ['data', 'import', 'donkeycar', join(folder, 'tub'), '--out', out, '--pieces', '10'];
  const { status, stdout, stderr } = await ncpTrain(args);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stderr).toContain(
    'tub: the recorded times, 3.0 ms apart, are not those of a camera; 20 Hz is assumed',
  );
  expect(stderr).toContain('positive to the right');
  expect(stdout).toContain('1000 frames, label scale 1 ');

  const names = Array.from({ length: 10 }, (_, i) => `tub_d1_p${String(i + 1).padStart(2, '0')}.h5`);
  expect(readdirSync(out).sort()).toEqual(['dataset.yaml', ...names]);
  expect(readDatasetConfig(out)).toEqual({
    crop: '0,0.35,1,0.87',
    channel_order: 'rgb',
    label_sign: 1,
    label_scale: 1,
    folds: 'auto:10',
    nominal_rate: 20,
    source: 'donkeycar',
  });

  const labels: number[] = [];
  const times: number[] = [];
  for (const name of names) {
    const recording = await openRecording(join(out, name));
    expect(recording.info).toMatchObject({ frames: 100, height: 120, width: 160 });
    labels.push(...recording.info.labels);
    times.push(...recording.info.timestamps);
    recording.close();
  }
  expect(deviation(labels)).toBeGreaterThan(0.5);
  expect(deviation(labels)).toBeLessThan(2);
  for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBeCloseTo(0.05, 5);
  // As seen in the pictures: frames 250, 350 and 963 in curves to the right, 400, 450 and 889 in curves to the left.
  for (const right of [250, 350, 963]) expect(labels[right], `frame ${right}`).toBeLessThan(-1);
  for (const left of [400, 450, 889]) expect(labels[left], `frame ${left}`).toBeGreaterThan(1);

  const checked = await ncpTrain(['data', 'check', out]);
  expect(checked.status).toBe(0);
  expect(checked.stdout).toContain('10 files, 1000 frames: 0 errors');
});

test('a drive that is not cut is one recording, whose folder can be read', async () => {
  const folder = unpacked();
  const out = join(folder, 'drives');
  const imported = await ncpTrain(['data', 'import', 'donkeycar', join(folder, 'tub'), '--out', out]);
  expect(imported).toMatchObject({ status: 0 });
  expect(imported.stderr).toContain('a single recording cannot be cross-tested: --pieces 10 cuts it');
  expect(readdirSync(out).sort()).toEqual(['dataset.yaml', 'tub_d1.h5']);
  const inspected = await ncpTrain(['data', 'inspect', out, '--out', join(folder, 'sheet.png')]);
  expect(inspected).toMatchObject({ status: 0, stderr: '' });
  expect(inspected.stdout).toContain('needs at least 2 recordings, found 1');
  expect(inspected.stdout).toContain('cut a long drive with data import --pieces');
});

test('--json prints what was made', async () => {
  const folder = unpacked();
  const out = join(folder, 'drives');
  const args = [
    'data',
    'import',
    'donkeycar',
    join(folder, 'tub'),
    '--out',
    out,
    '--size',
    '30x40',
    '--json',
  ];
  const { status, stdout } = await ncpTrain(args);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    out,
    recordings: [
      {
        name: 'tub_d1.h5',
        frames: 1000,
        seconds: expect.closeTo(49.95, 6),
        deviation: expect.closeTo(1.06, 2),
      },
    ],
    frames: 1000,
    deviation: expect.closeTo(1.06, 2),
    crop: '0,0.35,1,0.87',
    label_scale: 1,
  });
});

test.each([
  ['unpack it first: tar xf ', 3, ['donkeycar', ARCHIVE]],
  ['/nowhere: not there; expected a Donkeycar tub', 3, ['donkeycar', '/nowhere']],
  ['unknown format "donkycar"; did you mean "donkeycar"?', 2, ['donkycar', '/nowhere']],
  ['--columns is an option of the format images', 2, ['donkeycar', '/nowhere', '--columns', 'file=1']],
  ['--sign: expected 1 or -1, got 0', 2, ['donkeycar', '/nowhere', '--sign', '0']],
  ['--size: expected height and width, e.g. 250x400, got "120"', 2, ['images', '/nowhere', '--size', '120']],
  ['crop "0,1": expected paper, full, or left,top,right,bottom', 2, ['images', '/nowhere', '--crop', '0,1']],
])('“%s” with status %i, one message and no stack', async (message, expected, args) => {
  const out = join(temporaryFolder(), 'out');
  const { status, stdout, stderr } = await ncpTrain(['data', 'import', ...args, '--out', out]);
  expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(existsSync(out)).toBe(false);
});

test('a real drive trains and is tested, with nothing but its folder given', async () => {
  const folder = unpacked();
  const out = join(folder, 'drives');
  const tub = join(folder, 'tub');
  expect(await ncpTrain(['data', 'import', 'donkeycar', tub, '--out', out, '--pieces', '10'])).toMatchObject({
    status: 0,
  });
  const places = ['--data', out, '--sessions_dir', folder, '--cache_dir', join(folder, 'cache')];
  const short = ['--epochs', '1', '--batch_size', '8', '--seq_len', '8', '--backend', 'wasm', '--json'];
  const trained = await ncpTrain([
    'passive',
    '--model',
    'lstm',
    '--experiment_id',
    '3',
    '--final',
    ...places,
    ...short,
  ]);
  expect(trained.status, trained.stderr).toBe(0);
  const { ending, test: figures } = JSON.parse(trained.stdout);
  expect(ending).toEqual({ kind: 'finished' });
  const run = join(folder, 'passive/lstm_session/experiment_3');
  const tested = await ncpTrain(['test', run, '--backend', 'wasm', '--json']);
  expect(tested.status, tested.stderr).toBe(0);
  const { loss, frames } = JSON.parse(tested.stdout);
  expect(frames).toBe(96); // of the 100 of a piece
  expect(loss).toBeCloseTo(figures.loss, 5);
});

test('images that are absent stop the import, --skip_missing goes on without them', async () => {
  const folder = temporaryFolder();
  const lines = Array.from({ length: 70 }, (_, i) => `${i}.png ${i}.0`);
  writeFileSync(join(folder, 'data.txt'), lines.join('\n'));
  const source = join(folder, 'images');
  mkdirSync(source);
  const picture = { create: { height: 8, width: 20, channels: 3 as const, background: 'green' } };
  for (let i = 0; i < 70; i++) await sharp(picture).toFile(join(source, `${i}.png`));
  for (const i of [3, 66]) rmSync(join(source, `${i}.png`));
  const out = join(folder, 'out');
  const refused = await ncpTrain(['data', 'import', 'images', folder, '--out', out]);
  expect(refused.status).toBe(3);
  expect(refused.stderr).toContain('names 2 of 70 images that are not in');
  expect(refused.stderr).toContain('3.png, 66.png; put them there, or go on without them: --skip_missing');
  const { status, stdout } = await ncpTrain([
    'data',
    'import',
    'images',
    folder,
    '--out',
    out,
    '--skip_missing',
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain('68 frames');
});

test('an interrupted import leaves nothing behind', async () => {
  const folder = unpacked();
  const out = join(folder, 'drives');
  // The signal comes from within, as soon as there is a folder to write into.
  const interrupt = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { mkdirSync } = fs;
    fs.mkdirSync = (path, ...rest) => {
      if (String(path).includes('drives.tmp-')) process.kill(process.pid, 'SIGINT');
      return mkdirSync(path, ...rest);
    };
    syncBuiltinESMExports();`;
  const { status } = await ncpTrain(['data', 'import', 'donkeycar', join(folder, 'tub'), '--out', out], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(interrupt)}`,
  });
  expect(status).toBe(130);
  expect(readdirSync(folder)).toEqual(['tub']);
});

const namespaces = requirement('namespaces');

test.skipIf(!namespaces.present)(
  namespaces.title(
    'what a container left that was killed is swept by the next, where the process has the same number',
  ),
  () => {
    const folder = unpacked();
    // As kill -9 would, which number 1 of a container does not get from within.
    const killed = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { mkdirSync } = fs;
      fs.mkdirSync = (path, ...rest) => {
        mkdirSync(path, ...rest);
        if (String(path).includes('drives.tmp-')) process.reallyExit(137);
      };
      syncBuiltinESMExports();`;
    const inContainer = (...flags: string[]) =>
      spawnSync('unshare', [
        ...['--pid', '--mount-proc', '--fork', process.execPath, ...flags, ENTRY],
        ...['data', 'import', 'donkeycar', join(folder, 'tub'), '--out', join(folder, 'drives')],
      ]).status;
    expect(inContainer(`--import=data:text/javascript,${encodeURIComponent(killed)}`)).toBe(137);
    const [left, ...others] = readdirSync(folder).filter((name) => name !== 'tub');
    expect(left).toMatch(/^drives\.tmp-1-/);
    expect(others).toEqual([]);
    utimesSync(join(folder, left), 1e9, 1e9);
    expect(inContainer()).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['drives', 'tub']);
  },
);
