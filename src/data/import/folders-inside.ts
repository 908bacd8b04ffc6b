/** A folder given that lies above the drives it was meant for: names those, so that they can be given. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders named. */
const SHOWN = 3;

/**
 * @param path - a folder
 * @param isDrive - whether a folder is one of the format
 * @returns a sentence with the command that takes them; empty where there are none
 */
export function foldersInside(path: string, isDrive: (folder: string) => boolean, format: string): string {
  const drives = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && holds(join(path, entry.name), isDrive))
    .map(({ name }) => join(path, name))
    .sort();
  if (drives.length === 0) return '';
  const shown = drives.slice(0, SHOWN).map((drive) => (/[^\w./-]/.test(drive) ? `'${drive}'` : drive));
  const more = drives.length > SHOWN ? ' …' : '';
  const count = drives.length === 1 ? '1 folder in it is one' : `${drives.length} folders in it are`;
  return `${count}: give ${drives.length === 1 ? 'that' : 'those'}: ncp-train data import ${format} ${shown.join(' ')}${more} --out DIR`;
}

/** False, too, for a folder that may not be read. */
function holds(folder: string, isDrive: (folder: string) => boolean): boolean {
  try {
    return isDrive(folder);
  } catch {
    return false;
  }
}
