/** A tub of which 12 pictures are empty or cut off: all are counted at once, one option goes on without them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ncpTrain } from '../e2e/command-line.ts';
import { temporaryFolder, tubRecord, writeTub } from '../foreign-drives.ts';

const FRAMES = 120;
const BROKEN = [20, 21, 22, 23, 24, 25, 26, 27, 50, 70, 90, 91];

it('says how many at first, leaves nothing, and goes on without them where asked', async () => {
  const folder = temporaryFolder();
  const tub = join(folder, 'tub');
  const records = Array.from({ length: FRAMES }, (_, i) =>
    tubRecord(i, { 'user/angle': Math.sin(i / 9) / 2 }),
  );
  await writeTub(tub, records);
  for (const i of BROKEN) {
    const path = join(tub, 'images', `${i}_cam_image_array_.jpg`);
    const bytes = readFileSync(path);
    writeFileSync(path, i < 60 ? Buffer.alloc(0) : bytes.subarray(0, bytes.length - 20));
  }
  const out = join(folder, 'out');
  const refused = await ncpTrain(['data', 'import', 'donkeycar', tub, '--out', out]);
  expect(refused).toMatchObject({ status: 3, stdout: '' });
  expect(refused.stderr).toContain('12 of 120 pictures cannot be read: ');
  expect(refused.stderr).toContain(' (it is empty), ');
  expect(refused.stderr).toContain('or go on without them: --skip_broken');
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder)).toEqual(['tub']);

  const done = await ncpTrain(['data', 'import', 'donkeycar', tub, '--out', out, '--skip_broken']);
  expect(done.status, done.stderr).toBe(0);
  expect(done.stdout).toContain('108 frames');
  expect(done.stderr).toContain('12 of 120 pictures cannot be read: ');
  expect(done.stderr).toContain('frames are missing at 4 places within drives');
});
