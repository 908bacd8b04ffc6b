/**
 * Runs of the published scripts (docs/pipeline.md §4): `passive_sessions/{model}_{base_path}/experiment_{id}/`, also
 * `pretrained_passive_models/…`, and `active_sessions/{model}_{base_path}/`. They record figures only: no options, no data,
 * no state. In the active log the columns `test_*` are of the validation recordings.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { epochRows, type FiguresFile, readFigures, type ValidationColumns } from './figures-file.ts';
import { bestSoFar, foldOf, modelAndSession, NO_FIGURES, type RunReading } from './run-reading.ts';

/** The factor on all labels of the published scripts. */
const LABEL_SCALE = 1000;
/** Folds of the published scripts. */
const FOLDS = 10;

const UNRECORDED = {
  layout: 'archive',
  isUnchecked: false,
  isAside: false,
  labelScale: LABEL_SCALE,
  data: null,
  options: null,
  input: null,
  floors: null,
  backend: null,
  seconds: null,
} as const;

const NO_FILE: FiguresFile = { rows: [], notes: [] };
const VALIDATION: ValidationColumns = { loss: 'valid_loss', mae: 'valid_mae' };
const ACTIVE_VALIDATION: ValidationColumns = { loss: 'test_loss', mae: 'test_mae' };

/** @param folder - `experiment_{id}`, with `train_log.csv`, `final.csv` or both */
export async function readArchivePassive(folder: string): Promise<RunReading> {
  const path = resolve(folder);
  const [log, final] = await Promise.all([
    readFigures(join(folder, 'train_log.csv'), ['epoch', 'train_loss', 'valid_loss']),
    readFigures(join(folder, 'final.csv'), ['best_epoch', 'valid_loss']),
  ]);
  const epochs = epochRows(log ?? NO_FILE, VALIDATION, 'given');
  const notes = [...(log?.notes ?? ['train_log.csv is missing']), ...(final?.notes ?? [])];
  const row = final?.rows[0];
  const epoch = row?.best_epoch ?? null;
  let best = bestSoFar(epochs);
  if (row && epoch !== null) best = { epoch, figures: { ...NO_FIGURES, ...figuresOf(row) } };
  else if (final && best) notes.push('the figures are those of the log, without a test');
  return {
    ...UNRECORDED,
    ...modelAndSession(basename(dirname(path))),
    folder,
    kind: 'passive',
    fold: foldOf(basename(path))?.fold ?? null,
    folds: FOLDS,
    state: final && best ? 'finished' : 'unfinished',
    isFinished: final !== undefined && best !== null,
    epochs,
    best,
    notes,
  };
}

/** @param log - name of its log, `train_{model}_{base_path}.csv` */
export async function readArchiveActive(folder: string, log: string): Promise<RunReading> {
  const file = (await readFigures(join(folder, log), ['epoch', 'train_loss', 'test_loss'])) ?? NO_FILE;
  const epochs = epochRows(file, ACTIVE_VALIDATION, 'last');
  const best = bestSoFar(epochs);
  // Of runs that were published without checkpoints only the log is left, and it is all there will be.
  const isFinished =
    best !== null &&
    ((await isThere(join(folder, 'checkpoints', 'final'))) || !(await isThere(join(folder, 'checkpoints'))));
  return {
    ...UNRECORDED,
    ...modelAndSession(basename(resolve(folder))),
    folder,
    kind: 'active',
    fold: null,
    folds: null,
    state: isFinished ? 'finished' : 'unfinished',
    isFinished,
    epochs,
    best,
    notes: file.notes,
  };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Those of the row's columns that are figures. */
function figuresOf(row: FiguresFile['rows'][number]): Record<string, number | null> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => column in NO_FIGURES));
}
