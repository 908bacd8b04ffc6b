/**
 * Labels that are all equal, as wrong columns and dead sensors leave them: said where a training starts and by `data check`, and no
 * scale is proposed that would not be a number.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { labelWarning } from '../../src/cli/training-view.ts';
import { checkRecording } from '../../src/data/inspect/check.ts';
import { suggestScale } from '../../src/data/inspect/label-scale.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { writeDrive } from '../recordings.ts';

it('are said to be equal, and no scale is proposed', async () => {
  const equal =
    'warning: all training labels are equal; there is nothing to learn here: check where they come from';
  for (const model of ['wm', 'lstm']) {
    expect(labelWarning(model, 0, 1000)).toBe(equal);
    expect(labelWarning(model, 1e-13, 1000)).toBe(equal); // rounding
  }
  expect(suggestScale(new Float64Array(50).fill(0.1))).toBe(1000);
  const path = join(temporaryFolder(), 'drive.h5');
  await writeDrive(path, { frames: 20, label: () => 0 });
  const { defects } = await checkRecording(path, 'full');
  expect(defects.map(({ message }) => message)).toEqual(['all labels are 0']);
});

it('that hardly vary have a scale proposed that is a number', () => {
  expect(labelWarning('lstm', 0.002, 1000)).toContain('--label_scale 500000 would');
  expect(labelWarning('lstm', 1, 1000)).toBeUndefined();
});
