/**
 * What a run measures, epoch by epoch: `train_log.csv` with the four figures of the paper, and `metrics.jsonl` with
 * whatever else there is to know of an epoch. On disk before the checkpoint of the next epoch is, so that a resumed run
 * finds every epoch before its checkpoint; what comes after it is cut off and measured again. A checkpoint keeps a digest of
 * what was logged before it. Rows of `train_log.csv` that were altered come back from `metrics.jsonl`, which has their figures.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { ConfigError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { replaceFile, writeFailure } from '../../files/whole-file.ts';
import type { Figures } from '../evaluate.ts';
import type { CheckpointState } from './checkpoint-folder.ts';

/** Columns of `train_log.csv`; null stands as an empty cell. */
export const TRAIN_LOG_COLUMNS = ['epoch', 'train_loss', 'train_mae', 'valid_loss', 'valid_mae'] as const;
export type TrainLogRow = { readonly epoch: number } & {
  readonly [column in Exclude<(typeof TRAIN_LOG_COLUMNS)[number], 'epoch'>]: number | null;
};

export const TRAIN_LOG_FILE = 'train_log.csv';
export const METRICS_FILE = 'metrics.jsonl';

/** The first line of `train_log.csv`. */
const HEADER = `${TRAIN_LOG_COLUMNS.join(',')}\n`;

/** Digest of the log of a run that has logged nothing. */
export const NOTHING_LOGGED = digestOfLog(runningDigest(''), runningDigest(''));

/** SHA-256 of the lines of a file so far. */
function runningDigest(text: string): Hash {
  return createHash('sha256').update(text);
}

function digestOfLog(rows: Hash, metrics: Hash): string {
  return digestOf(rows.copy().digest('hex'), metrics.copy().digest('hex'));
}

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
  /** True if rows of `train_log.csv` had been altered and were written anew. */
  readonly restored: boolean;
  /** Of all that is logged so far. */
  digest(): string;
  /** Appends to `train_log.csv`. Numbers read back as exactly the same doubles. @throws DataError for a full disk */
  row(row: TrainLogRow): void;
  /** Appends to `metrics.jsonl`. @throws DataError for a full disk */
  epoch(metrics: { readonly epoch: number } & Record<string, unknown>): void;
  close(): void;
}

/**
 * @param folder - of the run
 * @param resumeAt - epochs completed: rows from this epoch on are cut off; 0 begins anew
 * @param logged - digest of what was logged before them, where it is known
 * @throws ConfigError if something else is there now
 */
export async function openMetrics(folder: string, resumeAt = 0, logged?: string): Promise<MetricsLog> {
  const csvPath = join(folder, TRAIN_LOG_FILE);
  const jsonPath = join(folder, METRICS_FILE);
  const { rows, metrics, restored } =
    logged === undefined ? loggedBefore(folder, resumeAt) : requireLogged(folder, resumeAt, logged);
  const before = { csv: [...rows.values()].join(''), json: [...metrics.values()].join('') };
  await replaceFile(csvPath, HEADER + before.csv);
  await replaceFile(jsonPath, before.json);
  // They go on from line to line: with all lines at every checkpoint, a run of many epochs would hash ever more.
  const digests = { csv: runningDigest(before.csv), json: runningDigest(before.json) };
  const csv = openSync(csvPath, 'a');
  const json = openSync(jsonPath, 'a');
  return {
    lost: Array.from({ length: resumeAt }, (_, epoch) => epoch).filter((epoch) => !rows.has(epoch)),
    restored,
    digest: () => digestOfLog(digests.csv, digests.json),
    row: (row) => {
      const line = csvLine(row);
      append(csv, csvPath, line);
      digests.csv.update(line);
    },
    epoch: (values) => {
      const line = `${JSON.stringify(values)}\n`;
      append(json, jsonPath, line);
      digests.json.update(line);
    },
    close: () => {
      closeSync(csv);
      closeSync(json);
    },
  };
}

/** What was logged of the epochs before one: lines by epoch. */
interface Logged {
  readonly rows: Map<number, string>;
  readonly metrics: Map<number, string>;
  readonly restored: boolean;
}

function loggedBefore(folder: string, epoch: number): Logged {
  const rows = linesBefore(join(folder, TRAIN_LOG_FILE), epoch, epochOfRow);
  return { rows, metrics: linesBefore(join(folder, METRICS_FILE), epoch, epochOfJson), restored: false };
}

/**
 * What was logged of the epochs before `epoch`, if it is what a checkpoint was written after.
 *
 * @param digest - that the checkpoint has of it
 * @throws ConfigError if it was altered beyond what `metrics.jsonl` can give back
 */
export function requireLogged(folder: string, epoch: number, digest: string): Logged {
  const found = loggedBefore(folder, epoch);
  const isHeaded = textOf(join(folder, TRAIN_LOG_FILE)).startsWith(HEADER);
  const candidates = [
    { ...found, restored: !isHeaded },
    { ...found, rows: rowsFrom(found.metrics), restored: true },
  ];
  const running = (lines: Map<number, string>) => runningDigest([...lines.values()].join(''));
  const right = candidates.find(
    ({ rows, metrics }) => digestOfLog(running(rows), running(metrics)) === digest,
  );
  if (right) return right;
  throw new ConfigError(
    `the lines of the epochs before ${epoch} in ${TRAIN_LOG_FILE} or ${METRICS_FILE} were altered since they were written`,
  );
}

/**
 * Epochs whose row in `train_log.csv` came after the last checkpoint, so that no digest has it, and is not what `metrics.jsonl`
 * says of the epoch, or the checkpoint of its own.
 *
 * @param last - state of the last checkpoint
 */
export function unconfirmedEpochs(
  folder: string,
  { epoch: from, valid }: Pick<CheckpointState, 'epoch' | 'valid'>,
): number[] {
  const { rows, metrics } = loggedBefore(folder, Number.POSITIVE_INFINITY);
  const confirmed = rowsFrom(metrics);
  if (!confirmed.has(from) && valid !== null) confirmed.set(from, rowOf(from, undefined, valid));
  return [...rows]
    .filter(([epoch, line]) => epoch >= from && confirmed.get(epoch) !== line)
    .map(([epoch]) => epoch);
}

/** The rows of `train_log.csv` by what `metrics.jsonl` says of the same epochs. */
function rowsFrom(metrics: Map<number, string>): Map<number, string> {
  const rows = new Map<number, string>();
  for (const [epoch, line] of metrics) {
    const { train, valid } = JSON.parse(line) as Partial<Record<'train' | 'valid', Figures>>;
    rows.set(epoch, rowOf(epoch, train, valid));
  }
  return rows;
}

function rowOf(epoch: number, train: Figures | undefined, valid: Figures | undefined): string {
  const trained = { train_loss: train?.loss ?? null, train_mae: train?.mae ?? null };
  return csvLine({ epoch, ...trained, valid_loss: valid?.loss ?? null, valid_mae: valid?.mae ?? null });
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
