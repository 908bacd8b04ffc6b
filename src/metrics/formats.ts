/** Drive metrics for a terminal: a row a figure, a column a group of runs. */
import { averageText, decimalsFor, numberText } from '../text/figures.ts';
import { DRIVE_FIGURE_NAMES, DRIVE_FIGURES, type DriveFigure } from './figures.ts';
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
  const table = columns(several ? [head, counts, ...rows] : [head, ...rows]);
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

/** Names to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row
        .map((text, c) => (c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
