/** Columns over time as a file: CSV with a header, or .npy float64 [n, columns] whose columns export.json names. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { NpyFile } from '../files/npy.ts';
import { notWritten } from '../files/whole-file.ts';
import { reasonOf } from '../text/reason.ts';

export type ColumnFormat = 'csv' | 'npy';

export interface ColumnFile {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** @param columns - [n] each, by name */
export function writeColumns(
  folder: string,
  name: string,
  columns: Readonly<Record<string, Float64Array>>,
  format: ColumnFormat,
): ColumnFile {
  const file = `${name}.${format}`;
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const rows = values[0].length;
  if (format === 'npy') {
    const npy = new NpyFile(join(folder, file), 'float64', [names.length]);
    npy.append(
      Float64Array.from(
        { length: rows * names.length },
        (_, i) => values[i % names.length][Math.floor(i / names.length)],
      ),
    );
    npy.finish();
  } else {
    const table = Array.from({ length: rows }, (_, n) => values.map((column) => numberText(column[n])));
    const text = stringify([names, ...table]);
    try {
      writeFileSync(join(folder, file), text);
    } catch (error) {
      throw notWritten(join(folder, file), reasonOf(error));
    }
  }
  return { file, columns: names, rows };
}

/** In full; empty where unknown. */
const numberText = (value: number) => (Number.isNaN(value) ? '' : String(value));
