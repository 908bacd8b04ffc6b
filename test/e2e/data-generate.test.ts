/** `data generate`: a tiny set is made, checked, opened by Python; a stopped run leaves nothing half-written. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PYTHON, requirement } from '../require.ts';
import { ncpTrain, start, temporaryFolder, until } from './command-line.ts';

const TINY = ['--size', '60x96', '--frames', '100', '--workers', '2'];
const ACTIVE = [
  '20190628-094335_blue_prius_devens_rightside.h5',
  '20190628-150233_blue_prius_devens_rightside.h5',
];

it('makes an active set that passes `data check`', async () => {
  const out = join(temporaryFolder(), 'drives');
  const made = await ncpTrain([
    'data',
    'generate',
    'active',
    '--out',
    out,
    ...TINY,
    '--recordings',
    '2',
    '--json',
  ]);
  expect(made.stderr).toMatch(/^2 recordings of 100 frames, 60x96: 3\.5 MB of .* free\n/);
  expect(made.status).toBe(0);
  expect(JSON.parse(made.stdout)).toEqual({ out, made: ACTIVE, kept: [], frames: 100 });
  expect(readdirSync(out).sort()).toEqual([...ACTIVE, 'dataset.yaml']);
  const checked = await ncpTrain(['data', 'check', out]);
  expect(checked.status).toBe(0);
  const again = await ncpTrain(['data', 'generate', 'active', '--out', out, ...TINY, '--recordings', '2']);
  expect(again.status).toBe(0);
  expect(again.stdout).toContain('2 recordings, 200 frames, all there already');
});

const h5py = requirement('python-h5py');
it.skipIf(!h5py.present)(h5py.title('writes files that h5py opens, in the paper’s format'), async () => {
  const out = join(temporaryFolder(), 'drives');
  const { status } = await ncpTrain([
    'data',
    'generate',
    'passive',
    '--out',
    out,
    ...TINY,
    '--recordings',
    '1',
    '--compress',
  ]);
  expect(status).toBe(0);
  const program = `
import h5py, json, sys
import numpy as np
with h5py.File(sys.argv[1]) as f:
  shapes = {name: [str(d.dtype), list(d.shape), list(d.chunks or [])] for name, d in f.items()}
  t, y, x = f['timestamp'][:], f['inverse_r'][:, 0], f['camera_front'][:]
  turned = np.diff(f['heading'][:]) / (f['speed'][1:] * np.diff(t))
  ok = np.diff(t) < 1
  print(json.dumps([shapes, int(x.std(axis=(1, 2, 3)).min() > 10), float(np.diff(t).max()), float(abs(y).max()),
    float(abs(turned - y[1:])[ok].max()), f.attrs['camera_height']]))`;
  const path = join(out, '20180705-203123_blue_prius_mit_to_devens.h5');
  const [shapes, varied, pause, largest, difference, height] = JSON.parse(
    execFileSync(PYTHON, ['-c', program, path], { encoding: 'utf8' }),
  );
  const column = ['float64', [100], []];
  expect(shapes).toEqual({
    camera_front: ['uint8', [100, 60, 96, 3], [1, 60, 96, 3]],
    inverse_r: ['float64', [100, 1], []],
    timestamp: column,
    position_x: column,
    position_y: column,
    heading: column,
    speed: column,
    lateral_offset: column,
  });
  expect(varied).toBe(1);
  expect(pause).toBeGreaterThan(5);
  expect(largest).toBeLessThan(0.06);
  expect(difference).toBeLessThan(0.002);
  expect(height).toBeCloseTo(1.9984, 4);
});

it('leaves nothing half-written after Ctrl-C, and is finished by the same command', async () => {
  const out = join(temporaryFolder(), 'drives');
  const args = ['data', 'generate', 'active', '--out', out, ...TINY, '--recordings', '2', '--workers', '1'];
  const { child, ended } = start(args, {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, '../programs/stuck-recording.mjs')}`,
    STUCK_RECORDING: ACTIVE[1],
  });
  // The first is finished, the second has begun and never ends.
  const entries = () => (existsSync(out) ? readdirSync(out) : []);
  await until(() => entries().some((name) => name.startsWith(`${ACTIVE[1]}.tmp-`)));
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped.stderr).toContain('stopped; finished recordings stay');
  expect(stopped.status).toBe(130);
  expect(entries().sort()).toEqual([ACTIVE[0], 'dataset.yaml']);
  const finished = await ncpTrain(args);
  expect(finished.stderr).toContain('1 of 2 recordings are there already and stay');
  expect(finished.status).toBe(0);
  expect(entries().sort()).toEqual([...ACTIVE, 'dataset.yaml']);
});

it('explains a wrong kind, size or folder', async () => {
  const out = join(temporaryFolder(), 'drives');
  const kind = await ncpTrain(['data', 'generate', 'pasive', '--out', out]);
  expect(kind.status).toBe(2);
  expect(kind.stderr).toContain('unknown kind of road "pasive"; did you mean "passive"?');
  const size = await ncpTrain(['data', 'generate', 'passive', '--out', out, '--size', '250']);
  expect(size.status).toBe(2);
  expect(size.stderr).toContain('--size: expected height and width from 16 to 4096, e.g. 250x400, got "250"');
  const room = await ncpTrain(['data', 'generate', 'passive', '--out', out, '--frames', '100000000000']);
  expect(room.status).toBe(3);
  expect(room.stderr).toMatch(/are needed and .* free/);
});
