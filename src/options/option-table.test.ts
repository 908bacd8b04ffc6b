/** docs/options.md is what the schema makes of it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsPage } from './option-table.ts';
import { activeOptions, passiveOptions, reproduceOptions, sweepPassiveOptions } from './schema.ts';

it('docs/options.md is up to date', () => {
  const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');
  expect(page, 'out of date: npm run configs').toBe(optionsPage());
});

it('has a row for every option of both commands, with both defaults', () => {
  const [ofRuns] = optionsPage().split('## Sweeps');
  const rows = rowsOf(ofRuns);
  const names = new Set([...Object.keys(passiveOptions.shape), ...Object.keys(activeOptions.shape)]);
  expect(rows.sort()).toEqual([...names].sort());
  expect(optionsPage()).toContain('| `epochs` | integer, ≥ 0 | 50 | 200 |');
});

it('has a row for what sweeps and reproduce have of their own, and none for options of the runs', () => {
  const [, ofSweeps] = optionsPage().split('## Sweeps');
  const own = Object.keys(sweepPassiveOptions.shape).filter((name) => !(name in passiveOptions.shape));
  const rows = [...own, 'folds', 'final', ...Object.keys(reproduceOptions.shape)];
  expect(rowsOf(ofSweeps).sort()).toEqual(rows.sort());
});

const rowsOf = (text: string) => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
