/**
 * The rows of a table before they are text, the same for every format: models, with `--verbose` their single runs, and the
 * floor.
 */
import type { Average } from './average.ts';
import { averageText, columnDecimals } from './figure-text.ts';
import { type Averages, inKilometres, type ModelGroup } from './model-group.ts';
import type { ResultsTable } from './results.ts';
import { FIGURES, type FigureName, type RunReading } from './run-reading.ts';

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
}

/** @param verbose - with a row for every run */
export function resultRows({ groups, floors }: ResultsTable, verbose: boolean): ResultRow[] {
  const models = groups.flatMap((group) => {
    const { label, counted, unfinished, bestEpoch, figures, perKilometre } = group;
    const row = { what: 'model' as const, label, group, n: counted.length, bestEpoch, figures, perKilometre };
    return verbose ? [row, ...byFold([...counted, ...unfinished]).map((run) => runRow(group, run))] : [row];
  });
  const several = new Set(floors.map(({ data }) => data)).size > 1;
  const floor = floors.map((row) => ({
    ...{ what: 'floor' as const, bestEpoch: null, figures: row.figures, perKilometre: row.perKilometre },
    label: several ? `${row.label} (${row.data?.slice(0, 8) ?? 'unknown data'})` : row.label,
    n: row.n,
  }));
  return [...models, ...floor];
}

function runRow(group: ModelGroup, run: RunReading): ResultRow {
  const one = (value: number | null): Average | null =>
    value === null ? null : { mean: value, deviation: 0, n: 1 };
  const figures = FIGURES.map((name) => [name, one(run.best?.figures[name] ?? null)]);
  return {
    what: 'run',
    label: `${run.kind === 'active' ? 'run' : `fold ${run.fold ?? '?'}`}${run.isFinished ? '' : ', unfinished'}`,
    ...{ group, run, n: run.isFinished ? 1 : 0 },
    bestEpoch: one(run.best?.epoch ?? null),
    figures: Object.fromEntries(figures) as Averages,
    perKilometre: {
      valid_mae: one(inKilometres(run, 'valid_mae')),
      test_mae: one(inKilometres(run, 'test_mae')),
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

/** Figures that a table has a column for: active runs have no test. */
export const figuresShown = ({ kind }: ResultsTable): readonly FigureName[] =>
  kind === 'active' ? FIGURES.filter((name) => !name.startsWith('test')) : FIGURES;
