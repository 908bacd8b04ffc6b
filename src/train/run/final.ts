/** `final.csv`: the figures of the best checkpoint, with the test where there was one (docs/pipeline.md §4). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { replaceFile } from '../../files/whole-file.ts';
import type { Figures } from '../evaluate.ts';
import type { CheckpointState } from './checkpoint-folder.ts';
import { TRAIN_LOG_FILE } from './metrics-log.ts';

export const FINAL_FILE = 'final.csv';

/** Columns of `final.csv`; the last two only with a test. */
export const FINAL_COLUMNS = ['best_epoch', 'train_loss', 'train_mae', 'valid_loss', 'valid_mae'] as const;
export const TEST_COLUMNS = ['test_loss', 'test_mae'] as const;

/**
 * @param folder - of the run
 * @param state - of its best checkpoint
 * @param test - of the same weights
 */
export async function writeFinal(
  folder: string,
  { epoch, valid }: CheckpointState,
  test: Figures | undefined,
): Promise<void> {
  const rows: Record<string, string>[] = parse(readFileSync(join(folder, TRAIN_LOG_FILE)), { columns: true });
  const row = rows.find((one) => Number(one.epoch) === epoch);
  const figures = [epoch, row?.train_loss, row?.train_mae, valid?.loss, valid?.mae];
  const columns = test ? [...FINAL_COLUMNS, ...TEST_COLUMNS] : FINAL_COLUMNS;
  const values = test ? [...figures, test.loss, test.mae] : figures;
  await replaceFile(join(folder, FINAL_FILE), stringify([columns, values], { cast: { number: String } }));
}
