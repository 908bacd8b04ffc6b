/** Results for a terminal: losses, then errors, in blocks that fit 80 columns unless names are long; notes are as long as they are. */

import { averageText, decimalsFor, numberText } from '../text/figures.ts';
import type { Comparison } from './comparison.ts';
import { columnText, figuresShown, resultRows, shareColumns } from './result-rows.ts';
import type { Results, ResultsTable } from './results.ts';
import { FIGURE_NAMES } from './runs/run-reading.ts';
import { comparisonRemarks, faultsOf, remarksOf, titleOf, unitOf } from './words.ts';

export function resultsAsText(results: Results, verbose: boolean): string {
  const parts = results.tables.map((table) => tableText(table, verbose));
  if (results.comparison) parts.push(comparisonText(results.comparison));
  const faults = faultsOf(results);
  if (faults.length > 0) parts.push(faults.join('\n'));
  return parts.join('\n\n');
}

function tableText(table: ResultsTable, verbose: boolean): string {
  const rows = resultRows(table, verbose);
  const shown = figuresShown(table);
  const names = ['', ...rows.map(({ what, label }) => (what === 'run' ? `  ${label}` : label))];
  const epochs = ['best epoch', ...rows.map(({ bestEpoch }) => averageText(bestEpoch, 1))];
  const counts = ['folds', ...rows.map(({ what, n }) => (what === 'run' ? '' : String(n)))];
  const figures = (ending: string) =>
    shown
      .filter((name) => name.endsWith(ending))
      .map((name) => [FIGURE_NAMES[name], ...columnText(rows, (row) => row.figures[name])]);
  const blocks = [
    [names, ...(table.kind === 'active' ? [] : [counts]), ...figures('loss')],
    [names, epochs, ...figures('mae')],
  ];
  if (table.labelScale !== 1000) {
    const inKilometres = (['valid_mae', 'test_mae'] as const).filter((name) => shown.includes(name));
    blocks.push([
      names,
      ...inKilometres.map((name) => [
        `${FIGURE_NAMES[name]}, 1/km`,
        ...columnText(rows, ({ perKilometre }) => perKilometre[name]),
      ]),
    ]);
  }
  const shares = shareColumns(table, rows);
  if (shares.length > 0) blocks.push([names, ...shares]);
  return [
    [titleOf(table), unitOf(table)].join('\n'),
    ...blocks.map(columnsText),
    ...[remarksOf(table).join('\n')].filter((text) => text !== ''),
  ].join('\n\n');
}

function comparisonText(comparison: Comparison): string {
  const { first, second, figures } = comparison;
  const columns = [
    ['', ...figures.map(({ figure }) => FIGURE_NAMES[figure])],
    ['folds', ...figures.map(({ folds }) => String(folds.length))],
    [
      'difference',
      ...figures.map(({ difference }) => averageText(difference, decimalsFor([difference.mean]))),
    ],
    ['W', ...figures.map(({ test }) => numberText(test.W, 1))],
    ['p', ...figures.map(({ test }) => String(Number(test.p.toPrecision(3))))],
  ];
  return [
    `${first} − ${second}: mean ± standard deviation (divisor n) over common folds;\nbelow 0, ${first} is better`,
    columnsText(columns),
    comparisonRemarks(comparison).join('\n'),
  ].join('\n\n');
}

/** Names to the left, numbers to the right. */
function columnsText(columns: readonly (readonly string[])[]): string {
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)));
  return columns[0]
    .map((_, row) =>
      columns
        .map((column, c) => (c === 0 ? column[row].padEnd(widths[c]) : column[row].padStart(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
