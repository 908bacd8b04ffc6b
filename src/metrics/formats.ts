/**
 * Drive metrics for a terminal: a row a figure, a column a group of runs; and in full precision as CSV, a row a run, then one for the
 * runs of a group together, and as plain values for JSON.
 */
import { stringify } from 'csv-stringify/sync';
import { aligned } from '../text/aligned.ts';
import { csvCells } from '../text/csv-cells.ts';
import { averageText, decimalsFor, numberText } from '../text/figures.ts';
import { DRIVE_FIGURE_NAMES, DRIVE_FIGURES, type DriveFigure } from './figures.ts';
import type { DriveMetrics } from './metrics.ts';
import type { DriveGroup, DriveSummary } from './summary.ts';

/** Figures that are counts, or sums that need no decimals of their own. */
const DECIMALS: Readonly<Partial<Record<DriveFigure, number>>> = {
  autonomous_distance: 0,
  autonomous_time: 1,
};

/** The table, then why figures are not defined, and what was left out. */
export function drivesAsText(groups: readonly DriveGroup[]): string {
  const several = groups.some(({ summary }) => summary.runs.length > 1);
  const rows = DRIVE_FIGURE_NAMES.filter((name) => isShown(name, groups)).map((name) => [
    DRIVE_FIGURES[name],
    ...groups.map(({ summary }) => cell(summary, name)),
  ]);
  const head = ['', ...groups.map(headOf)];
  const counts = ['runs', ...groups.map(({ summary }) => String(summary.runs.length))];
  const table = aligned(several ? [head, counts, ...rows] : [head, ...rows], 'right');
  const remarks = [
    ...(several ? [SEVERAL] : []),
    ...undefinedRemarks(groups),
    ...groups.flatMap(noteRemarks),
  ];
  return remarks.length === 0 ? table : `${table}\n\n${remarks.join('\n')}`;
}

const SEVERAL =
  'mean ± standard deviation (divisor n) over runs; the distance between crashes is that of all runs together';

/** Of several runs the distance between crashes is that of all together, see summary.ts. */
function cell({ runs, averages, together }: DriveSummary, name: DriveFigure): string {
  const average =
    name === 'distance_between_crashes' && runs.length > 1
      ? together.distance_between_crashes
      : averages[name];
  if (typeof average === 'number') return numberText(average, 0);
  if (name === 'crashes' && average?.n === 1) return String(average.mean);
  return averageText(average, DECIMALS[name] ?? decimalsFor([average?.mean ?? null]));
}

/** What nobody measured in any group needs no row; what is undefined for another reason does. */
function isShown(name: DriveFigure, groups: readonly DriveGroup[]): boolean {
  const isOptional = name.startsWith('lateral_') || name.endsWith('_rate_rms');
  return !isOptional || groups.some(({ summary }) => summary.averages[name] !== null);
}

/** A line for each reason: which figures it leaves undefined, and in how many runs if not in all. */
function undefinedRemarks(groups: readonly DriveGroup[]): string[] {
  const reasons = new Map<string, { families: Set<string>; runs: Map<DriveGroup, number> }>();
  for (const group of groups) {
    for (const { undefinedBecause } of group.summary.runs) {
      for (const reason of new Set(Object.values(undefinedBecause))) {
        const { families, runs } = reasons.get(reason) ?? { families: new Set(), runs: new Map() };
        for (const [name, because] of Object.entries(undefinedBecause)) {
          if (because === reason) families.add(familyOf(name as DriveFigure));
        }
        reasons.set(reason, { families, runs: runs.set(group, (runs.get(group) ?? 0) + 1) });
      }
    }
  }
  return [...reasons].map(([reason, { families, runs }]) => {
    const everywhere = groups.every((group) => runs.get(group) === group.summary.runs.length);
    const where = [...runs].map(([group, count]) => {
      const of = group.summary.runs.length;
      return of > 1 ? `${count} of ${of} runs of ${headOf(group)}` : headOf(group);
    });
    return `not defined: ${[...families].join(', ')}: ${reason}${everywhere ? '' : ` (${where.join(', ')})`}`;
  });
}

const noteRemarks = (group: DriveGroup) =>
  group.summary.runs.flatMap(({ notes }, r) => notes.map((note) => `${runName(group, r)}: ${note}`));

function runName(group: DriveGroup, r: number): string {
  return group.summary.runs.length > 1 ? `${headOf(group)} run ${r + 1}` : headOf(group);
}

const headOf = ({ label }: DriveGroup) => Object.values(label).join(' ');

/** `lateral jerk` for its RMS and its maximum. */
const familyOf = (name: DriveFigure) => DRIVE_FIGURES[name].split(', ')[0];

/**
 * CSV; empty where a figure is not defined. Columns: those of the labels, `row` (`run` or `mean`), `run` (from 1), `n`, every figure, of means also its `_std` (divisor n) and
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

/** For JSON; null where a figure is not defined, with the reason beside it. */
export function drivesAsJson(groups: readonly DriveGroup[]) {
  return {
    deviation_divisor: 'n',
    groups: groups.map(({ label, summary }) => ({
      ...label,
      n: summary.runs.length,
      mean: summary.averages,
      together: summary.together,
      runs: summary.runs.map(({ figures, undefinedBecause, crashesAt, notes }) => ({
        figures,
        not_defined: undefinedBecause,
        crashes_at: crashesAt,
        notes,
      })),
    })),
  };
}
