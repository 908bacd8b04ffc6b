/** A table of results as columns of text, head first: what Markdown and the report have in common. */
import { averageText } from '../text/figures.ts';
import { columnText, figuresShown, type ResultRow, resultRows, shareColumns } from './result-rows.ts';
import type { ResultsTable } from './results.ts';
import { FIGURE_NAMES } from './runs/run-reading.ts';

/** @param verbose - with a row for every run */
export function tableColumns(table: ResultsTable, verbose: boolean): string[][] {
  const rows: readonly ResultRow[] = resultRows(table, verbose);
  const shown = figuresShown(table);
  const inKilometres =
    table.labelScale === 1000
      ? []
      : (['valid_mae', 'test_mae'] as const).filter((name) => shown.includes(name));
  return [
    ['model', ...rows.map(({ what, label }) => (what === 'run' ? `– ${label}` : label))],
    ['folds', ...rows.map(({ what, n }) => (what === 'run' ? '' : String(n)))],
    ['best epoch', ...rows.map(({ bestEpoch }) => averageText(bestEpoch, 1))],
    ...shown.map((name) => [FIGURE_NAMES[name], ...columnText(rows, ({ figures }) => figures[name])]),
    ...inKilometres.map((name) => [
      `${FIGURE_NAMES[name]}, 1/km`,
      ...columnText(rows, ({ perKilometre }) => perKilometre[name]),
    ]),
    ...shareColumns(table, rows),
  ];
}
