/**
 * The folder `checkpoints/` of a run: which checkpoints are there, which of them `last` and `best` name, and which have
 * to go. What is in a checkpoint is checkpoint.ts's.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { discard, replaceFile, sweepTemporary } from '../../files/whole-file.ts';
import { type CheckpointState, checkpointName, checkpointPlace, readState } from './checkpoint-state.ts';

/** Files of a checkpoint; a cell's exported tables lie beside them. */
export const WEIGHTS_FILE = 'weights.safetensors';
export const OPTIMIZER_FILE = 'optimizer.safetensors';
export const STATE_FILE = 'state.json';

/** Checkpoints a run keeps: the newest two and the best, or every epoch's. */
export type Keep = 'passive' | 'active';

/** One-line files beside the checkpoints. */
export type Pointer = 'last' | 'best';

export const checkpointsOf = (folder: string): string => join(folder, 'checkpoints');

/** Names of the checkpoints in the order of training. */
export async function checkpointNames(folder: string): Promise<string[]> {
  const entries = await readdir(checkpointsOf(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((name) => checkpointPlace(name)).sort(inOrder);
}

/** Negative if `a` is of an earlier place in training than `b`. */
export function inOrder(a: string, b: string): number {
  const [first, second] = [checkpointPlace(a), checkpointPlace(b)];
  if (!first || !second) throw new Error(`no checkpoints' names: ${a}, ${b}`);
  return first.epoch - second.epoch || first.batch - second.batch;
}

/** What a pointer names; undefined where there is none, or none that can be a checkpoint's name. */
export async function readPointer(folder: string, pointer: Pointer): Promise<string | undefined> {
  const text = await readFile(join(checkpointsOf(folder), pointer), 'utf8').catch(() => '');
  const name = text.trim();
  return checkpointPlace(name) ? name : undefined;
}

/** @throws DataError if it cannot be written; then it names what it named before */
export async function writePointer(folder: string, pointer: Pointer, name: string): Promise<void> {
  await replaceFile(join(checkpointsOf(folder), pointer), `${name}\n`);
}

/**
 * Removes what nothing needs any more. Kept are `last` and the one before it, since `last` may turn out to be damaged, and
 * the best that each of them knows; in an active run every epoch's. Only the newest two keep their optimiser file.
 */
export async function prune(folder: string, last: string, keep: Keep): Promise<void> {
  await sweepTemporary(checkpointsOf(folder));
  const names = await checkpointNames(folder);
  const upToLast = names.filter((name) => inOrder(name, last) <= 0);
  const newest = upToLast.slice(-2);
  const kept = new Set(newest);
  const named = await readPointer(folder, 'best');
  if (named !== undefined) kept.add(named);
  for (const name of newest) {
    const best = await bestKnownTo(folder, name);
    if (best !== undefined) kept.add(best);
  }
  if (keep === 'active') {
    for (const name of upToLast) if (checkpointPlace(name)?.batch === 0) kept.add(name);
  }
  for (const name of names) {
    const path = join(checkpointsOf(folder), name);
    if (!kept.has(name)) await discard(path);
    else if (!newest.includes(name)) await rm(join(path, OPTIMIZER_FILE), { force: true });
  }
}

/** The state of a checkpoint. @throws ConfigError if it cannot be read, or was altered */
export async function stateOf(folder: string, name: string): Promise<CheckpointState> {
  return (await readState(join(checkpointsOf(folder), name, STATE_FILE))).state;
}

/** The checkpoint that had the least validation loss when `name` was written, if it is still there. */
export async function bestKnownTo(folder: string, name: string): Promise<string | undefined> {
  const state = await stateOf(folder, name).catch(() => undefined);
  if (!state?.best) return undefined;
  const best = checkpointName({ epoch: state.best.epoch, batch: 0 });
  const there = await stat(join(checkpointsOf(folder), best)).catch(() => undefined);
  return there ? best : undefined;
}
