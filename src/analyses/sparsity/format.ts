/** The summary of the sparse runs as table, CSV and JSON; the same figures in each. */

import type { TableRow } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import { averageText, decimalsFor } from '../../text/figures.ts';
import type { SparsityRow, SparsitySummary } from './summary.ts';

const MEASURES = ['valid_loss', 'valid_mae', 'test_loss', 'test_mae'] as const;

/** A row of the CSV file: means and deviations (divisor n) over folds, in label units, and MAEs in 1/km. */
export function flatRow({ model, sparsity, group }: SparsityRow): TableRow {
  const measures = MEASURES.flatMap((name): [string, number | null][] => {
    const average = group.figures[name];
    return [
      [name, average?.mean ?? null],
      [`${name}_std`, average?.deviation ?? null],
    ];
  });
  return {
    model,
    sparsity,
    runs: group.counted.length,
    unfinished: group.unfinished.length,
    label_scale: group.labelScale,
    ...Object.fromEntries(measures),
    valid_mae_per_km: group.perKilometre.valid_mae?.mean ?? null,
    test_mae_per_km: group.perKilometre.test_mae?.mean ?? null,
  };
}

const COLUMNS = [
  'model',
  'sparsity',
  'runs',
  'unfinished',
  'label_scale',
  ...MEASURES.flatMap((name) => [name, `${name}_std`]),
  'valid_mae_per_km',
  'test_mae_per_km',
];

export const summaryAsCsv = ({ rows }: SparsitySummary): string => csvText(rows.map(flatRow), COLUMNS);

/** Head and cells of the table for people. */
export function summaryTable({ rows }: SparsitySummary): string[][] {
  const decimals = MEASURES.map((name) =>
    decimalsFor(rows.map(({ group }) => group.figures[name]?.mean ?? null)),
  );
  return [
    ['model', 'sparsity', 'runs', 'validation loss', 'validation MAE', 'test loss', 'test MAE'],
    ...rows.map(({ model, sparsity, group }) => [
      model,
      String(sparsity),
      String(group.counted.length),
      ...MEASURES.map((name, n) => averageText(group.figures[name], decimals[n])),
    ]),
  ];
}
