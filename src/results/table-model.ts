/**
 * Results as they are shown, before a format makes text of them: tables with a row a model, with `--verbose` also one a run, and below
 * them the floor; a comparison; and what is said of both in sentences. Numbers stand in the rows, their text in the columns.
 */
import { type Average, averageText, columnDecimals, decimalsFor, UNKNOWN } from '../text/figures.ts';
import type { Comparison } from './comparison.ts';
import {
  type Averages,
  foldsText,
  inKilometres,
  type ModelGroup,
  type SharesOfConstant,
  shareOfConstant,
} from './model-group.ts';
import type { Results, ResultsTable } from './results.ts';
import { FIGURE_NAMES, FIGURES, type FigureName, type RunReading } from './runs/run-reading.ts';

export interface ShownTable {
  readonly kind: ResultsTable['kind'];
  /** What the figures are. */
  readonly title: string;
  /** In which unit. */
  readonly unit: string;
  readonly remarks: readonly string[];
  readonly rows: readonly ResultRow[];
  readonly columns: readonly ShownColumn[];
}

export interface ShownColumn {
  /** What belongs together where a table is too wide. */
  readonly block: 'losses' | 'errors' | 'kilometres' | 'shares';
  readonly head: string;
  /** A text a row. */
  readonly cells: readonly string[];
  /** Where it is one of the figures themselves. */
  readonly figure?: FigureName;
}

export interface ResultRow {
  readonly what: 'model' | 'run' | 'floor';
  readonly label: string;
  readonly group?: ModelGroup;
  readonly run?: RunReading;
  /** Folds that count. */
  readonly n: number;
  readonly bestEpoch: Average | null;
  readonly figures: Averages;
  readonly perKilometre: ModelGroup['perKilometre'];
  readonly ofConstant: SharesOfConstant;
}

/** @param verbose - with a row for every run */
function rowsOf({ groups, floors }: ResultsTable, verbose: boolean): ResultRow[] {
  const models = groups.flatMap((group) => {
    const { label, counted, unfinished, bestEpoch, figures, perKilometre, ofConstant } = group;
    const means = { bestEpoch, figures, perKilometre, ofConstant };
    const row = { what: 'model' as const, label, group, n: counted.length, ...means };
    return verbose ? [row, ...byFold([...counted, ...unfinished]).map((run) => runRow(group, run))] : [row];
  });
  const dataSets = new Set(floors.map(({ data }) => data));
  const scales = new Set(floors.map(({ labelScale }) => labelScale));
  const floor = floors.map((row) => {
    const { figures, perKilometre, ofConstant, n, data, labelScale } = row;
    const of = [
      ...(dataSets.size > 1 ? [data?.slice(0, 8) ?? 'unknown data'] : []),
      ...(scales.size > 1 ? [`scale ${labelScale ?? 'unknown'}`] : []),
    ];
    const label = of.length > 0 ? `${row.label} (${of.join(', ')})` : row.label;
    return { what: 'floor' as const, label, n, bestEpoch: null, figures, perKilometre, ofConstant };
  });
  return [...models, ...floor];
}

function runRow(group: ModelGroup, run: RunReading): ResultRow {
  const one = (value: number | null): Average | null =>
    value === null ? null : { mean: value, deviation: 0, n: 1 };
  const figures = FIGURES.map((name) => [name, one(run.best?.figures[name] ?? null)]);
  return {
    what: 'run',
    label: `${run.kind === 'active' ? 'run' : `fold ${run.fold ?? '?'}`}${run.isFinished ? '' : ', unfinished'}`,
    group,
    run,
    n: run.isFinished ? 1 : 0,
    bestEpoch: one(run.best?.epoch ?? null),
    figures: Object.fromEntries(figures) as Averages,
    perKilometre: {
      valid_mae: one(inKilometres(run, 'valid_mae')),
      test_mae: one(inKilometres(run, 'test_mae')),
    },
    ofConstant: {
      valid_loss: one(shareOfConstant(run, 'valid_loss')),
      test_loss: one(shareOfConstant(run, 'test_loss')),
    },
  };
}

const byFold = (runs: readonly RunReading[]) =>
  runs.toSorted((a, b) => (a.fold ?? Number.POSITIVE_INFINITY) - (b.fold ?? Number.POSITIVE_INFINITY));

/** @param verbose - with a row for every run */
export function shownTable(table: ResultsTable, verbose: boolean): ShownTable {
  const rows = rowsOf(table, verbose);
  return {
    kind: table.kind,
    title:
      table.kind === 'active'
        ? 'active: figures of the best epoch'
        : 'passive: mean ± standard deviation (divisor n) over folds, at their best epochs',
    unit: unitOf(table),
    remarks: remarksOf(table),
    rows,
    columns: columnsOf(table, rows),
  };
}

function unitOf({ labelScale }: ResultsTable): string {
  if (labelScale === null) return 'units: the labels’ own, of which the scale is unknown or not the same';
  if (labelScale === 1000) return 'units: labels are curvature × 1000, so MAE in 1/km, loss in (1/km)²';
  return `units: labels are curvature × ${labelScale}; one label unit is ${Number((1000 / labelScale).toPrecision(4))} 1/km`;
}

