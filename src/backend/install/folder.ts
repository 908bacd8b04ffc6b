/**
 * The folder of the native installations, and the renames by which one becomes the current one: at any moment there
 * is the old installation or the new one, and what is unfinished is told by its name. `install.ts` fills it.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError } from '../../errors.ts';
import { replaceFileSync } from '../../files/whole-file.ts';
import { reasonOf } from '../../text/reason.ts';
import { currentFile, type Installation, readInstallation, tildePath } from '../paths.ts';

const PARTIAL = '.partial-';

/** @throws DataError where it cannot be made or written */
export function madeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const where = tildePath(folder);
    throw new DataError(`${where} cannot be written: ${reasonOf(error)}. XDG_DATA_HOME puts it elsewhere`);
  }
  return folder;
}

/** A new folder for an install under way. */
export function stageFolder(root: string): string {
  return mkdtempSync(join(root, PARTIAL));
}

/**
 * Deletes what interrupted installs left; a process of theirs may still be writing there, hence the retries.
 * @throws DataError where that goes on, or the folder does not allow it
 */
export function sweep(root: string): void {
  for (const name of readdirSync(root).filter((entry) => entry.startsWith(PARTIAL))) {
    const path = join(root, name);
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 10 });
    } catch (error) {
      throw new DataError(
        `${tildePath(path)}, left by an interrupted install, cannot be deleted: ${reasonOf(error)}. ` +
          'If a program of that install still runs, wait until it has ended; then run the command again',
      );
    }
  }
}

/** Of what pip unpacked, 1.3 GB, only the libraries and the licences are used once the add-on is compiled. */
export function keepLibraries(stage: string): void {
  const [site, kept] = [join(stage, 'site'), join(stage, 'kept')];
  const move = (name: string) => {
    mkdirSync(dirname(join(kept, name)), { recursive: true });
    renameSync(join(site, name), join(kept, name));
  };
  for (const name of readdirSync(site)) {
    if (name === 'nvidia' || name.endsWith('.dist-info')) move(name);
  }
  for (const name of readdirSync(join(site, 'tensorflow'))) {
    if (/\.so\.\d+$|^THIRD_PARTY/.test(name)) move(join('tensorflow', name));
  }
  rmSync(site, { recursive: true });
  rmSync(join(stage, 'temporary'), { recursive: true, force: true });
  renameSync(kept, site);
}

/** Gives the finished folder its name, makes it the current one, and deletes the others. */
export function adopt(root: string, stage: string, name: string): Installation {
  const final = join(root, name);
  if (existsSync(final)) renameSync(final, `${stage}-replaced`);
  renameSync(stage, final);
  replaceFileSync(currentFile(), `${name}\n`);
  for (const other of readdirSync(root).filter(
    (entry) => readInstallation(join(root, entry)) && entry !== name,
  )) {
    rmSync(join(root, other), { recursive: true });
  }
  return readInstallation(final) as Installation;
}
