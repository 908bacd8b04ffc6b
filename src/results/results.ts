/**
 * From folders to the results: reads every run, groups, averages, warns. formats.ts prints them, curves.ts draws them.
 */
import { basename } from 'node:path';
import { DataError } from '../errors.ts';
import { differences } from './comparability.ts';
import { type Comparison, compareModels } from './comparison.ts';
import { type FloorRow, floorRows } from './floor-rows.ts';
import { foldsText, groupRuns, type ModelGroup } from './model-group.ts';
import { findRuns } from './runs/find-runs.ts';
import { FIGURE_NAMES, FIGURES, type RunReading } from './runs/run-reading.ts';

/** One table: all models that were trained in one way. */
export interface ResultsTable {
  readonly kind: RunReading['kind'];
  readonly groups: readonly ModelGroup[];
  readonly floors: readonly FloorRow[];
  /** Of all its runs that record it; null where none does, or not the same. */
  readonly labelScale: number | null;
  /** What makes its runs unlike each other. */
  readonly warnings: readonly string[];
  /** Which folds are missing or unfinished, what was damaged. */
  readonly notes: readonly string[];
}

export interface Results {
  readonly tables: readonly ResultsTable[];
  readonly comparison?: Comparison;
  /** Of folders that could not be read. */
  readonly warnings: readonly string[];
}

/**
 * @param compare - two models, see {@link compareModels}
 * @throws DataError (status 3) if there is no run below the folders
 * @throws UsageError for two models that cannot be compared
 */
export async function readResults(folders: readonly string[], compare?: string): Promise<Results> {
  const { runs, faults } = await findRuns(folders);
  if (runs.length === 0) {
    const why = faults.length > 0 ? `\n  ${faults.join('\n  ')}` : '';
    throw new DataError(
      `no runs below ${folders.join(', ')}; ncp-train passive makes one, and --sessions_dir says where${why}`,
    );
  }
  return resultsOf(runs, faults, compare);
}

/**
 * The same of runs that have been read already.
 *
 * @param warnings - of folders that could not be read
 */
export function resultsOf(
  runs: readonly RunReading[],
  warnings: readonly string[] = [],
  compare?: string,
): Results {
  const all = (['passive', 'active'] as const).flatMap((kind) => {
    const of = runs.filter((run) => run.kind === kind);
    return of.length > 0 ? [tableOf(kind, of)] : [];
  });
  const tables = all.filter(({ groups }) => groups.length > 0);
  const withoutRow = all.filter((table) => !tables.includes(table));
  const groups = tables.flatMap((table) => table.groups);
  return {
    tables,
    ...(compare === undefined ? {} : { comparison: compareModels(groups, compare) }),
    warnings: [...warnings, ...withoutRow.flatMap(({ notes }) => notes)],
  };
}

function tableOf(kind: RunReading['kind'], all: readonly RunReading[]): ResultsTable {
  const untrained = all.filter(({ state, isAside }) => state === 'never trained' && !isAside);
  const runs = all.filter((run) => !run.isAside && !untrained.includes(run));
  const groups = groupRuns(runs);
  const known = runs.flatMap(({ labelScale }) => labelScale ?? []);
  const [scale, ...others] = new Set(known);
  const aside = all.filter(({ isAside }) => isAside);
  return {
    kind,
    groups,
    floors: floorRows(groups),
    labelScale: others.length === 0 ? (scale ?? null) : null,
    warnings: differences(groups),
    notes: [
      ...groups.flatMap(groupNotes),
      ...uncheckedNotes(runs),
      ...untrained.map(({ folder, notes }) => `${folder} never trained: ${notes.join('; ')}`),
      ...aside.map(({ folder }) => `${folder} is left out: --new moved it aside`),
    ],
  };
}

function uncheckedNotes(runs: readonly RunReading[]): string[] {
  const unchecked = runs.filter(({ isUnchecked }) => isUnchecked);
  if (unchecked.length === 0) return [];
  const [only] = unchecked;
  const which = unchecked.length === 1 ? `${only.folder} was` : `${unchecked.length} runs were`;
  return [`${which} begun by 0.1.0, which wrote no digests: what was written is taken as it is`];
}

/** Which folds a group lacks, and what was damaged in its runs. */
export function groupNotes(group: ModelGroup): string[] {
  const { label, missing, unfinished, counted } = group;
  const notes: string[] = [];
  if (missing.length > 0) {
    notes.push(`${label}: fold${missing.length > 1 ? 's' : ''} ${foldsText(missing)} missing`);
  }
  for (const run of unfinished) notes.push(`${label}${foldName(run)} does not count: ${progressOf(run)}`);
  notes.push(...incomplete(group));
  for (const run of [...counted, ...unfinished]) {
    for (const note of run.notes) notes.push(`${label}${foldName(run)}: ${note}`);
  }
  return notes;
}

/** Means that are over fewer folds than the row counts. */
function incomplete({ kind, label, counted, figures }: ModelGroup): string[] {
  if (counted.length === 0) return [];
  const names = kind === 'active' ? [] : FIGURES;
  const byCount = new Map<number, string[]>();
  for (const name of names) {
    const n = figures[name]?.n ?? 0;
    if (n < counted.length) byCount.set(n, [...(byCount.get(n) ?? []), FIGURE_NAMES[name]]);
  }
  return [...byCount].map(([n, figures]) => {
    const hints = [
      ...(figures.includes(FIGURE_NAMES.train_loss) ? ['no epoch is trained from the last weights'] : []),
      ...(figures.includes(FIGURE_NAMES.test_loss) ? ['--final measures the test'] : []),
    ];
    const hint = hints.length > 0 ? ` (${hints.join('; ')})` : '';
    return `${label}: ${figures.join(', ')} of ${n === 0 ? 'none' : n} of its ${counted.length} folds${hint}`;
  });
}

/** ` fold 3`; of active models nothing. */
const foldName = ({ kind, fold, folder }: RunReading) =>
  kind === 'active' ? '' : fold === null ? ` ${basename(folder)}` : ` fold ${fold}`;

/** `running, epoch 12, best so far 1.234 at epoch 9`. */
function progressOf({ state, epochs, best }: RunReading): string {
  const word = state === 'unknown' ? 'whether it is finished cannot be read' : state;
  const last = epochs.at(-1);
  if (!last) return `${word}, no whole epoch yet`;
  const soFar = best?.figures.valid_loss ?? null;
  const bestText = soFar === null ? '' : `, best so far ${soFar.toPrecision(4)} at epoch ${best?.epoch}`;
  return `${word}, epoch ${last.epoch}${bestText}`;
}
