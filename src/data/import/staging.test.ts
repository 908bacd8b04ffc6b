import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fillFolder } from './staging.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-staging-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is not stopped by what a process of the same number left, and sweeps it after an hour', async () => {
  const left = join(folder, `out.tmp-${process.pid}`);
  mkdirSync(left);
  writeFileSync(join(left, 'drive.h5'), '');
  const fill = (name: string) =>
    fillFolder(join(folder, name), async (at) => writeFileSync(join(at, 'a'), ''));
  await fill('out');
  expect(readdirSync(folder).sort()).toEqual(['out', `out.tmp-${process.pid}`]);
  rmSync(join(folder, 'out'), { recursive: true });
  utimesSync(left, 1e9, 1e9);
  await fill('out');
  expect(readdirSync(folder)).toContain(`out.tmp-${process.pid}`); // a file in it was written just now
  rmSync(join(folder, 'out'), { recursive: true });
  utimesSync(join(left, 'drive.h5'), 1e9, 1e9);
  await fill('out');
  expect(readdirSync(folder)).toEqual(['out']);
});
