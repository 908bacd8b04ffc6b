/**
 * One run as it was found on disk, whatever wrote it: this program (own-run.ts) or the published scripts
 * (archive-run.ts). What is missing is null, what was damaged stands in `notes`; reading never fails.
 */

import type { Floors } from '../../train/run/floors.ts';
import type { Config, RunState } from '../../train/run/run-record.ts';

/** Columns of `final.csv` behind the epoch (docs/pipeline.md §4). */
export const FIGURES = [
  'train_loss',
  'train_mae',
  'valid_loss',
  'valid_mae',
  'test_loss',
  'test_mae',
] as const;
export type FigureName = (typeof FIGURES)[number];

/** In words, as heads of columns. */
export const FIGURE_NAMES: Readonly<Record<FigureName, string>> = {
  train_loss: 'training loss',
  train_mae: 'training MAE',
  valid_loss: 'validation loss',
  valid_mae: 'validation MAE',
  test_loss: 'test loss',
  test_mae: 'test MAE',
};

/** In label units; null where it was not measured, or is damaged. */
export type RunFigures = { readonly [name in FigureName]: number | null };

/** A row of the log, and the weights it is of. */
export interface EpochRow extends Omit<RunFigures, 'test_loss' | 'test_mae'> {
  readonly epoch: number;
}

/**
 * `never trained`: it ended before its first checkpoint; the reason is in the notes. `interrupted`: running as far as it knows, but its process is gone. `unfinished`: of the published scripts, without final
 * figures. `unknown`: its record cannot be read.
 */
export type FoundState = RunState | 'never trained' | 'interrupted' | 'unfinished' | 'unknown';

export interface RunReading {
  readonly folder: string;
  readonly layout: 'ncp-train' | 'archive';
  readonly kind: 'passive' | 'active';
  readonly model: string;
  /** `--base_path`; empty where the folder's name has none. */
  readonly session: string;
  /** Null for active runs. */
  readonly fold: number | null;
  /** Folds of its cross-testing, null where that is not recorded. */
  readonly folds: number | null;
  readonly state: FoundState;
  /** True if its figures are final, and count in means. */
  readonly isFinished: boolean;
  /** True if `--new` moved it aside. */
  readonly isAside: boolean;
  /** Whole rows of the log, by epoch. */
  readonly epochs: readonly EpochRow[];
  /** The best epoch with its figures: the final ones, or those so far. */
  readonly best: { readonly epoch: number; readonly figures: RunFigures } | null;
  /** Labels = curvature in 1/m × this. */
  readonly labelScale: number | null;
  /** Fingerprint of its recordings. */
  readonly data: string | null;
  /** Every option; null where they are not recorded. */
  readonly options: Config | null;
  /** How its frames were prepared, as recorded. */
  readonly input: Readonly<Record<string, unknown>> | null;
  readonly floors: { readonly validation?: Floors; readonly test?: Floors } | null;
  readonly backend: string | null;
  /** Seconds that were spent on it, null where that is not recorded. */
  readonly seconds: number | null;
  /** What was missing or damaged, a sentence each. */
  readonly notes: readonly string[];
}

export const NO_FIGURES: RunFigures = {
  train_loss: null,
  train_mae: null,
  valid_loss: null,
  valid_mae: null,
  test_loss: null,
  test_mae: null,
};

/** The row with the least validation loss, of equal ones the first, as training chooses its best checkpoint. */
export function bestSoFar(epochs: readonly EpochRow[]): RunReading['best'] {
  let best: EpochRow | undefined;
  for (const row of epochs) {
    if (row.valid_loss !== null && !(best && row.valid_loss >= (best.valid_loss as number))) best = row;
  }
  if (!best) return null;
  const { epoch, ...figures } = best;
  return { epoch, figures: { ...NO_FIGURES, ...figures } };
}
