/**
 * `state.json` of a checkpoint: where training stood, beside the weights and the optimiser's memory. Everything else
 * that a run needs to go on (batches, shadows, dropout) follows from the seed and the place.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseOptions } from '../config/parse.ts';
import { ConfigError } from '../errors.ts';

const whole = z.int().min(0);

const checkpointState = z.strictObject({
  format: z.literal('ncp-train checkpoint 1'),
  epoch: whole,
  batch: whole,
  sums: z.strictObject({ loss: z.number(), mae: z.number(), gradientNorm: z.number(), batches: whole }),
  valid: z.strictObject({ loss: z.number(), mae: z.number() }).nullable(),
  best: z.strictObject({ epoch: whole, loss: z.number() }).nullable(),
  adamUpdates: whole,
});

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

/** @throws ConfigError for numbers that are not finite, which no file can hold */
export function stateText(state: CheckpointState): string {
  const checked = parseOptions(checkpointState, { format: 'ncp-train checkpoint 1', ...state }, 'state');
  return `${JSON.stringify(checked, null, 2)}\n`;
}

/** @throws ConfigError if there is none, or it is damaged */
export async function readState(path: string): Promise<CheckpointState> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read: ${(error as Error).message}`);
  }
  const { format: _, ...state } = parseOptions(checkpointState, value, path);
  return state;
}
