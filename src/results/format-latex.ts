/**
 * Results as rows of a LaTeX table, with the columns of the published summary (docs/pipeline.md §4): training loss, test
 * loss and test MAE; for active models validation in place of the test, as there.
 */
import { averageText, decimalsFor, UNKNOWN } from '../text/figures.ts';
import { columnText, resultRows } from './result-rows.ts';
import type { Results, ResultsTable } from './results.ts';
import { FIGURE_NAMES, type FigureName } from './runs/run-reading.ts';
import { comparisonRemarks, faultsOf, remarksOf, titleOf, unitOf } from './words.ts';

const COLUMNS: Readonly<Record<ResultsTable['kind'], readonly FigureName[]>> = {
  passive: ['train_loss', 'test_loss', 'test_mae'],
  active: ['train_loss', 'valid_loss', 'valid_mae'],
};

export function resultsAsLatex(results: Results, verbose: boolean): string {
  const parts = results.tables.map((table) => tableLatex(table, verbose));
  const { comparison } = results;
  if (comparison) {
    const lines = comparison.figures.map(
      ({ figure, difference, test, folds }) =>
        `${comparison.first} − ${comparison.second}, ${FIGURE_NAMES[figure]}: ` +
        `${averageText(difference, decimalsFor([difference.mean]))}, ${folds.length} folds, W ${test.W}, ` +
        `p ${Number(test.p.toPrecision(3))}`,
    );
    parts.push(comments([...lines, ...comparisonRemarks(comparison)]));
  }
  const faults = faultsOf(results);
  if (faults.length > 0) parts.push(comments(faults));
  return parts.join('\n');
}

function tableLatex(table: ResultsTable, verbose: boolean): string {
  const rows = resultRows(table, verbose);
  const names = COLUMNS[table.kind];
  const columns = names.map((name) => columnText(rows, ({ figures }) => figures[name]));
  const lines = rows.map(({ what, label }, r) => {
    const cells = columns.map((column) => latexFigure(column[r]));
    return `${what === 'run' ? '\\quad ' : ''}${latexText(label)} & ${cells.join(' & ')} \\\\`;
  });
  const head = `model & ${names.map((name) => FIGURE_NAMES[name]).join(' & ')}`;
  return [comments([titleOf(table), unitOf(table), ...remarksOf(table), head]), lines.join('\n')].join('\n');
}

const comments = (sentences: readonly string[]) => sentences.map((sentence) => `% ${sentence}`).join('\n');

const latexFigure = (text: string) => (text === UNKNOWN ? '--' : `$${text.replace('±', '\\pm')}$`);

const latexText = (text: string) => text.replace(/[&%$#_{}]/g, '\\$&');
