/**
 * Numbers with decimal commas, as programs write them in the locale of half of Europe, become numbers with points. Three
 * forms, each recognised from the whole file:
 * - separated by semicolons or tabs: `a.jpg;0,5`;
 * - in quotes: `a.jpg,"0,5"`;
 * - neither, so that each decimal comma adds a column, unless the number happens to be a whole one: `a.jpg,0,5`. Then cells
 *   are joined again, and a row that can be joined to different values is not guessed at.
 */
import { type CsvRow, commonest } from './table.ts';

/** A row with as many cells as there are columns, decimal points in its numbers; or why it is none. */
export interface EvenRow extends CsvRow {
  fault?: string;
}

export interface Columns {
  /** How many there should be; undefined: as many as most rows have. */
  width?: number;
  /** Whether a header names them; else rows may have another number of columns in common. */
  isNamed: boolean;
  /** Those whose numbers are used. */
  used: readonly number[];
}

/** Share of rows that must be of one length for what they have in common to hold for each of them. */
const NEARLY_ALL = 0.9;
/** Columns up to which cells are joined. */
const WIDEST = 16;

const POINT = /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i;
const COMMA = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;
/** `1,234` may be a thousand; `0,234` may not. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;
const WHOLE = /^[+-]?(0|[1-9]\d*)$/;
const FRACTION = /^\d+(e[+-]?\d+)?$/i;

/**
 * @param rows - of the file, without its header
 * @param notes - takes a sentence where numbers had decimal commas
 * @returns a row for each, in the same order
 */
export function evenRows(
  rows: readonly CsvRow[],
  { width: known, isNamed, used }: Columns,
  file: string,
  notes: string[],
): EvenRow[] {
  const usual = commonest(rows.map(({ cells }) => cells.length)) ?? 0;
  const isJoined = known !== undefined && isUnquoted(rows, known);
  const isOther = !isNamed && !isJoined && usual > Math.max(...used);
  const width = known === undefined || isOther ? usual : known;
  const trimmed = rows.map(({ cells, where }) => ({ cells: withoutEmptyEnd(cells, width), where }));
  const even = isJoined ? joinedRows(trimmed, width, used) : trimmed.map((row) => ofWidth(row, width));
  const found = withPoints(even, used);
  if (isJoined || found.some(({ cells }, i) => cells !== even[i].cells)) {
    notes.push(
      `${file}: numbers have decimal commas${isJoined ? ', without quotes between commas' : ''}; read as such`,
    );
  }
  return found;
}

/** Many programs end each row with a separator. */
function withoutEmptyEnd(cells: string[], width: number): string[] {
  return cells.length > width && cells.slice(width).every((cell) => cell === '')
    ? cells.slice(0, width)
    : cells;
}

function ofWidth(row: CsvRow, width: number): EvenRow {
  const { cells, where } = row;
  if (cells.length === width) return row;
  return { ...row, fault: `${where}: ${cells.length} columns, expected ${width}` };
}

/** Whether most rows are too long, not by empty cells alone, and no cell in any of them has a decimal point. */
function isUnquoted(rows: readonly CsvRow[], width: number): boolean {
  const usual = commonest(rows.map(({ cells }) => withoutEmptyEnd(cells, width).length)) ?? 0;
  const fits = usual > width && usual <= 2 * width && width <= WIDEST;
  return fits && !rows.some(({ cells }) => cells.some(isPoint));
}

const isPoint = (cell: string) => POINT.test(cell);

function joinedRows(rows: readonly CsvRow[], width: number, used: readonly number[]): EvenRow[] {
  const form = commonForm(rows, width);
  return rows.map((row): EvenRow => {
    const { cells, where } = row;
    const joins = joinsOf(cells, width).filter(
      ({ decimals }) => cells.length !== form?.length || form.decimals.has(String(decimals)),
    );
    if (joins.length === 0) return ofWidth(row, width);
    // A row of another length than nearly all may also have been cut off.
    const narrower = cells.length === form?.length ? [] : columnsFrom(Math.max(...used) + 1, width);
    const cut = narrower.flatMap((columns) => joinsOf(cells, columns));
    const values = new Set(
      [...joins, ...cut].map((join) => String(used.map((column) => comparable(join.cells[column])))),
    );
    if (values.size === 1) return { cells: joins[0].cells, where };
    const [one, other] = [...values];
    return {
      ...row,
      fault: `${where}: numbers have decimal commas without quotes, and the row can be read as ${one} and as ${other}`,
    };
  });
}

