/**
 * CSV logs: rows of trimmed cells with the place to name in errors, and columns found by their header’s names or by
 * their numbers. Knows no format.
 */
import { parse } from 'csv-parse/sync';
import { DataError, UsageError } from '../../errors.ts';
import { readText } from './text-file.ts';

export interface CsvRow {
  cells: string[];
  /** `file:line` */
  where: string;
}

/**
 * The rows of a comma-separated file, blank lines left out, at least one.
 * @param what - what the file should be, for the error
 * @throws DataError where it is absent, empty or no CSV
 */
export function readCsv(path: string, what: string): CsvRow[] {
  const text = readText(path, what);
  try {
    // Rows of another length are told by whoever looks for a cell that is not there.
    const rows = parse(text, { trim: true, skip_empty_lines: true, relax_column_count: true, info: true });
    return (rows as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      cells: record,
      where: `${path}:${info.lines}`,
    }));
  } catch (error) {
    throw new DataError(`${path}: not a comma-separated file: ${(error as Error).message}`);
  }
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
  const header = cells.every((cell) => cell === '' || Number.isNaN(Number(cell))) && cells.length > 1;
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
