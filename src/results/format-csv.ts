/** Results as CSV: every figure with mean, deviation and count, in full precision; what is said of a row stands in it. */
import { stringify } from 'csv-stringify/sync';
import { csvCells } from '../text/csv-cells.ts';
import { foldsText, type ModelGroup } from './model-group.ts';
import { type ResultRow, resultRows } from './result-rows.ts';
import { groupNotes, type Results, type ResultsTable } from './results.ts';
import { FIGURES } from './runs/run-reading.ts';

/** `run` rows have one value each and no deviation. Comparisons are not in it: see `--json`. */
export function resultsAsCsv(results: Results, verbose: boolean): string {
  const rows = results.tables.flatMap((table) =>
    resultRows(table, verbose).map((row) => csvRow(results, table, row)),
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
