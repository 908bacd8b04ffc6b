/** Where a command is to write: checked as its flags are read, before it works, and made when it writes. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { DataError, UsageError } from '../errors.ts';
import { type Given, optionsOf } from '../options/flags.ts';
import { reasonOf } from '../text/reason.ts';

/**
 * Checks all places that a command's options name for its output.
 *
 * @throws UsageError for a folder where a file is wanted, or the other way round
 * @throws DataError where nothing can be written
 */
export function requirePlaces(schema: z.ZodObject, options: Given): void {
  for (const { name, writes } of optionsOf(schema)) {
    const path = options[name];
    if (writes === undefined || typeof path !== 'string') continue;
    if (writes === 'file') requireFile(name, path);
    else requireFolder(name, path);
  }
}

function requireFile(name: string, path: string): void {
  if (isFolder(path)) throw new UsageError(`--${name} ${path}: this is a folder; give a file in it`);
  requireWritable(path, dirname(resolve(path)));
}

function requireFolder(name: string, path: string): void {
  if (existsSync(path) && !isFolder(path)) {
    throw new UsageError(`--${name} ${path}: this is a file; give a folder`);
  }
  requireWritable(path, resolve(path));
}

/** Makes the folder of a file that is about to be written. @throws DataError if it cannot be made */
export function makeFolderOf(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new DataError(`${path} cannot be written: ${reasonOf(error)}`);
  }
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** The folder, or the nearest above it that is there: all below that can be made. */
function requireWritable(path: string, folder: string): void {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  if (!isFolder(there)) {
    throw new DataError(`${path} cannot be written: ${there} is a file, not a folder`);
  }
  try {
    accessSync(there, constants.W_OK);
  } catch {
    throw new DataError(`${path} cannot be written: nothing may be written into ${there}`);
  }
}
