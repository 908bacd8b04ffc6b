/** How the cells of our CSV tables are written: numbers in full, texts as they are, or such that no spreadsheet computes them. */
import type { Options } from 'csv-stringify/sync';

/** What a spreadsheet takes for the start of a formula (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r]/;

/** @param safe - put an apostrophe before texts that a spreadsheet would compute; numbers, also negative ones, stay */
export function csvCells(safe = false): Pick<Options, 'cast'> {
  const text = (value: string) => (FORMULA.test(value) ? `'${value}` : value);
  return { cast: safe ? { number: String, string: text } : { number: String } };
}
