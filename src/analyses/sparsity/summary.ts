/**
 * The `--sparsity` runs below a folder, side by side: for each model and each share of its recurrent weights that stays 0, the means
 * over folds (docs/pipeline.md §3, "Sparsity"). Runs without the option stand beside them as sparsity 0.
 */
import { DataError } from '../../errors.ts';
import { differences } from '../../results/comparability.ts';
import { groupOf, type ModelGroup } from '../../results/model-group.ts';
import { groupNotes } from '../../results/results.ts';
import { findRuns } from '../../results/runs/find-runs.ts';
import type { RunReading } from '../../results/runs/run-reading.ts';
import { plural } from '../../text/figures.ts';

export interface SparsityRow {
  readonly model: string;
  /** Share of the recurrent weights that stays 0. */
  readonly sparsity: number;
  readonly group: ModelGroup;
}

export interface SparsitySummary {
  /** By model, in rising sparsity. */
  readonly rows: readonly SparsityRow[];
  /** What makes the runs unlike each other, beside sparsity and model. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** @throws DataError if there are no runs below the folders, or none with `--sparsity` */
export async function summariseSparsity(folders: readonly string[]): Promise<SparsitySummary> {
  const { runs, faults } = await findRuns(folders);
  const where = folders.join(', ');
  const why = faults.length > 0 ? `\n  ${faults.join('\n  ')}` : '';
  if (runs.length === 0) throw new DataError(`no runs below ${where}${why}`);
  const passive = runs.filter(
    ({ kind, options, isAside }) => kind === 'passive' && options !== null && !isAside,
  );
  const groups = new Map<string, RunReading[]>();
  for (const run of passive) {
    const key = `${run.model} ${sparsityOf(run)}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const rows = [...groups.values()]
    .map((members) => {
      const { model, folder } = members[0];
      const sparsity = sparsityOf(members[0]);
      const label = sparsity > 0 ? `${model} ${sparsity}` : model;
      return { model, sparsity, group: groupOf(folder, label, members) };
    })
    .sort((a, b) => (a.model === b.model ? a.sparsity - b.sparsity : a.model < b.model ? -1 : 1));
  if (!rows.some(({ sparsity }) => sparsity > 0)) {
    throw new DataError(
      `of ${plural(runs.length, 'run')} below ${where} none has --sparsity; for example: ncp-train passive --model lstm ` +
        `--experiment_id 0 --sparsity 0.5 --base_path sparse50${why}`,
    );
  }
  const leftOut = runs.length - passive.length;
  return {
    rows,
    warnings: [
      ...faults,
      ...differences(
        rows.map(({ group }) => group),
        ['sparsity'],
      ),
      ...repeated(rows),
    ],
    notes: [
      ...rows.flatMap(({ group }) => groupNotes(group)),
      ...(leftOut > 0
        ? [`${leftOut} left out: active, moved aside, of the published scripts, or without their options`]
        : []),
    ],
  };
}

const sparsityOf = ({ options }: RunReading): number => {
  const value = options?.sparsity;
  return typeof value === 'number' && value > 0 ? value : 0;
};

/** Two runs of one model, sparsity and fold lie in different sessions; their mean would count that fold twice. */
function repeated(rows: readonly SparsityRow[]): string[] {
  return rows.flatMap(({ group: { counted, label } }) => {
    const folds = counted.map(({ fold }) => fold);
    return new Set(folds).size < folds.length
      ? [
          `${label}: some folds stand in several sessions, and count as often: ${[...new Set(counted.map(({ session }) => session))].join(', ')}`,
        ]
      : [];
  });
}
