/**
 * Results as text: for a terminal, as Markdown and as rows of a LaTeX table, all of what table-model.ts shows; and in full
 * precision as CSV, a row a row of the tables, and as JSON, with every run.
 */
import { stringify } from 'csv-stringify/sync';
import { aligned } from '../text/aligned.ts';
import { csvCells } from '../text/csv-cells.ts';
import { numberText, UNKNOWN } from '../text/figures.ts';
import { foldsText, type ModelGroup } from './model-group.ts';
import { groupNotes, type Results, type ResultsTable } from './results.ts';
import { FIGURES, type FigureName, type RunReading } from './runs/run-reading.ts';
import {
  cellsOf,
  type ResultRow,
  type ShownColumn,
  type ShownComparison,
  type ShownTable,
  shownResults,
  shownTable,
} from './table-model.ts';

/** How a format writes what is shown, and what stands between its parts. */
interface Renderer {
  table(table: ShownTable): string;
  comparison(comparison: ShownComparison): string;
  remarks(sentences: readonly string[]): string;
  readonly between: string;
}

function rendered(renderer: Renderer, results: Results, verbose: boolean): string {
  const { tables, comparison, faults } = shownResults(results, verbose);
  const parts = tables.map(renderer.table);
  if (comparison) parts.push(renderer.comparison(comparison));
  if (faults.length > 0) parts.push(renderer.remarks(faults));
  return parts.join(renderer.between);
}

/** @param verbose - with a row for every run */
export const resultsAsText = (results: Results, verbose: boolean): string => rendered(TEXT, results, verbose);
export const resultsAsMarkdown = (results: Results, verbose: boolean): string =>
  rendered(MARKDOWN, results, verbose);
export const resultsAsLatex = (results: Results, verbose: boolean): string =>
  rendered(LATEX, results, verbose);

/** For a terminal: losses, then errors, in blocks that fit 80 columns unless names are long; notes are as long as they are. */
const TEXT: Renderer = {
  table({ kind, title, unit, remarks, rows, columns }) {
    const names = rows.map(({ what, label }) => (what === 'run' ? `  ${label}` : label));
    const shown = columns.filter(({ head }) => kind === 'passive' || head !== 'folds');
    const blocks = (['losses', 'errors', 'kilometres', 'shares'] as const)
      .map((block) => shown.filter((column) => column.block === block))
      .filter((block) => block.length > 0);
    return [
      `${title}\n${unit}`,
      ...blocks.map((block) => blockText(names, block)),
      ...[remarks.join('\n')].filter((text) => text !== ''),
    ].join('\n\n');
  },
  comparison: ({ first, pair, figures, remarks }) =>
    [
      `${pair}: mean ± standard deviation (divisor n) over common folds;\nbelow 0, ${first} is better`,
      aligned(
        [
          ['', ...COMPARED],
          ...figures.map(({ name, folds, difference, W, p }) => [
            name,
            String(folds),
            difference,
            numberText(W, 1),
            p,
          ]),
        ],
        'right',
      ),
      remarks.join('\n'),
    ].join('\n\n'),
  remarks: (sentences) => sentences.join('\n'),
  between: '\n\n',
};

function blockText(names: readonly string[], columns: readonly ShownColumn[]): string {
  const rows = names.map((name, r) => [name, ...columns.map(({ cells }) => cells[r])]);
  return aligned([['', ...columns.map(({ head }) => head)], ...rows], 'right');
}

const COMPARED = ['folds', 'difference', 'W', 'p'];

/** A row a model. */
const MARKDOWN: Renderer = {
  table(shown) {
    const { title, unit, remarks } = shown;
    return [`**${title}**`, markdownTable(cellsOf(shown)), MARKDOWN.remarks([unit, ...remarks])].join('\n\n');
  },
  comparison({ pair, figures, remarks }) {
    const rows = figures.map(({ name, folds, difference, W, p }) => [
      name,
      String(folds),
      difference,
      String(W),
      p,
    ]);
    return [markdownTable([[pair, ...COMPARED], ...rows]), MARKDOWN.remarks(remarks)].join('\n\n');
  },
  remarks: (sentences) => sentences.map((sentence) => `- ${markdownText(sentence)}`).join('\n'),
  between: '\n\n',
};

function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...lines] = rows.map((row) => `| ${row.map(markdownText).join(' | ')} |`);
  const rule = `|${rows[0].map((_, c) => (c === 0 ? '---' : '---:')).join('|')}|`;
  return [head, rule, ...lines].join('\n');
}

