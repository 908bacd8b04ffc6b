/** `data inspect`, `data check` and `data cache` on small folders, good and bad. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openCached } from '../../src/data/frames/frame-cache.ts';
import { writeDrive } from '../recordings.ts';
import { requirement } from '../require.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

async function folderOf(drives: Record<string, Parameters<typeof writeDrive>[1]>): Promise<string> {
  const dir = join(temporaryFolder(), 'drives');
  mkdirSync(dir);
  for (const [name, drive] of Object.entries(drives)) await writeDrive(join(dir, name), drive);
  return dir;
}

test('data inspect prints the summary and draws a contact sheet', async () => {
  const dir = await folderOf({ 'a.h5': { frames: 100 }, 'b.h5': { frames: 120 } });
  const out = join(dir, '..', 'sheet.png');
  const { status, stdout, stderr } = await ncpTrain([
    'data',
    'inspect',
    dir,
    '--folds',
    'auto:2',
    '--out',
    out,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.replaceAll(dir, 'drives').replaceAll(out, 'sheet.png')).toMatchInlineSnapshot(`
    "recording  frames  size   seconds  frames/s  skips  back  mean  deviation
    a.h5       100     25×40  3.3      30.0      0      0     0.34  2.81
    b.h5       120     25×40  4.0      30.0      0      0     0.07  2.77

    split   train        validation   test
    fold 0  88 (40.0 %)  32 (14.5 %)  100 (45.5 %)
    fold 1  68 (30.9 %)  32 (14.5 %)  120 (54.5 %)

    labels: curvature in 1/m × 1000; mean 0.19, deviation 2.79, from -4.00 to 4.00
      -60 … -15  0.0 %
      -15 … -5   0.0 %
      -5 … 0     45.5 %
      0 … 5      54.5 %
      5 … 15     0.0 %
      15 … 60    0.0 %

    drives: 2 recordings, 220 frames, 0.1 min at 30.0 frames/s, 0 skips of 5 s or more, 0 steps back in time
    crop paper, rgb; cropped frames take 10 MB
    contact sheet: sheet.png
    "
  `);
  const sheet = await sharp(out).metadata();
  // Two rows of a title, a frame of 200 × 125 pixels and its crop of 200 × 78.
  expect(sheet).toMatchObject({
    format: 'png',
    width: 8 + 5 * 208 + 460 + 8,
    height: 8 + 2 * (22 + 125 + 2 + 78 + 8),
  });
  const { dominant } = await sharp(out).stats();
  expect(dominant.r + dominant.g + dominant.b).toBeGreaterThan(0);
});

test('data inspect --json has every number of the summary, and looks at BGR frames with another crop and scale', async () => {
  const dir = await folderOf({ 'a.h5': { frames: 100, label: (n) => n / 1000 } });
  const options = [
    '--crop',
    '0,0.2,1,1',
    '--channel_order',
    'bgr',
    '--label_scale',
    '10',
    '--label_sign',
    '-1',
  ];
  const { status, stdout } = await ncpTrain([
    'data',
    'inspect',
    dir,
    ...options,
    '--json',
    '--out',
    join(dir, 's.png'),
  ]);
  expect(status).toBe(0);
  const summary = JSON.parse(stdout);
  expect(summary).toMatchObject({
    dir,
    crop: '0,0.2,1,1',
    channelOrder: 'bgr',
    labelScale: 10,
    labelSign: -1,
    frames: 100,
    croppedBytes: 4_680_000,
    skips: 0,
    splits: [],
    labels: { scale: 10, smallest: -0.99 },
    contactSheet: join(dir, 's.png'),
  });
  expect(summary.rate).toBeCloseTo(30, 3);
  expect(summary.labels.mean).toBeCloseTo(-0.495, 9);
});

test('data inspect counts labels beyond the histogram in rows of their own', async () => {
  const dir = await folderOf({ 'a.h5': { frames: 100, label: (n) => (n - 20) / 1000 } });
  const { status, stdout } = await ncpTrain(['data', 'inspect', dir, '--out', join(dir, 's.png')]);
  expect(status).toBe(0);
  expect(stdout).toContain('  -15 … -5   12.3 %\n'); // 10 of the 81 from −20 to 60
  expect(stdout).toContain('  above 60   19 labels, not among the 100 %\n');
  expect(stdout).not.toContain('below');
});

test('data inspect shows what can be shown, and ends with status 3 for a damaged recording', async () => {
  const dir = await folderOf({ 'a.h5': {}, 'b.h5': {} });
  truncateSync(join(dir, 'a.h5'), 4000);
  const { status, stdout, stderr } = await ncpTrain([
    'data',
    'inspect',
    dir,
    '--out',
    join(dir, 'made/here/sheet.png'),
  ]);
  expect(status).toBe(3);
  expect(stdout).toContain('b.h5       80');
  expect(stderr).toMatch(/error: .*a\.h5: the file is truncated.*\n {2}recordings in the summary: 1/);
  expect(existsSync(join(dir, 'made/here/sheet.png'))).toBe(true);
});

test('data inspect says where it cannot write the sheet', async () => {
  const dir = await folderOf({ 'a.h5': {} });
  const { status, stderr } = await ncpTrain([
    'data',
    'inspect',
    dir,
    '--out',
    join(dir, 'a.h5', 'sheet.png'),
  ]);
  expect(status).toBe(3);
  expect(stderr).toMatch(/sheet\.png cannot be written: .*a\.h5 is a file, not a folder/);
});

test('data check of good recordings ends with status 0, also with warnings', async () => {
  const dir = await folderOf({ 'a.h5': {}, 'b.h5': { time: (n) => n % 50 } });
  const { status, stdout, stderr } = await ncpTrain(['data', 'check', dir]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('warning: ');
  expect(stdout).toContain('2 files, 160 frames: 0 errors, 1 warning\n');
});

test('data check lists every defect of every recording, and ends with status 3', async () => {
  const black = (pixels: Uint8Array, n: number) => void (n > 70 && pixels.fill(0));
  const dir = await folderOf({ 'a.h5': { label: () => Number.NaN, paint: black }, 'b.h5': {}, 'c.h5': {} });
  writeFileSync(join(dir, 'c.h5'), 'not HDF5');
  const { status, stdout, stderr } = await ncpTrain(['data', 'check', dir]);
  expect(status).toBe(3);
  expect(stdout.replaceAll(dir, 'drives')).toMatchInlineSnapshot(`
    "error: drives/a.h5: inverse_r[0]: 80 values are not finite, the first is NaN. Cut these frames out of all datasets, or mend the values
    error: drives/a.h5: camera_front[71]: 9 frames, of which this is the first: it is of one colour. Cut such frames out of all datasets; the camera was off
    error: drives/c.h5: this is no HDF5 file. See docs/data.md for the format; \`ncp-train data import\` converts other formats
    3 files, 160 frames: 3 errors, 0 warnings
    "
  `);
  expect(stderr).toBe(`error: ${dir}: 3 errors in 2 of 3 files\n`);
  const listed = JSON.parse((await ncpTrain(['data', 'check', dir, '--json'])).stdout);
  expect(listed[0].defects[0]).toMatchObject({
    severity: 'error',
    dataset: 'inverse_r',
    index: 0,
    count: 80,
  });
  expect(listed[1]).toEqual({ file: join(dir, 'b.h5'), frames: 80, defects: [] });
});

test.each(['inspect', 'check'])(
  'data %s of a folder without recordings ends with status 3',
  async (command) => {
    const dir = await folderOf({});
    const { status, stderr } = await ncpTrain(['data', command, dir]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/there are no recordings \(\*\.h5\) in this folder; it is empty/);
  },
);

test('data cache lists what is cached, in the user’s folder or --cache_dir, and clears it', async () => {
  const dir = await folderOf({ 'a.h5': {} });
  const home = temporaryFolder();
  const environment = { XDG_CACHE_HOME: home };
  const cacheDir = join(home, 'ncp-train', 'frames');
  expect((await ncpTrain(['data', 'cache', 'list'], environment)).stdout).toBe(
    `${cacheDir}: 0 recordings, 0.0 MB\n`,
  );
  await openCached(join(dir, 'a.h5'), { crop: 'full', channelOrder: 'rgb', cacheDir });
  const { stdout } = await ncpTrain(['data', 'cache', 'list', '--cache_dir', cacheDir]);
  expect(stdout).toMatch(/a\.h5 +full +rgb +80 +3\.7 MB\n.*: 1 recording, 3\.7 MB\n/);
  const json = JSON.parse((await ncpTrain(['data', 'cache', 'list', '--json'], environment)).stdout);
  expect(json.entries).toMatchObject([
    { source: join(dir, 'a.h5'), frames: 80, bytes: 3_744_000, current: true },
  ]);
  expect((await ncpTrain(['data', 'cache', 'clear'], environment)).stdout).toMatch(
    /: deleted 2 files, 3\.7 MB\n/,
  );
  expect((await ncpTrain(['data', 'cache', 'list'], environment)).stdout).toContain(': 0 recordings');
});

const namespaces = requirement('namespaces');

test('several processes, or containers, may put the same recordings into the cache at once', async () => {
  const dir = await folderOf({ 'a.h5': { frames: 200 }, 'b.h5': { frames: 200 } });
  const cacheDir = join(temporaryFolder(), 'cache');
  const module = new URL('../../dist/data/frames/frame-cache.js', import.meta.url).href;
  const program = `
    const { openCached } = await import(${JSON.stringify(module)});
    for (const name of ['a.h5', 'b.h5']) {
      const { frameFile } = await openCached(${JSON.stringify(dir)} + '/' + name, {
        crop: 'full', channelOrder: 'rgb', cacheDir: ${JSON.stringify(cacheDir)} });
      console.log(frameFile);
    }`;
  // In containers of their own all are process 1; where none can be made, processes must do.
  const container = namespaces.present ? ['unshare', '--pid', '--mount-proc', '--fork'] : ['env'];
  const [command, ...before] = [...container, process.execPath, '--input-type=module', '-e', program];
  const outputs = await Promise.all([1, 2, 3].map(() => promisify(execFile)(command, before)));
  const files = outputs.map(({ stdout }) => stdout.trim().split('\n'));
  expect(files).toEqual([files[0], files[0], files[0]]);
  for (const file of files[0]) expect(statSync(file).size).toBe(200 * 46_800);
  const entries = readdirSync(cacheDir).filter((name) => !name.endsWith('.checked'));
  expect(entries.length).toBe(4);
  // Opened again, frames are compared with their digests: none is made anew.
  const again = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect([again.stdout.trim().split('\n'), again.stderr]).toEqual([files[0], '']);
});
