/**
 * Checkpoints: what training needs to go on, on disk. One is a folder `checkpoints/epoch_NNN[_batch_MMMM]/` that is never
 * rewritten; the one-line files `last` and `best` beside it name two of them.
 *
 * Whatever stops the process, and wherever, a complete checkpoint is named. A new one is made in this order:
 *
 *   1. every file written and synced in a folder with a temporary name
 *   2. the folder renamed, `checkpoints/` synced
 *   3. `best`, then `last`, replaced in the same way
 *   4. what nothing needs any more removed
 *
 * Up to 3 the old checkpoint counts, from 3 on the new one; what 1 and 4 leave behind when they are cut short, the next
 * checkpoint sweeps away.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { ConfigError } from '../../errors.ts';
import {
  discard,
  removeQuietly,
  sweepTemporary,
  syncFolder,
  temporaryPath,
  writeFailure,
  writeSynced,
} from '../../files/whole-file.ts';
import type { Table } from '../../models/cells/cell.ts';
import type { InputDescription } from '../../models/input-description.ts';
import type { Model } from '../../models/model.ts';
import { readSafetensors } from '../../models/safetensors.ts';
import { loadWeights, saveModel } from '../../models/weights-file.ts';
import { reasonOf } from '../../text/reason.ts';
import { type AdamState, settle } from '../optimizer/optimizer.ts';
import {
  bestKnownTo,
  type CheckpointState,
  checkpointName,
  checkpointNames,
  checkpointsOf,
  inOrder,
  type Keep,
  OPTIMIZER_FILE,
  prune,
  readPointer,
  readState,
  STATE_FILE,
  type StateFile,
  stateOf,
  stateText,
  WEIGHTS_FILE,
  writePointer,
} from './checkpoint-folder.ts';
import { requireLogged } from './metrics-log.ts';
import { loadOptimizer, readOptimizer, writeOptimizer } from './optimizer-file.ts';

export interface NewCheckpoint {
  readonly model: Model;
  readonly adam: AdamState;
  readonly state: Omit<CheckpointState, 'adamUpdates'>;
  /** What becomes of the older ones. */
  readonly keep: Keep;
  /** True if these weights have the least validation loss so far, so that `state.best` is of this epoch. */
  readonly best: boolean;
  /** What the model was trained on. */
  readonly input: InputDescription;
  /** Digest of what was logged before, see metrics-log.ts. */
  readonly log: string;
}

/** A checkpoint that was found on disk. */
export interface FoundCheckpoint {
  /** Of its folder. */
  readonly path: string;
  readonly name: string;
  readonly state: CheckpointState;
}

/** The checkpoint to go on from. */
export interface LatestCheckpoint extends FoundCheckpoint {
  /** Digest of what was logged before it; undefined in one of 0.1.0. */
  readonly log: string | undefined;
  /** Newer ones that were passed over: a sentence each, with the reason. */
  readonly damaged: readonly string[];
}

/**
 * Writes a checkpoint and makes it `last`, and with `best` also `best`. One that is `last` already, with the same state, is
 * left as it is.
 *
 * @param folder - of the run
 * @throws DataError if it cannot be written, a full disk for example; then the one before still stands
 */
export async function saveCheckpoint(folder: string, checkpoint: NewCheckpoint): Promise<void> {
  const { model, adam, keep, best, input, log } = checkpoint;
  const state: CheckpointState = { ...checkpoint.state, adamUpdates: adam.t };
  const name = checkpointName(state);
  const text = stateText(state, log);
  if (best && (state.best?.epoch !== state.epoch || state.batch !== 0)) {
    throw new Error(`${name} cannot be the best: its state names ${JSON.stringify(state.best)}`);
  }
  const path = join(checkpointsOf(folder), name);
  const temporary = temporaryPath(path);
  try {
    await mkdir(checkpointsOf(folder), { recursive: true });
    if ((await readPointer(folder, 'last')) === name) {
      if (isDeepStrictEqual(await stateOf(folder, name), state)) return;
      throw new Error(`${path} is written already, with another state`);
    }
    await sweepTemporary(checkpointsOf(folder));
    await mkdir(temporary);
    await saveModel(join(temporary, WEIGHTS_FILE), model, input);
    await writeOptimizer(join(temporary, OPTIMIZER_FILE), model, adam);
    for (const [file, table] of tablesOf(model)) await writeSynced(join(temporary, file), csv(table));
    await writeSynced(join(temporary, STATE_FILE), text);
    await syncFolder(temporary);
    // One of this name that is not `last` was given up: damaged, or cut off before it was named.
    if ((await checkpointNames(folder)).includes(name)) await discard(path);
    await rename(temporary, path);
    await syncFolder(checkpointsOf(folder));
    if (best) await writePointer(folder, 'best', name);
    await writePointer(folder, 'last', name);
    await prune(folder, name, keep);
  } catch (error) {
    await removeQuietly(temporary);
    throw writeFailure(path, error);
  }
}

