/**
 * Files and folders that are there whole or not at all: at any moment there is either the old content or the new one, and what
 * was reported as written is still there after a power cut. That takes four steps: write under a temporary name that nothing
 * else has, sync, rename, sync the folder. What lies in them is not known here. Each step has a synchronous form too, since HDF5
 * writes by name and without waiting.
 *
 * A temporary name tells who gave it: `NAME.tmp-PID-UUID`, where the UUID (RFC 9562, version 8) has a mark of the boot and PID
 * namespace, 32 bits, one of the process's start, 28 bits, and else is random. What a killed process left is so known for what it
 * is by whoever writes in the folder next, who deletes it: at once where the process can be seen to be gone; where it cannot be
 * seen, in another container or before a boot, when there was no sign of life for an hour. (0.1.0 gave names without such marks,
 * `NAME.tmp-PID` and `.NAME.UUID.tmp`.)
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';
import { type Marks, ownSpace, processStart, spaceText, standingOf } from './owner.ts';

/** Between two signs of life of a file that is being written. */
const BEAT_MS = 60_000;
/** Without one for so long, the writer counts as gone. */
const SILENCE_MS = 3_600_000;

const HEX = '[\\da-f]';
const TEMPORARY = new RegExp(
  `^(.+)\\.tmp-(\\d+)(?:-(${HEX}{8})-(${HEX}{4})-(${HEX})(${HEX}{3})-${HEX}{4}-${HEX}{12})?$`,
);
/** Of 0.1.0's runs. */
const HIDDEN = /^\.(.+)\.[\da-f-]{36}\.tmp$/;

/** The first digits of a digest. */
const mark = (digits: number) => (text: string) =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
const MARKS: Marks = { space: mark(8), start: mark(7) };

let own: { space: string; start: string } | undefined;

function ownMarks(): { space: string; start: string } {
  own ??= {
    space: MARKS.space(spaceText(ownSpace())),
    start: MARKS.start(processStart(process.pid) ?? ''),
  };
  return own;
}

/**
 * A name in the same folder that nothing else has, for `path` while it is written. What killed processes left there is swept.
 * @param isSwept - it was a moment ago, for one of many files
 */
