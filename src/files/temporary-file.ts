/**
 * Names under which files are written until they are whole, and the step that gives them their own: so what lies under
 * a final name is always complete. What a killed process left is swept by the next one that writes the same file.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../errors.ts';

/** A process of this number may run on another machine that shares the folder; it writes at least this often. */
const ABANDONED_AFTER_MS = 3_600_000;

/** The name of `path` while this process writes it: the same folder, `NAME.tmp-PID`. */
export function temporaryName(path: string): string {
  sweepAbandoned(path);
  return `${path}.tmp-${process.pid}`;
}

/** Deletes temporary files of `path` whose process is gone and that nobody has written to for an hour. */
function sweepAbandoned(path: string): void {
  const prefix = `${basename(path)}.tmp-`;
  const folder = dirname(path);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(prefix))) {
    const file = join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > ABANDONED_AFTER_MS && !isAlive(Number(name.slice(prefix.length))))
      rmSync(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Brings a finished temporary file to disk and gives it its name, replacing what was there. */
export function adoptFile(temporary: string, path: string): void {
  sync(temporary);
  renameSync(temporary, path);
  sync(dirname(path));
}

/** Brings a file, or the names in a folder, to disk. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Gives `path` this content, whole or not at all.
 * @throws the system's error; then the old content stands and nothing is left behind
 */
export function replaceWhole(path: string, content: string | Uint8Array): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(path, content); // a device or a pipe is no file to be replaced
    return;
  }
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, content);
    adoptFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * The error for a file that could not be written.
 * @param reason - of the system or of HDF5; a full disk is named as such
 * @param elsewhere - how to have it written to another folder
 */
export function writeFailure(path: string, reason: string, elsewhere = 'choose another folder'): DataError {
  const full = /no space left|ENOSPC|EDQUOT|quota/i.test(reason);
  const what = full ? 'the disk is full' : `cannot be written: ${reason}`;
  const remedy = full ? `Free some space or ${elsewhere}` : `Mend that or ${elsewhere}`;
  return new DataError(`${path}: ${what}; nothing was left of this file. ${remedy}`);
}
