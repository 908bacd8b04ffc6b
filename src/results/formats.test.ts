/** The same results in every format. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, expect, test } from 'vitest';
import { type MadeRun, makeRun } from '../../test/made-runs.ts';
import { resultsAsCsv, resultsAsJson, resultsAsLatex, resultsAsMarkdown, resultsAsText } from './formats.ts';
import { readResults } from './results.ts';

const root = mkdtempSync(join(tmpdir(), 'formats-'));
afterAll(() => rmSync(root, { recursive: true }));

const LOG = [
  [6, 1.5, 5, 1.4],
  [3, 1.25, 4, 1.2],
  ['', '', 4.5, 1.3],
];
const made = (model: string, fold: number, loss: number, more: Partial<MadeRun> = {}) =>
  makeRun(root, { model, fold, log: LOG, final: [1, 3, 1.25, 4, 1.2, loss, loss / 4], ...more });

test('every format has the same figures', async () => {
  for (const [fold, loss] of [4, 5, 6].entries()) made('lstm', fold, loss);
  for (const [fold, loss] of [5, 7].entries()) made('wm', fold, loss);
  made('wm', 2, 0, { state: 'running', final: undefined, options: { lr: 0.001 } });
  const results = await readResults([root]);
  expect(resultsAsMarkdown(results, false)).toContain(
    '| lstm | 3 | 1.0 ± 0.0 | 3.00 ± 0.00 | 1.25 ± 0.00 | 4.000 ± 0.000 | 1.200 ± 0.000 | 5.000 ± 0.816 | 1.250 ± 0.204 |',
  );
  expect(resultsAsLatex(results, false)).toContain(
    '\nlstm & $3.00 \\pm 0.00$ & $5.000 \\pm 0.816$ & $1.250 \\pm 0.204$ \\\\\n',
  );
  const rows: Record<string, string>[] = parse(resultsAsCsv(results, true), {
    columns: true,
  });
  expect(rows.map(({ row, model, fold, state }) => [row, model, fold, state].join(' ').trim())).toEqual([
    'model lstm',
    ...[0, 1, 2].map((fold) => `run lstm ${fold} finished`),
    'model wm',
    'run wm 0 finished',
    'run wm 1 finished',
    'run wm 2 interrupted',
    'floor best constant',
    'floor last value',
  ]);
  expect(Number(rows[0].test_loss_std)).toBeCloseTo(Math.sqrt(2 / 3), 12);
  expect(rows[4]).toMatchObject({ n: '2', counted: '0, 1', unfinished: '2', test_loss: '6' });
  expect(rows[4].notes).toContain('warning: the option lr differs');
  const json = JSON.parse(resultsAsJson(results));
  expect(json.deviation_divisor).toBe('n');
  expect(json.tables[0].models[0].figures.test_loss).toEqual({ mean: 5, deviation: Math.sqrt(2 / 3), n: 3 });
  expect(json.tables[0].models[1].folds).toEqual({ counted: [0, 1], unfinished: [2], missing: [] });
  expect(json.tables[0].floors[0]).toMatchObject({ predictor: 'best constant', n: 3 });
  expect(resultsAsText(results, true)).toMatch(/^ {2}fold 2, unfinished +3\.00 +4\.000 +–$/m);
});

/** Passive and active runs, unfinished folds, labels of another scale, names to escape, and a comparison. */
async function everyKind() {
  const folder = mkdtempSync(join(root, 'kinds-'));
  const run = (model: string, fold: number | undefined, loss: number, more: Partial<MadeRun> = {}) =>
    makeRun(folder, { model, fold, log: LOG, final: [1, 3, 1.25, 4, 1.2, loss, loss / 4], ...more });
  for (const [fold, loss] of [4, 5, 6.5].entries()) run('lstm', fold, loss);
  for (const [fold, loss] of [5, 7, 9].entries()) run('wm', fold, loss);
  run('ctrnn', 1, 0, { state: 'running', final: undefined, session: 'wm_100%' });
  run('cnn', undefined, 0, { final: undefined });
  const input = { crop: 'paper', channel_order: 'rgb', label_scale: 10, label_sign: 1 };
  run('gru', 0, 4, { session: 'other', record: { input } });
  const results = await readResults([folder], 'lstm,wm');
  const named = (text: string) => text.replaceAll(folder, 'RUNS');
  return { results, named };
}

test.each([
  ['text', resultsAsText],
  ['Markdown', resultsAsMarkdown],
  ['LaTeX', resultsAsLatex],
  ['CSV', resultsAsCsv],
  ['JSON', resultsAsJson],
])('stays as it was: %s', async (name, format) => {
  const { results, named } = await everyKind();
  const kinds = name === 'JSON' ? [false] : [false, true];
  const text = kinds.map((verbose) => format(results, verbose)).join('\n\n====\n\n');
  await expect(`${named(text)}\n`).toMatchFileSnapshot(`../../test/fixtures/results/${name}.txt`);
});
