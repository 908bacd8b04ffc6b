/** Where a command is to write: checked as its flags are read, before it works, and made when it writes. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { DataError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';

/** Value of a flag that names a file to write; its folder need not be there. @throws DataError if it cannot be made */
export function outFile(path: string): string {
  if (isFolder(path)) {
    throw new InvalidArgumentError('this is a folder; give a file in it.');
  }
  requireWritable(path, dirname(resolve(path)));
  return path;
}

/** Value of a flag that names a folder to write into, which need not be there. @throws DataError if it cannot be made */
export function outFolder(path: string): string {
  if (existsSync(path) && !isFolder(path)) throw new InvalidArgumentError('this is a file; give a folder.');
  requireWritable(path, resolve(path));
  return path;
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
