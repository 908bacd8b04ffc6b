/**
 * Why a file could not be opened or written, in words. Node's own repeat the path, which the sentence around has already, and
 * name its functions: `ENOENT: no such file or directory, open 'folds.yaml'`.
 */
import { getSystemErrorMap } from 'node:util';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not',
  EPERM: 'the system does not allow it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'there is something of this name already',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'this user’s share of the disk is used up',
  EMFILE: 'too many files are open; ulimit -n says how many may be',
  EIO: 'the disk reports a fault',
};

/** @returns for an error of the system its reason and the code by which it can be looked up; for any other its message */
export function reasonOf(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return message;
  const words = WORDS[code] ?? getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? message : `${words} (${code})`;
}
