/**
 * The paper's choice of the checkpoint that drives: not the one with the least validation loss, but the earliest whose loss
 * lies within a few percent of it, since what is trained longer without becoming better is fitted closer to its recordings.
 * It is copied to where the models for test drives lie, with a note of what was chosen and why.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError, DataError, UsageError } from '../../errors.ts';
import { lockOwner } from '../../files/lock.ts';
import { adoptFileSync, removeQuietly, temporaryPath, writeFailure } from '../../files/whole-file.ts';
import { readSafetensors } from '../../models/safetensors.ts';
import { runsBelow } from '../weights-of.ts';
import {
  type CheckpointState,
  checkpointName,
  checkpointNames,
  checkpointPlace,
  checkpointsOf,
  OPTIMIZER_FILE,
  stateOf,
  WEIGHTS_FILE,
} from './checkpoint-folder.ts';
import { RECORD_FILE, readRun } from './run-record.ts';

/** Beside the weights that were chosen. */
export const SELECTION_FILE = 'selected.json';

export interface SelectRequest {
  /** Folder of an active run. */
  readonly run: string;
  /** Share of the best validation loss that a loss may lie above it, e.g. 0.05. */
  readonly within: number;
  /** Where the copy goes; `final_models/{model}_{base_path}` beside the folder `active` where not given. */
  readonly out: string | undefined;
}

/** As it stands in `selected.json`. */
export interface Selection {
  /** Folder of the run. */
  readonly run: string;
  readonly epoch: number;
  readonly valid_loss: number;
  readonly best: { readonly epoch: number; readonly valid_loss: number };
  readonly within: number;
  /** In a sentence. */
  readonly why: string;
  /** ISO 8601 */
  readonly selected: string;
}

export interface SelectResult extends Selection {
  readonly folder: string;
  /** True if this very choice was there already, and nothing was written. */
  readonly wasThere: boolean;
}

interface Candidate {
  readonly epoch: number;
  readonly loss: number;
}

/**
 * @throws DataError (status 3) if there is no such run, or a checkpoint is missing or damaged
 * @throws ConfigError (status 2) if the run is not active or not finished, or another choice is in the way
 */
export async function selectCheckpoint({ run, within, out }: SelectRequest): Promise<SelectResult> {
  await requireFinishedActive(run);
  const candidates = await candidatesOf(run);
  const best = candidates.reduce((a, b) => (b.loss < a.loss ? b : a));
  const bound = best.loss * (1 + within);
  const chosen = candidates.find(({ loss }) => loss <= bound) ?? best;
  const source = join(checkpointsOf(run), checkpointName({ epoch: chosen.epoch, batch: 0 }));
  await readSafetensors(join(source, WEIGHTS_FILE)).catch((error: Error) => {
    throw new DataError(`the checkpoint to be chosen is damaged: ${error.message}`);
  });
  const selection: Selection = {
    run: resolve(run),
    epoch: chosen.epoch,
    valid_loss: chosen.loss,
    best: { epoch: best.epoch, valid_loss: best.loss },
    within,
    why: reason(chosen, best, within, bound),
    selected: new Date().toISOString(),
  };
  const folder = out ?? join(run, '..', '..', 'final_models', basename(resolve(run)));
  return place(source, folder, selection);
}

async function requireFinishedActive(run: string): Promise<void> {
  const files = await readdir(run).catch(() => undefined);
  if (!files) throw new DataError(`${run}: there is no such folder; ncp-train runs lists the runs`);
  const below = files.includes(RECORD_FILE) ? [] : runsBelow(run);
  if (below.length > 0) {
    throw new UsageError(
      `${run} is a folder with ${below.length === 1 ? 'a run' : `${below.length} runs`} below it; name one: ${below.slice(0, 4).join(', ')}`,
    );
  }
  if (!files.includes(RECORD_FILE)) {
    throw new DataError(`${run} is no run: it has no ${RECORD_FILE}; ncp-train runs lists the runs`);
  }
  const { record, config } = await readRun(run);
  if (config.experiment_id !== undefined) {
    throw new ConfigError(
      `${run} is a passive run, which keeps its best checkpoint only (checkpoints/best); active runs keep every epoch’s`,
    );
  }
  if (record.state === 'finished') return;
  const state =
    record.state !== 'running' ? record.state : (await lockOwner(run)) ? 'still running' : 'interrupted';
  throw new ConfigError(
    `${run} is not finished (${state}), and a later epoch may be better; ncp-train active --resume goes on with it`,
  );
}