const markdownText = (text: string) => text.replace(/[|\\`*_<]/g, '\\$&');

/** The columns of the published summary (docs/pipeline.md §4); for active models validation in place of the test, as there. */
const LATEX_COLUMNS: Readonly<Record<ShownTable['kind'], readonly FigureName[]>> = {
  passive: ['train_loss', 'test_loss', 'test_mae'],
  active: ['train_loss', 'valid_loss', 'valid_mae'],
};

const LATEX: Renderer = {
  table({ kind, title, unit, remarks, rows, columns }) {
    const shown = columns.filter(
      ({ figure }) => figure !== undefined && LATEX_COLUMNS[kind].includes(figure),
    );
    const lines = rows.map(({ what, label }, r) => {
      const cells = shown.map((column) => latexFigure(column.cells[r]));
      return `${what === 'run' ? '\\quad ' : ''}${latexText(label)} & ${cells.join(' & ')} \\\\`;
    });
    const head = `model & ${shown.map((column) => column.head).join(' & ')}`;
    return [LATEX.remarks([title, unit, ...remarks, head]), lines.join('\n')].join('\n');
  },
  comparison({ pair, figures, remarks }) {
    const lines = figures.map(
      ({ name, folds, difference, W, p }) =>
        `${pair}, ${name}: ${difference}, ${folds} folds, W ${W}, p ${p}`,
    );
    return LATEX.remarks([...lines, ...remarks]);
  },
  remarks: (sentences) => sentences.map((sentence) => `% ${sentence}`).join('\n'),
  between: '\n',
};

const latexFigure = (text: string) => (text === UNKNOWN ? '--' : `$${text.replace('±', '\\pm')}$`);

const latexText = (text: string) => text.replace(/[&%$#_{}]/g, '\\$&');

/**
 * Every figure with mean, deviation and count; what is said of a row stands in it. `run` rows have one value each and no deviation.
 * Comparisons are not in it: see `--json`.
 */
export function resultsAsCsv(results: Results, verbose: boolean): string {
  const rows = results.tables.flatMap((table) =>
    shownTable(table, verbose).rows.map((row) => csvRow(results, table, row)),
  );
  return stringify(rows, { header: true, ...csvCells() }).trimEnd();
}

function csvRow(
  results: Results,
  table: ResultsTable,
  row: ResultRow,
): Record<string, string | number | null> {
  const { what, label, group, run, n, bestEpoch, figures, perKilometre, ofConstant } = row;
  const isModel = what === 'model';
  const averages = [
    ['best_epoch', bestEpoch] as const,
    ...FIGURES.map((name) => [name, figures[name]] as const),
    ['valid_mae_per_km', perKilometre.valid_mae] as const,
    ['test_mae_per_km', perKilometre.test_mae] as const,
    ['valid_loss_of_constant', ofConstant.valid_loss] as const,
    ['test_loss_of_constant', ofConstant.test_loss] as const,
  ];
  return {
    row: what,
    kind: table.kind,
    model: group?.model ?? label,
    session: group?.session ?? '',
    folder: run?.folder ?? group?.folder ?? '',
    fold: run?.fold ?? null,
    state: run?.state ?? (group && table.kind === 'active' ? stateOf(group) : ''),
    n,
    counted: isModel && group ? foldsText(group.counted.map(({ fold }) => fold)) : '',
    unfinished: isModel && group ? foldsText(group.unfinished.map(({ fold }) => fold)) : '',
    missing: isModel && group ? foldsText(group.missing) : '',
    label_scale: run?.labelScale ?? group?.labelScale ?? null,
    ...Object.fromEntries(
      averages.flatMap(([name, average]) => [
        [name, average?.mean ?? null],
        [`${name}_std`, what === 'run' ? null : (average?.deviation ?? null)],
        [`${name}_n`, average?.n ?? 0],
      ]),
    ),
    notes: notesOf(results, table, row).join('; '),
  };
}

/** Of an active model, which is one run. */
const stateOf = ({ counted, unfinished }: ModelGroup) => [...counted, ...unfinished][0].state;

/** Warnings are of the whole table and stand with every model. */
function notesOf(results: Results, table: ResultsTable, { what, group, run }: ResultRow): readonly string[] {
  if (what === 'run') return run?.notes ?? [];
  if (!group) return [];
  return [
    ...[...results.warnings, ...table.warnings].map((warning) => `warning: ${warning}`),
    ...groupNotes(group),
  ];
}

export function resultsAsJson({ tables, comparison, warnings }: Results): string {
  const value = {
    deviation_divisor: 'n',
    tables: tables.map((table) => ({
      kind: table.kind,
      label_scale: table.labelScale,
      models: table.groups.map(modelJson),
      floors: table.floors.map(({ label, data, n, figures, perKilometre, ofConstant }) => ({
        predictor: label,
        data,
        n,
        figures,
        in_1_per_km: perKilometre,
        of_constant: ofConstant,
      })),
      warnings: table.warnings,
      notes: table.notes,
    })),
    ...(comparison ? { comparison } : {}),
    warnings,
  };
  return JSON.stringify(value, null, 2);
}

function modelJson(group: ModelGroup) {
  const { label, model, session, folder, counted, unfinished, missing, figures, perKilometre } = group;
  return {
    label,
    model,
    session,
    folder,
    label_scale: group.labelScale,
    n: counted.length,
    folds: { counted: counted.map(foldOf), unfinished: unfinished.map(foldOf), missing },
    best_epoch: group.bestEpoch,
    figures,
    in_1_per_km: perKilometre,
    of_constant: group.ofConstant,
    runs: [...counted, ...unfinished].map(runJson),
  };
}

const foldOf = ({ fold }: RunReading) => fold;

function runJson({
  folder,
  layout,
  fold,
  state,
  isFinished,
  best,
  epochs,
  data,
  labelScale,
  notes,
}: RunReading) {
  return {
    folder,
    layout,
    fold,
    state,
    finished: isFinished,
    last_epoch: epochs.at(-1)?.epoch ?? null,
    best_epoch: best?.epoch ?? null,
    figures: best?.figures ?? null,
    data,
    label_scale: labelScale,
    notes,
  };
}
