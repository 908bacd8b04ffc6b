/** Results as Markdown tables, a row a model. */
import type { Comparison } from './comparison.ts';
import { averageText, decimalsFor } from './figure-text.ts';
import { columnText, figuresShown, resultRows, shareColumns } from './result-rows.ts';
import type { Results, ResultsTable } from './results.ts';
import { FIGURE_NAMES } from './run-reading.ts';
import { comparisonRemarks, faultsOf, remarksOf, titleOf, unitOf } from './words.ts';

export function resultsAsMarkdown(results: Results, verbose: boolean): string {
  const parts = results.tables.map((table) => tableMarkdown(table, verbose));
  if (results.comparison) parts.push(comparisonMarkdown(results.comparison));
  const faults = faultsOf(results);
  if (faults.length > 0) parts.push(listOf(faults));
  return parts.join('\n\n');
}

function tableMarkdown(table: ResultsTable, verbose: boolean): string {
  const rows = resultRows(table, verbose);
  const shown = figuresShown(table);
  const inKilometres =
    table.labelScale === 1000
      ? []
      : (['valid_mae', 'test_mae'] as const).filter((name) => shown.includes(name));
  const columns = [
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
  const remarks = [unitOf(table), ...remarksOf(table)];
  return [`**${titleOf(table)}**`, markdownTable(columns), listOf(remarks)].join('\n\n');
}

function comparisonMarkdown(comparison: Comparison): string {
  const { first, second, figures } = comparison;
  const columns = [
    [`${first} − ${second}`, ...figures.map(({ figure }) => FIGURE_NAMES[figure])],
    ['folds', ...figures.map(({ folds }) => String(folds.length))],
    [
      'difference',
      ...figures.map(({ difference }) => averageText(difference, decimalsFor([difference.mean]))),
    ],
    ['W', ...figures.map(({ test }) => String(test.W))],
    ['p', ...figures.map(({ test }) => String(Number(test.p.toPrecision(3))))],
  ];
  return [markdownTable(columns), listOf(comparisonRemarks(comparison))].join('\n\n');
}

function markdownTable(columns: readonly (readonly string[])[]): string {
  const line = (row: number) => `| ${columns.map((column) => escaped(column[row])).join(' | ')} |`;
  const rule = `|${columns.map((_, c) => (c === 0 ? '---' : '---:')).join('|')}|`;
  return [line(0), rule, ...columns[0].slice(1).map((_, row) => line(row + 1))].join('\n');
}

const listOf = (sentences: readonly string[]) =>
  sentences.map((sentence) => `- ${escaped(sentence)}`).join('\n');

const escaped = (text: string) => text.replace(/[|\\`*_<]/g, '\\$&');
