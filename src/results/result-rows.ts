/**
 * The rows of a table before they are text, the same for every format: models, with `--verbose` their single runs, and the
 * floor.
 */
import { type Average, averageText, columnDecimals } from '../text/figures.ts';
import {
  type Averages,
  inKilometres,
  type ModelGroup,
  type SharesOfConstant,
  shareOfConstant,
} from './model-group.ts';
import type { ResultsTable } from './results.ts';
import { FIGURE_NAMES, FIGURES, type FigureName, type RunReading } from './runs/run-reading.ts';

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
export function resultRows({ groups, floors }: ResultsTable, verbose: boolean): ResultRow[] {
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

/** A column of a table as text. */
export function columnText(rows: readonly ResultRow[], read: (row: ResultRow) => Average | null): string[] {
  const averages = rows.map(read);
  const decimals = columnDecimals(
    rows.map(({ what }, r) => ({ isFloor: what === 'floor', value: averages[r]?.mean ?? null })),
  );
  return averages.map((average) => averageText(average, decimals));
}

/** Losses as shares of the variance, as columns: name and text. None where no run records its floor. */
export function shareColumns(table: ResultsTable, rows: readonly ResultRow[]): string[][] {
  const names = (['valid_loss', 'test_loss'] as const).filter((name) => figuresShown(table).includes(name));
  return names
    .filter((name) => rows.some(({ ofConstant }) => ofConstant[name] !== null))
    .map((name) => [
      `${FIGURE_NAMES[name]}, % of constant’s`,
      ...rows.map((row) => percentText(row.ofConstant[name])),
    ]);
}

function percentText(share: Average | null): string {
  if (share === null) return '–';
  const percent = (value: number) => (100 * value).toFixed(1);
  return share.n > 1 ? `${percent(share.mean)} ± ${percent(share.deviation)}` : percent(share.mean);
}

/** Figures that a table has a column for: active runs have no test. */
export const figuresShown = ({ kind }: ResultsTable): readonly FigureName[] =>
  kind === 'active' ? FIGURES.filter((name) => !name.startsWith('test')) : FIGURES;