function remarksOf({ warnings, notes, floors }: ResultsTable): string[] {
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...notes.map((note) => `note: ${note}`),
    ...(floors.length > 0
      ? [
          'best constant: of that very split the mean (loss) or the median (MAE)',
          'last value: the label of the frame before, which no model sees',
        ]
      : []),
  ];
}

function columnsOf({ kind, labelScale }: ResultsTable, rows: readonly ResultRow[]): ShownColumn[] {
  // Active runs have no test.
  const shown = FIGURES.filter((name) => kind === 'passive' || !name.startsWith('test'));
  const errors = (['valid_mae', 'test_mae'] as const).filter((name) => shown.includes(name));
  const losses = (['valid_loss', 'test_loss'] as const).filter((name) => shown.includes(name));
  return [
    {
      block: 'losses',
      head: 'folds',
      cells: rows.map(({ what, n }) => (what === 'run' ? '' : String(n))),
    },
    { block: 'errors', head: 'best epoch', cells: rows.map(({ bestEpoch }) => averageText(bestEpoch, 1)) },
    ...shown.map((figure) => ({
      block: figure.endsWith('loss') ? ('losses' as const) : ('errors' as const),
      head: FIGURE_NAMES[figure],
      cells: columnText(rows, ({ figures }) => figures[figure]),
      figure,
    })),
    ...(labelScale === 1000 ? [] : errors).map((name) => ({
      block: 'kilometres' as const,
      head: `${FIGURE_NAMES[name]}, 1/km`,
      cells: columnText(rows, ({ perKilometre }) => perKilometre[name]),
    })),
    // None where no run records its floor.
    ...losses
      .filter((name) => rows.some(({ ofConstant }) => ofConstant[name] !== null))
      .map((name) => ({
        block: 'shares' as const,
        head: `${FIGURE_NAMES[name]}, % of constant’s`,
        cells: rows.map(({ ofConstant }) => percentText(ofConstant[name])),
      })),
  ];
}

function columnText(rows: readonly ResultRow[], read: (row: ResultRow) => Average | null): string[] {
  const averages = rows.map(read);
  const decimals = columnDecimals(
    rows.map(({ what }, r) => ({ isFloor: what === 'floor', value: averages[r]?.mean ?? null })),
  );
  return averages.map((average) => averageText(average, decimals));
}

function percentText(share: Average | null): string {
  if (share === null) return UNKNOWN;
  const percent = (value: number) => (100 * value).toFixed(1);
  return share.n > 1 ? `${percent(share.mean)} ± ${percent(share.deviation)}` : percent(share.mean);
}

/** All of a table as rows of cells, head first: what Markdown and the report have in common. */
export function cellsOf({ rows, columns }: ShownTable): string[][] {
  const names = rows.map(({ what, label }) => (what === 'run' ? `– ${label}` : label));
  return [
    ['model', ...columns.map(({ head }) => head)],
    ...names.map((name, r) => [name, ...columns.map(({ cells }) => cells[r])]),
  ];
}

/** Two models fold by fold. */
export interface ShownComparison {
  /** The first of the two. */
  readonly first: string;
  /** `first − second` */
  readonly pair: string;
  readonly figures: readonly {
    readonly name: string;
    readonly folds: number;
    /** Mean ± deviation. */
    readonly difference: string;
    readonly W: number;
    readonly p: string;
  }[];
  readonly remarks: readonly string[];
}

export function shownComparison(comparison: Comparison): ShownComparison {
  const { first, second, unlike, figures } = comparison;
  const least = Math.max(...figures.map(({ test }) => test.n));
  return {
    first,
    pair: `${first} − ${second}`,
    figures: figures.map(({ figure, folds, difference, test }) => ({
      name: FIGURE_NAMES[figure],
      folds: folds.length,
      difference: averageText(difference, decimalsFor([difference.mean])),
      W: test.W,
      p: String(Number(test.p.toPrecision(3))),
    })),
    remarks: [
      ...(unlike.length > 0
        ? [
            `warning: ${first} and ${second} were trained on other recordings or labels in fold ${foldsText(unlike)}, so ` +
              'their difference there is not the models’',
          ]
        : []),
      'p: Wilcoxon’s signed-rank test, two-sided, exact; differences of 0 left out',
      `${least} difference${least === 1 ? '' : 's'} cannot give a p below ${Number((2 ** (1 - least)).toPrecision(2))}`,
    ],
  };
}

/** Results whose every part is shown; `faults` are of what could not be read. */
export interface ShownResults {
  readonly tables: readonly ShownTable[];
  readonly comparison?: ShownComparison;
  readonly faults: readonly string[];
}

export const shownResults = ({ tables, comparison, warnings }: Results, verbose: boolean): ShownResults => ({
  tables: tables.map((table) => shownTable(table, verbose)),
  comparison: comparison && shownComparison(comparison),
  faults: warnings.map((warning) => `warning: ${warning}`),
});
