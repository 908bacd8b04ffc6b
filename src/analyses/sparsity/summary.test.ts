/** Sparse runs side by side: means by hand, and what has to be said of unlike ones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeArchivePassive, makeRun } from '../../../test/made-runs.ts';
import { sparsitySvg } from './draw.ts';
import { summaryAsCsv, summaryTable } from './format.ts';
import { summariseSparsity } from './summary.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ncp-train-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const LOG = [
  [6, 1.5, 5, 1.4],
  ['', '', 4, 1.2],
];
function add(model: string, fold: number, sparsity: number, test: number, options = {}): void {
  const session = sparsity > 0 ? `sparse${100 * sparsity}` : 'session';
  makeRun(root, {
    model,
    fold,
    session,
    log: LOG,
    final: [1, 3, 1, 4, 1.2, test, test / 4],
    options: { sparsity: sparsity > 0 ? sparsity : -1, ...options },
  });
}

describe('summariseSparsity', () => {
  it('means over folds for each model and sparsity, with a reference', async () => {
    for (const [fold, test] of [4, 6].entries()) add('lstm', fold, 0, test);
    for (const [fold, test] of [5, 9].entries()) add('lstm', fold, 0.5, test);
    for (const [fold, test] of [8, 8].entries()) add('lstm', fold, 0.9, test);
    for (const fold of [0, 1]) add('wm', fold, 0, 3);
    const summary = await summariseSparsity([root]);
    // 4 and 6: 5 ± 1; 5 and 9: 7 ± 2
    expect(summaryTable(summary).map((row) => row.filter((_, n) => ![3, 4, 6].includes(n)))).toEqual([
      ['model', 'sparsity', 'runs', 'test loss'],
      ['lstm', '0', '2', '5.00 ± 1.00'],
      ['lstm', '0.5', '2', '7.00 ± 2.00'],
      ['lstm', '0.9', '2', '8.00 ± 0.00'],
      ['wm', '0', '2', '3.00 ± 0.00'],
    ]);
    expect(summary.warnings).toEqual([]);
    expect(summaryAsCsv(summary).split('\n').slice(0, 2)).toEqual([
      'model,sparsity,runs,unfinished,label_scale,valid_loss,valid_loss_std,valid_mae,valid_mae_std,test_loss,test_loss_std,' +
        'test_mae,test_mae_std,valid_mae_per_km,test_mae_per_km',
      'lstm,0,2,0,1000,4,0,1.2,0,5,1,1.25,0.25,1.2,1.25',
    ]);
    const svg = (await sparsitySvg(summary)) as string;
    expect(svg).toContain('wm, without --sparsity');
    expect(svg).toContain('Loss of the test over sparsity');
    expect(svg.match(/<circle /g)).toHaveLength(3);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('says what differs beside the sparsity, and which runs do not count', async () => {
    add('gru', 0, 0.5, 4);
    add('gru', 0, 0.8, 4, { lr: 0.01 });
    makeRun(root, {
      model: 'gru',
      fold: 1,
      session: 'sparse80',
      log: LOG,
      options: { sparsity: 0.8, lr: 0.01 },
      state: 'stopped',
    });
    makeArchivePassive(root, 'gru_old', 0, LOG, [1, 3, 1, 4, 1.2]);
    const { rows, warnings, notes } = await summariseSparsity([root]);
    expect(rows.map(({ sparsity, group }) => [sparsity, group.counted.length])).toEqual([
      [0.5, 1],
      [0.8, 1],
    ]);
    expect(warnings.join('\n')).toMatch(/the option lr differs: 0.0005 \(gru 0.5\), 0.01 \(gru 0.8\)/);
    expect(warnings.join('\n')).not.toContain('option sparsity');
    expect(notes.join('\n')).toMatch(/gru 0.8 fold 1 does not count: stopped/);
    expect(notes.join('\n')).toMatch(/1 left out: /);
  });

  it('refuses folders without runs, and without sparse ones', async () => {
    await expect(summariseSparsity([join(root, 'none')])).rejects.toThrow(
      /no runs below .*there is no such folder/s,
    );
    add('lstm', 0, 0, 4);
    await expect(summariseSparsity([root])).rejects.toThrow(
      /of 1 run below .* none has --sparsity; for example: /,
    );
  });
});
