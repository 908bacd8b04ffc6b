/** One recording in place of its folder: `data check` and `data inspect` look at it; what wants a folder says that this is a file. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRecordings } from '../../src/data/recordings/dataset-config.ts';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { writeDrive } from '../recordings.ts';

it('is checked and inspected alone, as the dataset.yaml beside it says', async () => {
  const folder = join(temporaryFolder(), 'drives');
  mkdirSync(folder);
  const one = join(folder, 'one.h5');
  await writeDrive(one);
  writeFileSync(join(folder, 'two.h5'), 'no recording');
  writeFileSync(join(folder, 'dataset.yaml'), 'crop: full\nlabel_scale: 100\n');
  const [check, inspect] = await Promise.all([
    ncpTrain(['data', 'check', one]),
    ncpTrain(['data', 'inspect', one, '--out', join(folder, 'sheet.png')]),
  ]);
  expect(check).toEqual({ status: 0, stdout: '1 file, 80 frames: 0 errors, 0 warnings\n', stderr: '' });
  expect(inspect.status).toBe(0);
  expect(inspect.stdout).toMatch(/^one\.h5 +80 +25×40/m);
  expect(inspect.stdout).toContain('labels: curvature in 1/m × 100;');
  expect(inspect.stdout).toContain('crop full');
  expect(existsSync(join(folder, 'sheet.png'))).toBe(true);
  expect(() => listRecordings(one)).toThrow(
    `${one}: this is a file, and what is wanted is a folder of recordings: that in which it lies is ${folder}`,
  );
});
