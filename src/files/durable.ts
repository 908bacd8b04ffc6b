/**
 * Files that survive what happens to a training process: at any moment there is either the old content or the new one,
 * and what was reported as written is still there after a power cut. That takes four steps: write under a temporary name,
 * sync, rename, sync the folder. What the files hold is not known here.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';

/** A name in the same folder that nothing else uses; `sweepTemporary` knows it by its form. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/** Deletes what a killed process left in `folder` under temporary names: those of the file `name` only, or all. */
export async function sweepTemporary(folder: string, name?: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const [, of] = /^\.(.+)\.[\da-f-]{36}\.tmp$/.exec(entry) ?? [];
    if (of !== undefined && (name ?? of) === of)
      await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/** Writes a file and syncs it; not yet safe from a crash in between, so for files in a temporary folder. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Gives `path` this content, whole or not at all.
 *
 * @throws DataError if it cannot be written; then the old content stands and nothing is left behind
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeSynced(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await removeQuietly(temporary);
    throw writeFailure(path, error);
  }
}

/**
 * Brings a finished file to disk and gives it its name, replacing what was there.
 * @param temporary - closed, in the same folder
 */
export async function adoptFile(temporary: string, path: string): Promise<void> {
  const file = await open(temporary, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Brings the names in a folder to disk. Systems that cannot sync a folder do so of their own accord. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (process.platform === 'win32') return undefined;
    throw error;
  });
  try {
    await folder?.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder?.close();
  }
}

/** Removes a file or folder in one step as far as readers see: it gets a temporary name, then goes. */
export async function discard(path: string): Promise<void> {
  const temporary = temporaryPath(path);
  await rename(path, temporary);
  await rm(temporary, { recursive: true, force: true });
}

/** Removes what is left after a failure; the failure is what is reported, not that this did not work either. */
export async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

/** What is said of something that could not be written; what is neither the system's error nor a full disk passes through. */
export function writeFailure(path: string, error: unknown): Error {
  const { errno, message } = error as NodeJS.ErrnoException;
  if (/\b(ENOSPC|EDQUOT)\b/.test(message)) {
    return new DataError(
      `${path}: the disk is full. Free some space; a run that had begun goes on with --resume`,
    );
  }
  return errno === undefined
    ? (error as Error)
    : new DataError(`${path}: cannot be written: ${reasonOf(error)}`);
}
