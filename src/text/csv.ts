/** CSV tables as this program writes them; what stands in their cells: csv-cells.ts. */
import { stringify } from 'csv-stringify/sync';
import { csvCells } from './csv-cells.ts';

/**
 * A row of a table that is written row by row.
 * @param values - as many as there are columns: numbers, or plain words, which need no quotes
 */
export const csvLine = (values: Iterable<number | string>): string => `${[...values].join(',')}\n`;

/**
 * A table as a text.
 * @param columns - in their order; there even where there are no rows
 */
export function csvText<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
): string {
  return stringify(rows as Row[], {
    header: true,
    columns: [...columns],
    ...csvCells(),
  });
}
