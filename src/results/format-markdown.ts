/** Results as Markdown tables, a row a model. */

import { averageText, decimalsFor } from '../text/figures.ts';
import type { Comparison } from './comparison.ts';
import type { Results, ResultsTable } from './results.ts';
import { FIGURE_NAMES } from './runs/run-reading.ts';
import { tableColumns } from './table-columns.ts';
import { comparisonRemarks, faultsOf, remarksOf, titleOf, unitOf } from './words.ts';

export function resultsAsMarkdown(results: Results, verbose: boolean): string {
  const parts = results.tables.map((table) => tableMarkdown(table, verbose));
  if (results.comparison) parts.push(comparisonMarkdown(results.comparison));
  const faults = faultsOf(results);
  if (faults.length > 0) parts.push(listOf(faults));
  return parts.join('\n\n');
}

function tableMarkdown(table: ResultsTable, verbose: boolean): string {
  const remarks = [unitOf(table), ...remarksOf(table)];
  return [`**${titleOf(table)}**`, markdownTable(tableColumns(table, verbose)), listOf(remarks)].join('\n\n');
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
