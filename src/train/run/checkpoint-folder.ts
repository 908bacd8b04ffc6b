/**
 * The folder `checkpoints/` of a run: which checkpoints are there, which of them `last` and `best` name, which have to go; and
 * `state.json` of each: where training stood, beside the weights and the optimiser's memory. Everything else that a run needs to
 * go on (batches, shadows, dropout) follows from the seed and the place. The digest of `state.json` covers the name of the
 * checkpoint's folder too, and what was logged before it; 0.1.0 wrote none (`ncp-train checkpoint 1`).
 *
 * What makes and loads a checkpoint is in checkpoint.ts: commands that only list runs load no model.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { reading } from '../../files/reading.ts';
import { discard, replaceFile, sweepTemporary } from '../../files/whole-file.ts';
import { parseOptions } from '../../options/parse.ts';
import { reasonOf } from '../../text/reason.ts';

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

const UNCHECKED = 'ncp-train checkpoint 1';
const CHECKED = 'ncp-train checkpoint 2';

const whole = z.int().min(0);

const checkpointState = z.strictObject({
  epoch: whole,
  batch: whole,
  sums: z.strictObject({ loss: z.number(), mae: z.number(), gradientNorm: z.number(), batches: whole }),
  valid: z.strictObject({ loss: z.number(), mae: z.number() }).nullable(),
  best: z.strictObject({ epoch: whole, loss: z.number() }).nullable(),
  adamUpdates: whole,
});
const digest = z.string().regex(/^[\da-f]{64}$/);
const unchecked = checkpointState.extend({ format: z.literal(UNCHECKED) });
/** In the order of the file, over which the digest is. */
const checked = z.strictObject({ format: z.literal(CHECKED), ...checkpointState.shape, log: digest, digest });

export interface CheckpointState {
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches completed of the epoch after those; 0 between two epochs. */
  readonly batch: number;
  /** Over these batches, as doubles: of unweighted mean squared and absolute error, and of the gradients' norm. */
  readonly sums: {
    readonly loss: number;
    readonly mae: number;
    readonly gradientNorm: number;
    readonly batches: number;
  };
  /** Validation of the weights with which this epoch began; null where it was not measured. */
  readonly valid: { readonly loss: number; readonly mae: number } | null;
  /** The least validation loss so far, and the epochs completed when it was measured. */
  readonly best: { readonly epoch: number; readonly loss: number } | null;
  /** Updates of Adam so far. */
  readonly adamUpdates: number;
}

/** A checkpoint's folder: `epoch_003`, within an epoch `epoch_003_batch_0012`. */
export function checkpointName({ epoch, batch }: { epoch: number; batch: number }): string {
  const name = `epoch_${String(epoch).padStart(3, '0')}`;
  return batch === 0 ? name : `${name}_batch_${String(batch).padStart(4, '0')}`;
}

/** The reverse; undefined for names of another form. */
export function checkpointPlace(name: string): { epoch: number; batch: number } | undefined {
  const match = /^epoch_(\d{3,})(?:_batch_(\d{4,}))?$/.exec(name);
  return match ? { epoch: Number(match[1]), batch: Number(match[2] ?? 0) } : undefined;
}

/** What a `state.json` holds. */
export interface StateFile {
  readonly state: CheckpointState;
  /** Digest of what was logged before the checkpoint, see metrics-log.ts; undefined in one of 0.1.0. */
  readonly log: string | undefined;
}

/**
 * @param log - digest of what was logged before the checkpoint
 * @throws ConfigError for numbers that are not finite, which no file can hold
 */
export function stateText(state: CheckpointState, log: string): string {
  const content = { format: CHECKED, ...parseOptions(checkpointState, state, 'state'), log };
  return `${JSON.stringify({ ...content, digest: digestOf(checkpointName(state), JSON.stringify(content)) }, null, 2)}\n`;
}

/**
 * @param path - in the checkpoint's folder
 * @throws ConfigError if there is none, or it is damaged or of another checkpoint
 */
export async function readState(path: string): Promise<StateFile> {
  return reading(path, async () => {
    let value: unknown;
    try {
      value = JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      throw new ConfigError(`${path}: cannot be read: ${reasonOf(error)}`);
    }
    if ((value as { format?: unknown } | null)?.format === UNCHECKED) {
      const { format: _, ...state } = parseOptions(unchecked, value, path);
      return { state, log: undefined };
    }
    const { digest: recorded, ...content } = parseOptions(checked, value, path);
    if (recorded !== digestOf(basename(dirname(path)), JSON.stringify(content))) {
      throw new ConfigError(`${path}: was altered since it was written, its digest does not fit`);
    }
    const { format: _, log, ...state } = content;
    return { state, log };
  });
}
