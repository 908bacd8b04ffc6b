/** Folders and what lies below them, each once: a link may lead back. What begins with a dot, or is being written, is left out. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporaryName } from './whole-file.ts';

/** Numbers by their size: `experiment_10` after `experiment_9`. */
export const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

/**
 * Sees a folder.
 *
 * @param files - names in order, links to files too
 * @param folders - names in order, links to folders too
 * @returns those of `folders` to go into
 */
export type Look = (
  folder: string,
  files: readonly string[],
  folders: readonly string[],
) => Promise<readonly string[]> | readonly string[];

/** Goes through folders; one that was seen before is passed over, in a later call too. Reading never fails: see `faults`. */
export class FolderWalk {
  /** Folders that are not there or cannot be read, a sentence each. */
  readonly faults: string[] = [];
  readonly #seen = new Set<string>();

  async into(folders: readonly string[], look: Look): Promise<void> {
    for (const folder of folders) await this.#visit(folder, look);
  }

  async #visit(folder: string, look: Look): Promise<void> {
    let entries: Dirent[];
    try {
      const path = await realpath(folder);
      if (this.#seen.has(path)) return;
      this.#seen.add(path);
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      this.faults.push(reason(folder, error as NodeJS.ErrnoException));
      return;
    }
    const files: string[] = [];
    const folders: string[] = [];
    for (const entry of entries.sort((a, b) => compareNames(a.name, b.name))) {
      if (entry.name.startsWith('.') || isTemporaryName(entry.name)) continue;
      const leadsOn =
        entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name))));
      (leadsOn ? folders : files).push(entry.name);
    }
    const next = await look(folder, files, folders);
    await this.into(
      next.map((name) => join(folder, name)),
      look,
    );
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  );

function reason(folder: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `${folder}: there is no such folder`;
  if (code === 'ENOTDIR') return `${folder} is no folder`;
  return `${folder} cannot be read (${code ?? message})`;
}
