/** One sweep at a time in a sessions folder: while runs are planned, and all the while they run on this machine. */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { writeFailure } from '../files/durable.ts';
import { acquireLock, type Lock, lockOwner, type Owner } from '../files/lock.ts';
import { shellWord } from '../text/shell-word.ts';
import { SWEEP_FOLDER } from './sweep-file.ts';

/**
 * @throws ConfigError (status 2) if another process sweeps there
 * @throws DataError if the folder cannot be written
 */
export async function lockSweep(sessions: string): Promise<Lock> {
  try {
    await mkdir(join(sessions, SWEEP_FOLDER), { recursive: true });
  } catch (error) {
    throw writeFailure(sessions, error);
  }
  const owner = await sweepOwner(sessions);
  if (owner) {
    const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
    throw new ConfigError(
      `a sweep runs in ${sessions} already: process ${owner.pid}${where}, since ${owner.since}. ` +
        `ncp-train sweep status ${shellWord(sessions)} shows it, ncp-train sweep cancel ${shellWord(sessions)} ends it, ` +
        '--sessions_dir names another folder',
    );
  }
  return acquireLock(join(sessions, SWEEP_FOLDER));
}

/** The living process that sweeps there, if any. */
export const sweepOwner = (sessions: string): Promise<Owner | undefined> =>
  lockOwner(join(sessions, SWEEP_FOLDER));
