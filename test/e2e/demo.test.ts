/** `demo` on a tiny setting, for real: interrupted, continued, run again, refused with other options. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ncpTrain, signalAt, temporaryFolder } from './command-line.ts';

const TINY = ['--recordings', '3', '--frames', '64', '--epochs', '2', '--batch_size', '2', '--seq_len', '4'];

const demo = (out: string, ...more: string[]) => [
  'demo',
  '--out',
  out,
  ...TINY,
  '--backend',
  'wasm',
  '--workers',
  '1',
  ...more,
];

test('interrupted and started again, it goes on; the validation loss falls; everything is in its folder', async () => {
  const out = join(temporaryFolder(), 'demo');
  const stopped = await ncpTrain(demo(out), signalAt(/^training 2 epochs/, 'SIGINT'));
  expect(stopped.status, stopped.stderr).toBe(130);
  expect(stopped.stderr).toContain(
    `ncp-train.js demo ${['--out', out, ...TINY].join(' ')} --backend wasm --workers 1\n`,
  );

  const other = await ncpTrain(demo(out, '--lr', '0.1'));
  expect(other.status).toBe(2);
  expect(other.stderr).toMatch(/--new starts it anew, --out FOLDER[\s\S]*lr is 0.1/);
  const otherDrives = await ncpTrain(demo(out, '--frames', '65'));
  expect(otherDrives.status).toBe(2);
  expect(otherDrives.stderr).toContain('--new starts it anew');

  const finished = await ncpTrain(demo(out, '--json', '--quiet'));
  expect(finished.status, finished.stderr).toBe(0);
  expect(finished.stderr).toBe('');
  const result = JSON.parse(finished.stdout);
  expect(result).toMatchObject({ out, state: 'finished', backend: 'wasm' });
  expect(result.models.map(({ model }: { model: string }) => model)).toEqual(['lstm', 'wm']);
  for (const { model, folder, validation, test: loss } of result.models) {
    expect(validation.best, `${model} learns`).toBeLessThan(0.95 * validation.untrained);
    const [header, values] = readFileSync(join(folder, 'final.csv'), 'utf8').split('\n');
    expect(loss).toBe(Number(values.split(',')[header.split(',').indexOf('test_loss')]));
    expect(readdirSync(join(folder, 'plots'))).toEqual(['loss.svg']);
  }
  expect(result.constant.test).toBeGreaterThan(0);

  expect(readdirSync(out).sort()).toEqual(
    ['cache', 'data', 'loss.png', 'loss.svg', 'sessions', 'steering.png', 'steering.svg'].sort(),
  );
  expect(readdirSync(join(out, 'data')).filter((name) => name.endsWith('.h5'))).toHaveLength(3);
  expect((await sharp(join(out, 'steering.png')).metadata()).width).toBe(1440);
  for (const name of ['driver', 'lstm', 'wm', 'curvature (1/km)']) {
    expect(readFileSync(join(out, 'steering.svg'), 'utf8'), name).toContain(name);
  }

  const again = await ncpTrain(demo(out));
  expect(again.status, again.stderr).toBe(0);
  expect(again.stderr.match(/finished already/g)).toHaveLength(2);
  for (const text of [
    'best constant',
    'steering.svg',
    'backend install',
    'data import',
    '--resume --epochs 8',
  ]) {
    expect(again.stdout, text).toContain(text);
  }
});
