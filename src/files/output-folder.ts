/** What an analysis leaves: a folder of pictures, as SVG and PNG alike, and tables. Files of the same names are replaced. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { svgToPng } from '../plot/png.ts';
import { csvCells } from '../text/csv-cells.ts';
import { replaceFile, writeFailure } from './durable.ts';

/** Rows of a table, all with the same columns. */
export type TableRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * @param pictures - SVG texts by name without ending
 * @param files - other contents by file name
 * @returns names of the files in the folder, pictures first
 * @throws DataError if one cannot be written
 */
export async function writeOutputs(
  folder: string,
  pictures: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  await makeFolder(folder);
  const contents: [string, string | Buffer][] = [];
  for (const [name, svg] of Object.entries(pictures)) {
    contents.push([`${name}.svg`, svg], [`${name}.png`, await svgToPng(svg)]);
  }
  contents.push(...Object.entries(files));
  for (const [name, content] of contents) await replaceFile(join(folder, name), content);
  return contents.map(([name]) => name);
}

/** @throws DataError if it cannot be made */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw writeFailure(folder, error);
  });
}

/** @param columns - in their order; there even where there are no rows */
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
