/** The rows of a log from the cells of its file: by epoch, each epoch once, none without a number. */
import type { FiguresFile } from './figures-file.ts';
import type { EpochRow } from './run-reading.ts';

/** Columns of the log that training validates with; the archive's active log calls them otherwise. */
export interface ValidationColumns {
  readonly loss: string;
  readonly mae: string;
}

/**
 * @param numbering - `given`: rows without an epoch are left out. `last`: the last row may be of the finished model, with an
 *   epoch of its own, a repeated one or none, as in the archive's active log; it counts as the epoch that follows
 */
export function epochRows(
  { rows }: FiguresFile,
  { loss, mae }: ValidationColumns,
  numbering: 'given' | 'last',
): EpochRow[] {
  const byEpoch = new Map<number, EpochRow>();
  let latest = -1;
  for (const [n, row] of rows.entries()) {
    const isLast = numbering === 'last' && n === rows.length - 1;
    const given = row.epoch;
    const epoch = isLast && (given === null || given <= latest) ? latest + 1 : given;
    if (epoch === null || !Number.isSafeInteger(epoch) || epoch < 0) continue;
    byEpoch.set(epoch, {
      epoch,
      train_loss: row.train_loss,
      train_mae: row.train_mae,
      valid_loss: row[loss],
      valid_mae: row[mae],
    });
    latest = epoch;
  }
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}
