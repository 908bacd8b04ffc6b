/**
 * What a run measures, epoch by epoch: `train_log.csv` with the four figures of the paper, and `metrics.jsonl` with
 * whatever else there is to know of an epoch. On disk before the checkpoint of the next epoch is, so that a resumed run
 * finds every epoch before its checkpoint; what comes after it is cut off and measured again.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { replaceFile, writeFailure } from './durable.ts';

/** Columns of `train_log.csv`; null stands as an empty cell. */
export const TRAIN_LOG_COLUMNS = ['epoch', 'train_loss', 'train_mae', 'valid_loss', 'valid_mae'] as const;
export type TrainLogRow = { readonly epoch: number } & {
  readonly [column in Exclude<(typeof TRAIN_LOG_COLUMNS)[number], 'epoch'>]: number | null;
};

export const TRAIN_LOG_FILE = 'train_log.csv';
export const METRICS_FILE = 'metrics.jsonl';

/** @param text - of a `train_log.csv` */
export function trainLogRows(text: string): TrainLogRow[] {
  const rows: Record<string, string>[] = parse(text, { columns: true });
  const value = (cell: string) => (cell === '' ? null : Number(cell));
  return rows.map(
    (row) => Object.fromEntries(TRAIN_LOG_COLUMNS.map((name) => [name, value(row[name])])) as TrainLogRow,
  );
}

export interface MetricsLog {
  /** Epochs before the resumed one that have no readable row any more; someone changed the file. */
  readonly lost: readonly number[];
  /** Appends to `train_log.csv`. Numbers read back as exactly the same doubles. @throws DataError for a full disk */
  row(row: TrainLogRow): void;
  /** Appends to `metrics.jsonl`. @throws DataError for a full disk */
  epoch(metrics: { readonly epoch: number } & Record<string, unknown>): void;
  close(): void;
}

/**
 * @param folder - of the run
 * @param resumeAt - epochs completed: rows from this epoch on are cut off; 0 begins anew
 */
export async function openMetrics(folder: string, resumeAt = 0): Promise<MetricsLog> {
  const csvPath = join(folder, TRAIN_LOG_FILE);
  const jsonPath = join(folder, METRICS_FILE);
  const rows = linesBefore(csvPath, resumeAt, epochOfRow);
  const metrics = linesBefore(jsonPath, resumeAt, epochOfJson);
  await replaceFile(csvPath, `${TRAIN_LOG_COLUMNS.join(',')}\n${[...rows.values()].join('')}`);
  await replaceFile(jsonPath, [...metrics.values()].join(''));
  const csv = openSync(csvPath, 'a');
  const json = openSync(jsonPath, 'a');
  return {
    lost: Array.from({ length: resumeAt }, (_, epoch) => epoch).filter((epoch) => !rows.has(epoch)),
    row: (row) => append(csv, csvPath, csvLine(row)),
    epoch: (values) => append(json, jsonPath, `${JSON.stringify(values)}\n`),
    close: () => {
      closeSync(csv);
      closeSync(json);
    },
  };
}

function csvLine(row: TrainLogRow): string {
  return stringify([TRAIN_LOG_COLUMNS.map((column) => row[column])], { cast: { number: String } });
}

/** Synced: an epoch takes minutes, this milliseconds. */
function append(file: number, path: string, line: string): void {
  try {
    writeFileSync(file, line);
    fsyncSync(file);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Whole lines of epochs below `end`, by epoch; damaged lines are left out, of two of one epoch the later counts. */
function linesBefore(
  path: string,
  end: number,
  epochOf: (line: string) => number | undefined,
): Map<number, string> {
  const lines = new Map<number, string>();
  if (end === 0) return lines;
  for (const line of textOf(path).match(/.*\n/g) ?? []) {
    const epoch = epochOf(line);
    if (epoch !== undefined && epoch < end) lines.set(epoch, line);
  }
  return lines;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function epochOfRow(line: string): number | undefined {
  const cells = line.trimEnd().split(',');
  const numbers = cells.map(Number);
  const isRow = cells.length === TRAIN_LOG_COLUMNS.length && cells[0] !== '' && !numbers.some(Number.isNaN);
  return isRow ? numbers[0] : undefined;
}

function epochOfJson(line: string): number | undefined {
  try {
    const { epoch } = JSON.parse(line) as { epoch?: unknown };
    return typeof epoch === 'number' ? epoch : undefined;
  } catch {
    return undefined;
  }
}
