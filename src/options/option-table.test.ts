/** The page of all options, of a few commands; src/cli/every-command.test.ts compares docs/options.md. */
import { expect, it } from 'vitest';
import { optionsPage } from './option-table.ts';
import {
  activeOptions,
  passiveOptions,
  planControl,
  reproduceOptions,
  sweepPassiveOptions,
} from './schema.ts';

const page = optionsPage([
  { name: 'passive', summary: 'train', options: passiveOptions },
  { name: 'sweep passive', summary: 'train many', options: sweepPassiveOptions, control: planControl },
  { name: 'reproduce', summary: 'do it all', options: reproduceOptions, control: planControl },
]);

it('has a row for every option of both trainings, with both defaults', () => {
  const [ofRuns] = page.split('## Sweeps');
  const rows = rowsOf(ofRuns);
  const names = new Set([...Object.keys(passiveOptions.shape), ...Object.keys(activeOptions.shape)]);
  expect(rows.sort()).toEqual([...names].sort());
  expect(page).toContain('| `epochs` | integer, ≥ 0 | 50 | 200 |');
});

it('has a row for what sweeps have of their own, and none for options of the runs', () => {
  const [, ofSweeps] = page.split(/## Sweeps|## Commands/);
  const own = Object.keys(sweepPassiveOptions.shape).filter((name) => !(name in passiveOptions.shape));
  expect(rowsOf(ofSweeps).sort()).toEqual([...own, 'folds', 'final'].sort());
});

it('has a section for every command, with its flags; not again what stands above', () => {
  const [, ofReproduce] = page.split('### reproduce');
  expect(rowsOf(ofReproduce).sort()).toEqual([...Object.keys(reproduceOptions.shape), 'dry_run'].sort());
  const [, ofSweep] = page.split(/### sweep passive|### reproduce/);
  expect(rowsOf(ofSweep)).toEqual(['dry_run']);
});

const rowsOf = (text: string) => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