/** first, first + 1, …, end − 1 */
const columnsFrom = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => first + i);

const comparable = (cell: string) => (cell === '' || Number.isNaN(Number(cell)) ? cell : Number(cell));

/** Cells joined to as many as there are columns, and the columns that were made of two. */
interface Join {
  cells: string[];
  decimals: number[];
}

/**
 * What nearly all rows have in common: their length, and which columns can be those with a decimal comma, as texts of their
 * numbers. Undefined where they differ: then each row stands for itself.
 */
function commonForm(
  rows: readonly CsvRow[],
  width: number,
): { length: number; decimals: Set<string> } | undefined {
  const length = commonest(rows.map(({ cells }) => cells.length)) as number;
  const alike = rows.filter(({ cells }) => cells.length === length);
  if (alike.length < NEARLY_ALL * rows.length) return undefined;
  let decimals: Set<string> | undefined;
  for (const { cells } of alike) {
    const here = new Set(joinsOf(cells, width).map((join) => String(join.decimals)));
    const before: Set<string> = decimals ?? here;
    decimals = new Set([...before].filter((each) => here.has(each)));
  }
  return decimals === undefined || decimals.size === 0 ? undefined : { length, decimals };
}

/** All ways to join neighbours to numbers with decimals so that `width` cells are left. */
function joinsOf(cells: readonly string[], width: number): Join[] {
  const found: Join[] = [];
  const take = (at: number, join: Join) => {
    const [left, wanted] = [cells.length - at, width - join.cells.length];
    if (left === 0 && wanted === 0) found.push(join);
    if (wanted === 0 || left < wanted || left > 2 * wanted) return;
    const [cell, next] = [cells[at], cells[at + 1]];
    if (!/^[+-]?0\d/.test(cell)) take(at + 1, { ...join, cells: [...join.cells, cell] });
    if (next !== undefined && WHOLE.test(cell) && FRACTION.test(next)) {
      take(at + 2, {
        cells: [...join.cells, `${cell}.${next}`],
        decimals: [...join.decimals, join.cells.length],
      });
    }
  };
  take(0, { cells: [], decimals: [] });
  return found;
}

/** Points for the commas within cells; a column has the one or the other. */
function withPoints(rows: readonly EvenRow[], used: readonly number[]): EvenRow[] {
  const whole = rows.filter(({ fault }) => fault === undefined);
  const columns = used.map((column) => whole.map(({ cells }) => cells[column]));
  const commas = columns.flat().filter(hasComma);
  if (commas.length === 0) return [...rows];
  const points = new Map(used.map((column, i) => [column, columns[i].find(isPoint)]));
  const mayBeThousands = commas.every((cell) => THOUSANDS.test(cell));
  return rows.map((row): EvenRow => {
    const column = used.find((each) => hasComma(row.cells[each] ?? ''));
    if (row.fault !== undefined || column === undefined) return row;
    const point = points.get(column);
    if (point !== undefined || mayBeThousands) {
      const why =
        point === undefined
          ? 'may have a decimal comma or be a thousand'
          : `has a comma, other numbers of its column a decimal point, such as ${point}`;
      return { ...row, fault: `${row.where}: "${row.cells[column]}" ${why}` };
    }
    const cells = row.cells.map((cell, i) =>
      used.includes(i) && hasComma(cell) ? cell.replace(',', '.') : cell,
    );
    return { ...row, cells };
  });
}

const hasComma = (cell: string) => COMMA.test(cell) || THOUSANDS.test(cell);
