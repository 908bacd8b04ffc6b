/** What an analysis leaves: a folder of pictures, as SVG and PNG alike, and tables. Files of the same names are replaced. */
import { join } from 'node:path';
import { makeFolder, replaceFile } from '../files/whole-file.ts';
import { svgToPng } from './draw.ts';

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
