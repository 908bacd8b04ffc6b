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
const LEADING_ZERO = /^[+-]?0\d/;

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
    const isUsual = cells.length === form?.length;
    const own = isUsual ? form : new Joins([cells]);
    const first = own.first(cells, width);
    if (first === undefined) return ofWidth(row, width);
    // A row of another length than nearly all may also have been cut off.
    const narrower = isUsual ? [] : columnsFrom(Math.max(...used) + 1, width);
    const readings = [width, ...narrower].flatMap((columns) => own.readings(cells, columns, used));
    const [one, other] = new Set(readings);
    if (other === undefined) return { cells: first, where };
    return {
      ...row,
      fault: `${where}: numbers have decimal commas without quotes, and the row can be read as ${one} and as ${other}`,
    };
  });
}

/** first, first + 1, …, end − 1 */
const columnsFrom = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => first + i);

const comparable = (cell: string) => (cell === '' || Number.isNaN(Number(cell)) ? cell : Number(cell));

/**
 * What nearly all rows have in common: the ways to join their cells that are open to each of them. Undefined where their
 * lengths differ or no way is open to all: then each row stands for itself.
 */
function commonForm(rows: readonly CsvRow[], width: number): Joins | undefined {
  const length = commonest(rows.map(({ cells }) => cells.length)) as number;
  const alike = rows.filter(({ cells }) => cells.length === length).map(({ cells }) => cells);
  if (alike.length < NEARLY_ALL * rows.length) return undefined;
  const joins = new Joins(alike);
  return joins.first(alike[0], width) === undefined ? undefined : joins;
}

/**
 * The ways to join neighbours to numbers with decimals, in rows of one length. A way goes from cell to cell, each step over one
 * that stays as it is or over two that are joined, and makes a column a step. Ways can be as many as 12,870 a row, so they are
 * not listed: of each cell it is known how many columns can lie before it and how many behind it, each a set of bits.
 */
class Joins {
  /** Cells in a row. */
  readonly length: number;
  /** Whether cell i may stay as it is in all rows. */
  readonly #stays: boolean[];
  /** Whether cell i and the next are a number in all rows. */
  readonly #joins: boolean[];
  /** Bit k of [i]: k columns can be made of the cells before i. */
  readonly #before: Int32Array;
  /** Bit k of [i]: k columns can be made of cell i and those behind it. */
  readonly #behind: Int32Array;

  /** @param rows - cells of each, all of the same number */
  constructor(rows: readonly (readonly string[])[]) {
    const { length } = rows[0];
    const everywhere = (test: (cells: readonly string[], at: number) => boolean) =>
      Array.from({ length }, (_, at) => rows.every((cells) => test(cells, at)));
    this.length = length;
    this.#stays = everywhere((cells, at) => !LEADING_ZERO.test(cells[at]));
    this.#joins = everywhere(
      (cells, at) => at + 1 < length && WHOLE.test(cells[at]) && FRACTION.test(cells[at + 1]),
    );
    this.#before = new Int32Array(length + 2);
    this.#behind = new Int32Array(length + 2);
    this.#before[0] = 1;
    this.#behind[length] = 1;
    for (let at = 0; at < length; at++) {
      const columns = this.#before[at] << 1;
      if (this.#stays[at]) this.#before[at + 1] |= columns;
      if (this.#joins[at]) this.#before[at + 2] |= columns;
    }
    for (let at = length - 1; at >= 0; at--) {
      const stays = this.#stays[at] ? this.#behind[at + 1] : 0;
      const joins = this.#joins[at] ? this.#behind[at + 2] : 0;
      this.#behind[at] = (stays | joins) << 1;
    }
  }

  /** The cells in `width` columns, as few of the first ones joined as can be; undefined where there is no way. */
  first(cells: readonly string[], width: number): string[] | undefined {
    return this.#canEnd(0, width) ? this.#rest(cells, 0, width) : undefined;
  }

  /**
   * What the used columns can hold, as text: nothing where there is no way, one where all ways agree, else two of those that
   * differ.
   */
  readings(cells: readonly string[], width: number, used: readonly number[]): string[] {
    const first = this.first(cells, width);
    if (first === undefined) return [];
    const reading = (joined: readonly string[]) => String(used.map((column) => comparable(joined[column])));
    const one = reading(first);
    for (const column of used) {
      for (const { cell, at, next } of this.#choices(cells, width, column)) {
        if (comparable(cell) === comparable(first[column])) continue;
        const start = this.#start(cells, at, column);
        return [one, reading([...start, cell, ...this.#rest(cells, next, width - column - 1)])];
      }
    }
    return [one];
  }

  /** What a column can hold, with the cells that it is made of: at, …, next − 1. */
  #choices(cells: readonly string[], width: number, column: number) {
    const left = width - column - 1;
    const found: { cell: string; at: number; next: number }[] = [];
    for (let at = column; at < this.length; at++) {
      if (!has(this.#before[at], column)) continue;
      if (this.#stays[at] && this.#canEnd(at + 1, left)) found.push({ cell: cells[at], at, next: at + 1 });
      if (this.#joins[at] && this.#canEnd(at + 2, left)) {
        found.push({ cell: joined(cells, at), at, next: at + 2 });
      }
    }
    return found;
  }

  #canEnd(at: number, columns: number): boolean {
    return has(this.#behind[at], columns);
  }

  /** The cells before `at` in some way that makes `columns` of them. */
  #start(cells: readonly string[], at: number, columns: number): string[] {
    if (columns === 0) return [];
    return this.#stays[at - 1] && has(this.#before[at - 1], columns - 1)
      ? [...this.#start(cells, at - 1, columns - 1), cells[at - 1]]
      : [...this.#start(cells, at - 2, columns - 1), joined(cells, at - 2)];
  }

  /** The cells from `at` on in the first way that makes `columns` of them. */
  #rest(cells: readonly string[], at: number, columns: number): string[] {
    const found: string[] = [];
    for (let left = columns; left > 0; left--) {
      const stays = this.#stays[at] && this.#canEnd(at + 1, left - 1);
      found.push(stays ? cells[at] : joined(cells, at));
      at += stays ? 1 : 2;
    }
    return found;
  }
}

/** Whether a set of bits has this one; widths are at most WIDEST. */
const has = (bits: number, bit: number) => ((bits >> bit) & 1) === 1;

const joined = (cells: readonly string[], at: number) => `${cells[at]}.${cells[at + 1]}`;

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
