/**
 * CSV logs: rows of trimmed cells with the place to name in errors, and columns found by their header’s names or by
 * their numbers. Knows no format. Numbers with decimal commas are decimal-comma.ts’s.
 */
import { parse } from 'csv-parse/sync';
import { DataError, UsageError } from '../../errors.ts';
import { readText } from './text-file.ts';

export interface CsvRow {
  cells: string[];
  /** `file:line` */
  where: string;
}

/** What stands between cells; of two that fit a file alike the first is meant, as the other’s is in its numbers. */
const SEPARATORS = ['\t', ';', ','] as const;

/**
 * The rows of a file separated by commas, semicolons or tabs, whichever cuts most rows alike; blank lines left out, at
 * least one row. Rows may differ in length.
 * @param what - what the file should be, for the error
 * @throws DataError where it is absent, empty or no CSV
 */
export function readCsv(path: string, what: string): CsvRow[] {
  // Excel is told the separator by a first line of its own.
  const text = readText(path, what).replace(/^"?sep=[,;\t]"?[,;\t]*(?=\n)/i, '');
  const candidates = SEPARATORS.filter((separator) => separator === ',' || text.includes(separator));
  const cuts = candidates.map((separator) => cut(text, separator));
  const fits = cuts.map((rows) => (rows instanceof Error ? -1 : rowsAlike(rows)));
  const best = cuts[fits.indexOf(Math.max(...fits))];
  if (best instanceof Error) {
    throw new DataError(
      `${path}: not a file of rows separated by commas, semicolons or tabs: ${best.message}`,
    );
  }
  return best.map(({ record, info }) => ({ cells: record, where: `${path}:${info.lines}` }));
}

interface ParsedRow {
  record: string[];
  info: { lines: number };
}

function cut(text: string, delimiter: string): ParsedRow[] | Error {
  try {
    // Rows of another length are told by whoever looks at the columns.
    return parse(text, {
      ...{ delimiter, record_delimiter: '\n', trim: true, skip_empty_lines: true },
      ...{ relax_column_count: true, info: true },
    }) as unknown as ParsedRow[];
  } catch (error) {
    return error as Error;
  }
}

/** How many rows have the commonest number of cells, if that is two or more; none where cells end in other separators. */
function rowsAlike(rows: readonly ParsedRow[]): number {
  if (rows.some(({ record }) => record.some((cell) => /.[,;]$/.test(cell)))) return 0;
  const widths = rows.map(({ record }) => record.length).filter((width) => width > 1);
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