export function temporaryPath(path: string, isSwept = false): string {
  if (!isSwept) sweepAbandoned(dirname(path), basename(path));
  const { space, start } = ownMarks();
  const random = randomBytes(8).toString('hex');
  const variant = (0x8 | (Number.parseInt(random[0], 16) & 0x3)).toString(16);
  const uuid = `${space}-${start.slice(0, 4)}-8${start.slice(4)}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
  const temporary = `${path}.tmp-${process.pid}-${uuid}`;
  giveSigns(temporary);
  return temporary;
}

interface TemporaryName {
  /** The name that the file is to have. */
  readonly name: string;
  readonly pid?: number;
  /** Undefined in names of 0.1.0. */
  readonly owner?: { readonly space: string; readonly start: string };
}

/** Undefined for what is no temporary name. */
function parsed(entry: string): TemporaryName | undefined {
  const [, name, pid, space, start, version, more] = TEMPORARY.exec(entry) ?? [];
  if (name === undefined) {
    const [, hidden] = HIDDEN.exec(entry) ?? [];
    return hidden === undefined ? undefined : { name: hidden };
  }
  const owner = version === '8' ? { space, start: start + more } : undefined;
  return { name, pid: Number(pid), owner };
}

/** Whether a name is one under which a file or folder is, or was, being written. */
export const isTemporaryName = (entry: string): boolean => parsed(entry) !== undefined;

/** The name that a file or folder is to have; any other name as it is. */
export const finalName = (entry: string): string => parsed(entry)?.name ?? entry;

/** Whether this process gave the name, in this thread or another. */
export function isOwnTemporaryName(entry: string): boolean {
  const { pid, owner } = parsed(entry) ?? {};
  const { space, start } = ownMarks();
  return pid === process.pid && owner?.space === space && owner.start === start;
}

/**
 * Deletes what lies in `folder` under temporary names, whoever gave them: for folders that a lock gives to this process alone.
 * @param name - only what was to have this name
 */
export async function sweepTemporary(folder: string, name?: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const found = parsed(entry);
    if (found && (name ?? found.name) === found.name)
      await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/**
 * Deletes what processes that are gone left in `folder`. Names without an owner's mark may be somebody else's, so of those only
 * what was to be `name`. What cannot be deleted, or read, stays.
 */
function sweepAbandoned(folder: string, name: string): void {
  for (const entry of entriesOf(folder)) {
    const found = parsed(entry);
    if (!found || (!found.owner && found.name !== name)) continue;
    const path = join(folder, entry);
    try {
      if (isAbandoned(found, path)) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or swept by another process at this moment.
    }
  }
}

function isAbandoned({ pid = 0, owner }: TemporaryName, path: string): boolean {
  const standing = owner ? standingOf({ ...owner, pid }, MARKS) : 'unseen';
  return standing === 'unseen' ? Date.now() - lastSign(path) > SILENCE_MS : standing === 'gone';
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // whoever writes there says why that fails
  }
}

/** When a file, or anything in a folder, was written last; now where it has gone in the meantime. */
function lastSign(path: string): number {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return Date.now();
  const inside = status.isDirectory() ? readdirSync(path).map((entry) => lastSign(join(path, entry))) : [];
  return inside.reduce((latest, time) => Math.max(latest, time), status.mtimeMs);
}

/** What this thread is writing, and whether it was missing at the last sign. */
const unfinished = new Map<string, boolean>();
let beating: NodeJS.Timeout | undefined;

/** Touches a file or folder now and then until it is gone from its temporary name, so that nobody takes it for abandoned. */
function giveSigns(temporary: string): void {
  unfinished.set(temporary, false);
  beating ??= setInterval(beat, BEAT_MS).unref();
}

function beat(): void {
  const now = new Date();
  for (const [path, wasMissing] of unfinished) {
    try {
      utimesSync(path, now, now);
      unfinished.set(path, false);
    } catch {
      if (wasMissing) unfinished.delete(path);
      else unfinished.set(path, true); // it may have got its name a moment ago, and be made the next
    }
  }
  if (unfinished.size > 0) return;
  clearInterval(beating);
  beating = undefined;
}

/** Writes a new file and syncs it; not yet safe from a crash in between, so for files under a temporary name or in such a folder. */
export async function writeSynced(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Gives `path` this content, whole or not at all. A device or a pipe is no file to be replaced: it is written to.
 *
 * @param options - permissions, by default those that the system gives; `isSwept` see `temporaryPath`
 * @throws DataError if it cannot be written; then the old content stands and nothing is left behind
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode, isSwept }: { readonly mode?: number; readonly isSwept?: boolean } = {},
): Promise<void> {
  let temporary: string | undefined;
  try {
    if (isNoFile(path)) return await writeFile(path, content);
    temporary = temporaryPath(path, isSwept);
    await writeSynced(temporary, content, mode);
    await rename(temporary, path);
    unfinished.delete(temporary);
    await syncFolder(dirname(path));
  } catch (error) {
    if (temporary !== undefined) await removeQuietly(temporary);
    throw writeFailure(path, error);
  }
}

/**
 * The same without waiting.
 * @throws the system's error; then the old content stands and nothing is left behind
 */
export function replaceFileSync(path: string, content: string | Uint8Array): void {
  if (isNoFile(path)) {
    writeFileSync(path, content);
    return;
  }
  const temporary = temporaryPath(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    adoptFileSync(temporary, path);
  } catch (error) {
    removeQuietlySync(temporary);
    throw error;
  }
}

const isNoFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === false;

/**
 * A new, empty file under a temporary name, for what opens files by name: it would follow a link that lies there already, and
 * write over what it leads to.
 * @throws the system's error
 */
export function temporaryFileSync(path: string): string {
  const temporary = temporaryPath(path);
  writeFileSync(temporary, '', { flag: 'wx' });
  return temporary;
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
  unfinished.delete(temporary);
  await syncFolder(dirname(path));
}

/** The same without waiting, for a folder too: what lies in it is brought to disk first. */
export function adoptFileSync(temporary: string, path: string): void {
  syncAll(temporary);
  renameSync(temporary, path);
  unfinished.delete(temporary);
  syncSync(dirname(path));
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
    if (!cannotSync(error)) throw error;
  } finally {
    await folder?.close();
  }
}

const cannotSync = (error: unknown): boolean =>
  ['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Brings a file, or a folder and all that lies in it, to disk. */
function syncAll(path: string): void {
  if (lstatSync(path).isDirectory()) for (const entry of readdirSync(path)) syncAll(join(path, entry));
  syncSync(path);
}

/** Brings a file, or the names in a folder, to disk. */
function syncSync(path: string): void {
  const isFolder = statSync(path).isDirectory();
  if (isFolder && process.platform === 'win32') return;
  const descriptor = openSync(path, isFolder ? 'r' : 'r+');
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!isFolder || !cannotSync(error)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a file or folder in one step as far as readers see: it gets a temporary name, then goes. */
export async function discard(path: string): Promise<void> {
  const temporary = temporaryPath(path);
  await rename(path, temporary);
  await rm(temporary, { recursive: true, force: true });
  unfinished.delete(temporary);
}

/** Removes what is left after a failure; the failure is what is reported, not that this did not work either. */
export async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
  unfinished.delete(path);
}

/** The same without waiting. */
export function removeQuietlySync(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {}
  unfinished.delete(path);
}

/** @throws DataError if it cannot be made */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw writeFailure(folder, error);
  });
}

/** As a part of a message: a temporary name behind the final one. */
const ENDING = /\.tmp-\d+-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/**
 * What is said of something that could not be written; what is neither the system's error nor a full disk passes through, with the
 * names that the user knows.
 */
export function writeFailure(path: string, error: unknown): Error {
  if (error instanceof DataError) error.message = error.message.replaceAll(ENDING, '');
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

/**
 * What is said of a file that no run goes on with.
 * @param reason - of the system or of HDF5; a full disk is named as such
 * @param elsewhere - how to have it written to another folder
 */
export function notWritten(path: string, reason: string, elsewhere = 'choose another folder'): DataError {
  const full = /no space left|ENOSPC|EDQUOT|quota/i.test(reason);
  const what = full ? 'the disk is full' : `cannot be written: ${reason}`;
  const remedy = full ? `Free some space or ${elsewhere}` : `Mend that or ${elsewhere}`;
  return new DataError(`${path}: ${what}; nothing was left of this file. ${remedy}`);
}
