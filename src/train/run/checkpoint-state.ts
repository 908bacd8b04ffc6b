/**
 * `state.json` of a checkpoint: where training stood, beside the weights and the optimiser's memory. Everything else
 * that a run needs to go on (batches, shadows, dropout) follows from the seed and the place. Its digest covers the name of
 * the checkpoint's folder too, and what was logged before it; 0.1.0 wrote none (`ncp-train checkpoint 1`).
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { reading } from '../../files/reading.ts';
import { parseOptions } from '../../options/parse.ts';
import { reasonOf } from '../../text/reason.ts';

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
