/** The numbers of a test drive, as the page shows them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDrive } from '../../../test/made-drives.ts';
import { recordedNumbers } from './drive-numbers.ts';
import type { FoundDrive } from './find-drives.ts';

async function numbers(attributes: Readonly<Record<string, string | number>>) {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-widget-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const recording = join(folder, 'drive.h5');
  await makeDrive(recording, { frames: 4, attributes });
  const drive: FoundDrive = {
    kind: 'recorded',
    recording,
    model: 'wm',
    checkpoint: undefined,
    noise: undefined,
    compat: 'none',
    group: '',
  };
  return recordedNumbers(drive, undefined, { first: 1, end: 3 });
}

it('steering is in 1/km by the scale that the recording says, without its checkpoint', async () => {
  const { curves, remarks } = await numbers({ label_scale: 200 });
  // made-drives.ts: outputs 2n, driven 0.001·n
  expect(curves).toEqual([
    { name: 'wm', isModel: true, values: Float32Array.of(10, 20) },
    { name: 'driven', isModel: false, values: Float32Array.of(1, 2) },
  ]);
  expect(remarks.join()).not.toContain('unit');
});

it('a recording without the scale shows what was driven alone, and says why', async () => {
  const { curves, remarks } = await numbers({});
  expect(curves.map(({ name }) => name)).toEqual(['driven']);
  expect(remarks[0]).toContain('in a unit that neither the recording says');
});
