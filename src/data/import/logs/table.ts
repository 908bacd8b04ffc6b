/**
 * CSV logs: rows of trimmed cells with the place to name in errors, and columns found by their header’s names or by
 * their numbers. Knows no format. Numbers with decimal commas are decimal-comma.ts’s.
 */
import { DataError, UsageError } from '../../../errors.ts';
import { readText } from './text-file.ts';

export interface CsvRow {
  cells: string[];
  /** `file:line` */
  where: string;
}

/** What stands between cells; of two that fit a file alike the first is meant, as the other’s is in its numbers. */
const SEPARATORS = ['\t', ';', ','] as const;

/** Rows by which the separator is told. */
const JUDGED = 10_000;

/**
 * The rows of a file separated by commas, semicolons or tabs, whichever cuts most of the first ones alike; blank lines left
 * out, at least one row. Rows may differ in length.
 * @param what - what the file should be, for the error
 * @throws DataError where it is absent, empty or no CSV
 */
export function readCsv(path: string, what: string): CsvRow[] {
  // Excel is told the separator by a first line of its own.
  const text = readText(path, what).replace(/^"?sep=[,;\t]"?[,;\t]*(?=\n)/i, '');
  const candidates = SEPARATORS.filter((separator) => separator === ',' || text.includes(separator));
  const fits = candidates.map((separator) => rowsAlike(cut(text, separator, JUDGED)));
  const rows = cut(text, candidates[fits.indexOf(Math.max(...fits))]);
  if (rows instanceof Error) {
    throw new DataError(
      `${path}: not a file of rows separated by commas, semicolons or tabs: ${rows.message}`,
    );
  }
  return rows
    .filter(({ cells }) => cells.length > 1 || cells[0] !== '')
    .map(({ cells, line }) => ({ cells, where: `${path}:${line}` }));
}

interface CutRow {
  cells: string[];
  /** In which it ends. */
  line: number;
}

/**
 * The rows of a text, blank lines among them, cells without the blanks around them and around their quotes (RFC 4180). Written
 * here as rows may differ in length: csv-parse makes an error with a stack for each row of another length than the first, at a
 * hundred times the cost of the row.
 * @param most - rows, if not all
 */
function cut(text: string, separator: string, most = Number.POSITIVE_INFINITY): CutRow[] | Error {
  const blanks = separator === '\t' ? ' *' : '[ \\t]*';
  const quoted = `"([^"]*(?:""[^"]*)*)"${blanks}`;
  const cell = new RegExp(`${blanks}(?:${quoted}|([^"${separator}\\n]*))(${separator}|\\n|$)`, 'y');
  const rows: CutRow[] = [];
  let [cells, line]: [string[], number] = [[], 1];
  while (cell.lastIndex < text.length && rows.length < most) {
    const match = cell.exec(text);
    if (match === null) return new Error(`line ${line} has a quote within a cell, or one that is not closed`);
    const [, inQuotes, plain, end] = match;
    if (inQuotes === undefined) {
      cells.push(plain.trimEnd());
    } else {
      cells.push(inQuotes.replaceAll('""', '"'));
      line += inQuotes.split('\n').length - 1;
    }
    if (end === separator) continue;
    rows.push({ cells, line });
    cells = [];
    line++;
  }
  // Behind a separator at the very end stands one more cell.
  if (cells.length > 0 && rows.length < most) rows.push({ cells: [...cells, ''], line });
  return rows;
}

/**
 * How many rows have the commonest number of cells, if that is two or more; none where cells end in other separators, −1 of
 * what could not be cut.
 */
function rowsAlike(rows: readonly CutRow[] | Error): number {
  if (rows instanceof Error) return -1;
  if (rows.some(({ cells }) => cells.some((cell) => /.[,;]$/.test(cell)))) return 0;
  const widths = rows.map(({ cells }) => cells.length).filter((width) => width > 1);
  const width = commonest(widths);
  return widths.filter((each) => each === width).length;
}

/** The number that occurs most often, of several the first to come; undefined of none. */
export function commonest(numbers: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Whether a cell is a number, with a decimal point or a decimal comma. */
export function isNumber(cell: string): boolean {
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(cell);
}

/** The number in a cell; NaN where there is none. */
export function numberIn(cell: string): number {
  return cell === '' ? Number.NaN : Number(cell);
}

/** What a column of an image log can hold. */
export const ROLES = ['file', 'time', 'curvature', 'angle'] as const;
export type Role = (typeof ROLES)[number];

/** Names under which each is looked for in a header, besides its own. */
const USUAL: Record<Role, readonly string[]> = {
  file: ['filename', 'image', 'frame', 'path'],
  time: ['timestamp', 'timestamps', 'times', 't'],
  curvature: ['inverse_r', 'kappa'],
  angle: ['steering_angle', 'steering'],
};

export type Columns = Partial<Record<Role, number>>;

/**
 * Which column holds what.
 * @param rows - of the file, at least one; `header` tells whether the first of them is one
 * @param given - `role=column,…`, a column by its name or its number from 1; undefined: by the usual names
 * @throws UsageError for a role that does not exist, DataError for a column that does not, in both cases with those
 *   that do
 */
export function findColumns(
  rows: readonly CsvRow[],
  given: string | undefined,
): { columns: Columns; header: boolean } {
  const [{ cells, where }] = rows;
  const header = cells.every((cell) => !isNumber(cell)) && cells.length > 1;
  const names = cells.map((cell) => cell.toLowerCase());
  const columns: Columns = {};
  if (given === undefined) {
    for (const role of ROLES) {
      const column = [role, ...USUAL[role]].map((name) => names.indexOf(name)).find((at) => at !== -1);
      if (column !== undefined) columns[role] = column;
    }
  } else {
    for (const { role, column } of parseColumns(given)) {
      const at = /^\d+$/.test(column) ? Number(column) - 1 : names.indexOf(column.toLowerCase());
      if (at < 0 || at >= cells.length) {
        throw new DataError(`${where}: no column ${column} for ${role}; ${described(cells, header)}`);
      }
      columns[role] = at;
    }
  }
  if (columns.file === undefined || (columns.curvature === undefined && columns.angle === undefined)) {
    throw new DataError(
      `${where}: no column for ${columns.file === undefined ? 'file' : 'curvature or angle'}; ` +
        `${described(cells, header)}. Say which is which, by name or number: --columns file=1,time=2,angle=3`,
    );
  }
  return { columns, header };
}

function parseColumns(text: string): { role: Role; column: string }[] {
  return text.split(',').map((part) => {
    const [role, column = ''] = part.split('=').map((word) => word.trim());
    const known = ROLES.find((name) => name === role);
    if (known === undefined || column === '') {
      throw new UsageError(
        `--columns ${text}: "${part}" is not role=column; roles are ${ROLES.join(', ')}, a column is a name or a number from 1`,
      );
    }
    return { role: known, column };
  });
}

function described(cells: readonly string[], header: boolean): string {
  return header
    ? `the header has ${cells.join(', ')}`
    : `the first row, ${cells.join(', ')}, is no header and has ${cells.length} columns`;
}
