/**
 * Reads files of figures (`train_log.csv`, `final.csv`), separated by commas or, as the published scripts have them, by
 * `; `. Files of a run in progress or of a full disk end anywhere: whatever is whole is read, the rest is said. What the
 * columns mean is not known here.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { reading } from '../../files/reading.ts';
import type { EpochRow } from './run-reading.ts';

export interface FiguresFile {
  /** By column; null for an empty cell and for what is no finite number. */
  readonly rows: readonly Readonly<Record<string, number | null>>[];
  /** What was passed over, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * @param required - columns without which the file is none of these
 * @returns undefined if there is no such file
 */
export async function readFigures(
  path: string,
  required: readonly string[],
): Promise<FiguresFile | undefined> {
  return reading(path, async () => {
    const name = basename(path);
    let text: string;
    try {
      // Files that went through several machines mix their ends of lines.
      text = (await readFile(path, 'utf8')).replace(/\r\n?/g, '\n');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? undefined : { rows: [], notes: [`${name} cannot be read (${code})`] };
    }
    if (text.trim() === '') return { rows: [], notes: [`${name} is empty`] };
    const [header, ...lines] = cellsOf(text);
    const missing = required.filter((column) => !header.includes(column));
    if (missing.length > 0) {
      return { rows: [], notes: [`${name} has no column ${missing.join(', ')}: its first line is damaged`] };
    }
    return rowsOf(name, header, lines, /\n\s*$/.test(text));
  });
}

/** Without quotes, which these files have none of: so no text is malformed. */
function cellsOf(text: string): string[][] {
  const [firstLine] = text.split('\n', 1);
  return parse(text, {
    bom: true,
    delimiter: firstLine.includes(';') ? ';' : ',',
    quote: null,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
}

function rowsOf(name: string, header: string[], lines: string[][], isWhole: boolean): FiguresFile {
  const rows: Record<string, number | null>[] = [];
  const notes: string[] = [];
  const odd: number[] = [];
  const notNumbers: number[] = [];
  for (const [n, cells] of lines.entries()) {
    const isCut = !isWhole && n === lines.length - 1;
    if (isCut && cells.length < header.length) {
      notes.push(`${name} is cut in its last line, which is left out`);
      continue;
    }
    if (cells.length !== header.length) {
      odd.push(n + 2);
      continue;
    }
    const values = cells.map(numberOf);
    if (values.includes(undefined)) notNumbers.push(n + 2);
    if (isCut) {
      notes.push(`${name} does not end its last line: ${header.at(-1)} may be cut there and is left out`);
      values[values.length - 1] = null;
    }
    rows.push(Object.fromEntries(header.map((column, c) => [column, values[c] ?? null])));
  }
  if (odd.length > 0) notes.push(`${name}: ${linesText(odd)} left out, not of ${header.length} cells`);
  if (notNumbers.length > 0) notes.push(`${name}: ${linesText(notNumbers)} with what is no finite number`);
  return { rows, notes };
}

/** Null for an empty cell, undefined for what is no finite number. */
function numberOf(cell: string): number | null | undefined {
  if (cell === '') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

function linesText(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 5).join(', ');
  return `line${numbers.length === 1 ? '' : 's'} ${shown}${numbers.length > 5 ? ` and ${numbers.length - 5} more` : ''}`;
}

// The rows of a log from the cells of its file: by epoch, each epoch once, none without a number.

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
