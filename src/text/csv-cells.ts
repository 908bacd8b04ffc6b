/**
 * How the cells of our CSV tables are written: numbers in full, texts as they are, or such that no spreadsheet computes them. Apart from
 * csv.ts, since every command sets this and few write tables.
 */
import type { Options } from 'csv-stringify/sync';

/** What a spreadsheet takes for the start of a formula (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r]/;

let isSafe = false;

/**
 * For all tables that this process writes from now on; one command runs in it.
 * @param safe - an apostrophe before texts that a spreadsheet would compute; numbers, also negative ones, stay
 */
export function writeSafeCells(safe: boolean): void {
  isSafe = safe;
}

/** How every table with texts in it is written. */
export function csvCells(): Pick<Options, 'cast'> {
  const text = (value: string) => (isSafe && FORMULA.test(value) ? `'${value}` : value);
  return { cast: { number: String, boolean: String, string: text } };
}