/**
 * Every epoch's checkpoint with the validation loss of its weights, in order.
 *
 * @throws DataError if one up to the last is missing, or its state cannot be read: it might be the one to choose
 */
async function candidatesOf(run: string): Promise<Candidate[]> {
  const names = await checkpointNames(run);
  const last = checkpointPlace(names.at(-1) ?? '')?.epoch;
  if (last === undefined) throw new DataError(`${run} has no checkpoints`);
  const faults: string[] = [];
  const candidates: Candidate[] = [];
  for (let epoch = 0; epoch <= last; epoch++) {
    const name = checkpointName({ epoch, batch: 0 });
    if (!names.includes(name)) {
      faults.push(`${name} is missing`);
      continue;
    }
    const state: CheckpointState | Error = await stateOf(run, name).catch((error: Error) => error);
    if (state instanceof Error) faults.push(state.message);
    else if (state.valid) candidates.push({ epoch, loss: state.valid.loss });
    else faults.push(`${name} was not validated`);
  }
  if (faults.length > 0) {
    throw new DataError(
      `${run}: not every epoch has a whole checkpoint, so the earliest good one cannot be told\n  ${faults.join('\n  ')}`,
    );
  }
  return candidates;
}

function reason(chosen: Candidate, best: Candidate, within: number, bound: number): string {
  const percent = `${Number((100 * within).toPrecision(6))}%`;
  if (chosen.epoch === best.epoch) {
    return `epoch ${best.epoch} has the least validation loss (${best.loss}), and no earlier one is within ${percent} of it`;
  }
  return (
    `epoch ${chosen.epoch} is the earliest whose validation loss (${chosen.loss}) is within ${percent} of the least ` +
    `(${best.loss}, epoch ${best.epoch}), that is up to ${bound}`
  );
}

/** Copies everything but the optimiser's memory: whole or not at all, and over no other choice. */
async function place(source: string, folder: string, selection: Selection): Promise<SelectResult> {
  const before = await readFile(join(folder, SELECTION_FILE), 'utf8').then(parsed, () => undefined);
  if (before && isSame(before, selection)) return { ...before, folder, wasThere: true };
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) {
    const what = before
      ? `holds epoch ${before.epoch} of ${before.run}, within ${100 * before.within}%`
      : 'is not empty';
    throw new ConfigError(`${folder} ${what}; move it away, or choose another place with --out`);
  }
  const temporary = temporaryPath(resolve(folder));
  try {
    await mkdir(dirname(temporary), { recursive: true });
    await cp(source, temporary, { recursive: true, filter: (path) => basename(path) !== OPTIMIZER_FILE });
    await writeFile(join(temporary, SELECTION_FILE), `${JSON.stringify(selection, null, 2)}\n`);
    adoptFileSync(temporary, resolve(folder)); // over an empty folder too
  } catch (error) {
    await removeQuietly(temporary);
    throw writeFailure(folder, error);
  }
  return { ...selection, folder, wasThere: false };
}

const isSame = (a: Selection, b: Selection) =>
  a.run === b.run && a.epoch === b.epoch && a.valid_loss === b.valid_loss && a.within === b.within;

function parsed(text: string): Selection | undefined {
  try {
    return JSON.parse(text) as Selection;
  } catch {
    return undefined;
  }
}