/**
 * Puts a checkpoint into a model and an Adam state that are there already. All of it or, with an error, nothing.
 *
 * @param path - of the checkpoint's folder
 * @throws ConfigError if it is damaged, of another model, or without optimiser file, naming what is wrong
 */
export async function loadCheckpoint(path: string, model: Model, adam: AdamState): Promise<CheckpointState> {
  const { state } = await readState(join(path, STATE_FILE));
  const loaded = await loadOptimizer(join(path, OPTIMIZER_FILE), model);
  await loadWeights(join(path, WEIGHTS_FILE), model);
  settle(adam);
  for (const moment of ['m', 'v'] as const) {
    for (const [name, values] of loaded[moment]) adam[moment].get(name)?.set(values);
  }
  adam.t = loaded.t;
  return state;
}

/**
 * The checkpoint to go on from: `last`, or if it is damaged the one before. Files are read and their checksums compared.
 *
 * @param folder - of the run
 * @returns undefined where there are no checkpoints yet
 * @throws ConfigError if there are some, but none to go on from
 */
export async function latestCheckpoint(folder: string): Promise<LatestCheckpoint | undefined> {
  const names = await checkpointNames(folder);
  const last = await readPointer(folder, 'last');
  const damaged: string[] = [];
  if (last !== undefined && !names.includes(last)) damaged.push(`${last} is missing`);
  // Those after `last` were never named. Without `last`, the newest one.
  for (const name of names.filter((each) => last === undefined || inOrder(each, last) <= 0).reverse()) {
    const path = join(checkpointsOf(folder), name);
    try {
      return { path, name, ...(await verified(path)), damaged };
    } catch (error) {
      damaged.push(`${name} cannot be used: ${reasonOf(error)}`);
    }
  }
  if (damaged.length === 0) return undefined;
  throw new ConfigError(
    `${folder}: no checkpoint to go on from; put back what was altered, or --new starts again and keeps this run aside` +
      `\n  ${damaged.join('\n  ')}`,
  );
}

/**
 * The checkpoint with the least validation loss, undefined where there is none yet.
 *
 * @param folder - of the run
 * @throws ConfigError if it is named but its state cannot be read, or another one is the best by what `last` knows
 */
export async function bestCheckpoint(folder: string): Promise<FoundCheckpoint | undefined> {
  const name = await readPointer(folder, 'best');
  if (name === undefined) return undefined;
  const last = await readPointer(folder, 'last');
  const known = last === undefined ? undefined : await bestKnownTo(folder, last);
  // A process that is killed between the two leaves a `best` that is newer than `last`.
  if (known !== undefined && known !== name && inOrder(name, last as string) <= 0) {
    throw new ConfigError(
      `${join(checkpointsOf(folder), 'best')} was altered: it names ${name}, but ${known} had the least validation loss`,
    );
  }
  return { path: join(checkpointsOf(folder), name), name, state: await stateOf(folder, name) };
}

/** Makes `last` and `best` what they were when `name` was written, since training goes on from there. */
export async function goBackTo(folder: string, name: string): Promise<void> {
  const best = await bestKnownTo(folder, name);
  if (best === undefined) await rm(join(checkpointsOf(folder), 'best'), { force: true });
  else if (best !== (await readPointer(folder, 'best'))) await writePointer(folder, 'best', best);
  if (name !== (await readPointer(folder, 'last'))) await writePointer(folder, 'last', name);
}

/** Reads everything that resuming needs, what was logged before included. */
async function verified(path: string): Promise<StateFile> {
  const { state, log } = await readState(join(path, STATE_FILE));
  const { updates } = await readOptimizer(join(path, OPTIMIZER_FILE));
  if (updates !== state.adamUpdates) {
    throw new ConfigError(`${OPTIMIZER_FILE} is of update ${updates}, ${STATE_FILE} of ${state.adamUpdates}`);
  }
  await readSafetensors(join(path, WEIGHTS_FILE));
  if (log !== undefined) requireLogged(join(path, '..', '..'), state.epoch, log);
  return { state, log };
}

const tablesOf = (model: Model): Iterable<[string, Table]> =>
  model.kind === 'recurrent' ? model.cell.tables() : [];

/** Separated by semicolons, as the published runs have them; docs/pipeline.md §3. */
function csv({ header, rows }: Table): string {
  const lines = rows.map((row) => [...row]);
  return stringify(header ? [[...header], ...lines] : lines, { delimiter: ';' });
}
