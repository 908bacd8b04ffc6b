/** Drive metrics as CSV: a row a run, then one for the runs of a group together; in full precision, empty where undefined. */
import { stringify } from 'csv-stringify/sync';
import { csvCells } from '../text/csv-cells.ts';
import { DRIVE_FIGURE_NAMES } from './figures.ts';
import type { DriveMetrics } from './metrics.ts';
import type { DriveGroup } from './summary.ts';

/**
 * Columns: those of the labels, `row` (`run` or `mean`), `run` (from 1), `n`, every figure, of means also its `_std` (divisor n) and
 * the `_n` runs in which it is defined, and `notes`.
 */
export function drivesAsCsv(groups: readonly DriveGroup[]): string {
  const rows = groups.flatMap(({ label, summary }) => [
    ...summary.runs.map((run, r) => ({ ...label, row: 'run', run: r + 1, n: 1, ...runCells(run) })),
    { ...label, row: 'mean', run: null, n: summary.runs.length, ...meanCells(summary.averages) },
  ]);
  return stringify(rows, { header: true, ...csvCells() }).trimEnd();
}

function runCells({ figures, undefinedBecause, notes }: DriveMetrics) {
  const reasons = Object.entries(undefinedBecause).map(([name, reason]) => `${name} not defined: ${reason}`);
  return {
    ...Object.fromEntries(
      DRIVE_FIGURE_NAMES.flatMap((name) => [
        [name, figures[name]],
        [`${name}_std`, null],
        [`${name}_n`, figures[name] === null ? 0 : 1],
      ]),
    ),
    notes: [...reasons, ...notes].join('; '),
  };
}

function meanCells(averages: DriveGroup['summary']['averages']) {
  return {
    ...Object.fromEntries(
      DRIVE_FIGURE_NAMES.flatMap((name) => [
        [name, averages[name]?.mean ?? null],
        [`${name}_std`, averages[name]?.deviation ?? null],
        [`${name}_n`, averages[name]?.n ?? 0],
      ]),
    ),
    notes: '',
  };
}
