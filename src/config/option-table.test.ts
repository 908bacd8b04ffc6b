/** docs/options.md is what the schema makes of it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsPage } from './option-table.ts';
import { activeOptions, passiveOptions } from './schema.ts';

it('docs/options.md is up to date', () => {
  const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');
  expect(page, 'out of date: npm run configs').toBe(optionsPage());
});

it('has a row for every option of both commands, with both defaults', () => {
  const rows = [...optionsPage().matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const names = new Set([...Object.keys(passiveOptions.shape), ...Object.keys(activeOptions.shape)]);
  expect(rows.sort()).toEqual([...names].sort());
  expect(optionsPage()).toContain('| `epochs` | integer, ≥ 0 | 50 | 200 |');
});
