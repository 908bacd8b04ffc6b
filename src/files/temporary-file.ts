/**
 * Names under which files are written until they are whole, and the step that gives them their own: so what lies under
 * a final name is always complete. What a killed process left is swept by the next one that writes the same file.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
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
const TEMPORARY = /\.tmp-(\d+)(?:-[\da-f-]{36})?$/;

/**
 * The name of `path` while it is written: the same folder, `NAME.tmp-PID-UUID`. The number alone is not enough: in every
 * container a process may be number 1.
 */
export function temporaryName(path: string): string {
  sweepAbandoned(path);
  return `${path}.tmp-${process.pid}-${randomUUID()}`;
}

/** Whether a name is one of `temporaryName`, or of 0.1.0, which had no UUID; with `pid`, whether that process gave it. */
export function isTemporaryName(name: string, pid?: number): boolean {
  const [, of] = TEMPORARY.exec(name) ?? [];
  return of !== undefined && (pid === undefined || Number(of) === pid);
}

/**
 * Deletes temporary files and folders of `path` that nobody has written to for an hour, unless another process of that
 * number is there. The own number says nothing of an old name: in a container it is the same after every start.
 */
function sweepAbandoned(path: string): void {
  const prefix = `${basename(path)}.tmp-`;
  const folder = dirname(path);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(prefix))) {
    const [, of] = TEMPORARY.exec(name) ?? [];
    if (of === undefined || (Number(of) !== process.pid && isAlive(Number(of)))) continue;
    const file = join(folder, name);
    if (Date.now() - lastWrite(file) > ABANDONED_AFTER_MS) rmSync(file, { recursive: true, force: true });
  }
}

/** When a file, or anything in a folder, was written last; now where it has gone in the meantime. */
function lastWrite(path: string): number {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return Date.now();
  const inside = status.isDirectory() ? readdirSync(path).map((name) => lastWrite(join(path, name))) : [];
  return inside.reduce((latest, time) => Math.max(latest, time), status.mtimeMs);
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
    writeFileSync(temporary, content, { flag: 'wx' });
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
