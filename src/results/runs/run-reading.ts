/**
 * One run as it was found on disk, whatever wrote it: this program (own-run.ts) or the published scripts
 * (archive-run.ts). What is missing is null, what was damaged stands in `notes`; reading never fails.
 */
import { z } from 'zod';
import { MODELS } from '../../options/schema.ts';

import type { Floors } from '../../train/floors.ts';
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
  /** Of 0.1.0, which wrote no digests: whether anything was altered cannot be told. */
  readonly isUnchecked: boolean;
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

// What is read of a run's `run.json` (train/run/run-record.ts), as far as it is there; a damaged entry counts as
// absent.

const figures = z.object({ loss: z.number(), mae: z.number() });
const floors = z.object({ constant: figures, last_value: figures.nullable(), frames: z.number() });
const time = z.iso.datetime().optional().catch(undefined);

const facts = z.object({
  fingerprint: z.string().optional().catch(undefined),
  backend: z.string().optional().catch(undefined),
  folds: z.int().optional().catch(undefined),
  input: z.looseObject({ label_scale: z.number() }).optional().catch(undefined),
  floors: z.object({ validation: floors, test: floors.optional() }).optional().catch(undefined),
});
export const runRecord = facts.extend({
  command: z.enum(['passive', 'active']).optional().catch(undefined),
  state: z.enum(['running', 'finished', 'stopped', 'failed']),
  started: time,
  ended: time,
  files: z.record(z.string(), z.string()).optional().catch(undefined),
  cause: z.string().optional().catch(undefined),
  digest: z.string().optional().catch(undefined),
  resumed: z
    .array(facts.extend({ at: time, after: time }))
    .optional()
    .catch(undefined),
});
export type ReadRecord = z.output<typeof runRecord>;

// How long a run took: from start to end without the pauses between a stop and a resume. Of a process that was
// killed the end is not recorded; the last epoch it logged stands for it.

/**
 * @param metrics - text of `metrics.jsonl`, whose lines have the time at which an epoch ended
 * @param now - end of a run that is running
 * @returns seconds; null if its start is not recorded
 */
export function secondsSpent(
  record: ReadRecord,
  metrics: string,
  state: FoundState,
  now: Date,
): number | null {
  if (record.started === undefined) return null;
  const resumes = record.resumed ?? [];
  const starts = [record.started, ...resumes.map(({ at }) => at)];
  const ends = [...resumes.map(({ after }) => after), state === 'running' ? now.toISOString() : record.ended];
  const epochs = timesIn(metrics);
  let seconds = 0;
  for (const [n, text] of starts.entries()) {
    if (text === undefined) return null;
    const start = Date.parse(text);
    const next = Date.parse(starts[n + 1] ?? now.toISOString());
    const end = ends[n];
    const lastEpoch = Math.max(start, ...epochs.filter((at) => at >= start && at <= next));
    seconds += ((end === undefined ? lastEpoch : Date.parse(end)) - start) / 1000;
  }
  return Math.max(0, seconds);
}

/** Times of the lines that can be read, milliseconds. */
function timesIn(metrics: string): number[] {
  return Array.from(metrics.matchAll(/"time":"([^"]+)"/g), ([, time]) => Date.parse(time)).filter(
    Number.isFinite,
  );
}

// What the name of a model's folder says: `{model}_{session}`, in the archive also `e2e_{model}_{session}`.

/** @returns for a name of another form the whole name as the model */
export function modelAndSession(name: string): { model: string; session: string } {
  const plain = name.replace(/^e2e_/, '');
  for (const model of MODELS) {
    if (plain === model) return { model, session: '' };
    if (plain.startsWith(`${model}_`)) return { model, session: plain.slice(model.length + 1) };
  }
  return { model: name, session: '' };
}

/** The number in `experiment_4`, and in `experiment_4.1`, which `--new` moved aside. */
export function foldOf(name: string): { fold: number; isAside: boolean } | undefined {
  const match = /^experiment_(\d+)(\.\d+)?$/.exec(name);
  return match ? { fold: Number(match[1]), isAside: match[2] !== undefined } : undefined;
}
