/**
 * Keeps two processes out of one run. A process that has the lock need not give it back: what a killed one left does not
 * count. So a claim says who made it exactly: host, boot of that host, pid, and when the process started, because
 * pids are used again.
 *
 * The lock is a folder in which every process that wants the run puts a claim of its own. Nobody ever replaces another's
 * file, so two that take over from a dead one cannot throw each other out. A process has the lock once it saw, with its
 * own claim in place, no other that counts; it then marks its claim as held. Of several at once the first by name goes on.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';
import { writeFailure } from './durable.ts';
import { bootOfHost, processStart } from './process-start.ts';
import { mayRun, ownSlurmJob, type SlurmJob } from './slurm-job.ts';

/** Who made a claim. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** See `bootOfHost`; empty where the system does not say. */
  readonly boot: string;
  /** See `processStart`. */
  readonly start: string;
  /** When the claim was made, ISO 8601. */
  readonly since: string;
  /** Where it runs under Slurm. */
  readonly job?: SlurmJob;
}

export interface Lock {
  /** Gives the lock back. */
  release(): Promise<void>;
}

interface Claim {
  readonly name: string;
  readonly owner: Owner;
  readonly held: boolean;
}

const RETRY_MS = 10;
/** For one that neither goes on nor goes away, since it was halted. */
const PATIENCE_MS = 10_000;
const CLAIM = '.json';
const HELD = '.held';

/** The lock's folder, beside the run: `.experiment_4.lock`. A run that is moved aside leaves it behind. */
export const lockFolder = (run: string): string => join(dirname(run), `.${basename(run)}.lock`);

/**
 * @param run - folder of the run, which need not be there yet
 * @throws ConfigError if a living process has the run, with its pid
 * @throws DataError if the folder of the lock cannot be written
 */
export async function acquireLock(run: string): Promise<Lock> {
  const folder = lockFolder(run);
  const name = randomUUID();
  try {
    await writeClaim(folder, name);
    for (let waited = 0; ; waited += RETRY_MS) {
      const others = (await livingClaims(folder)).filter((claim) => claim.name !== name);
      if (others.length === 0) break;
      const stronger = others.find((claim) => claim.held || claim.name < name);
      if (stronger || waited > PATIENCE_MS) throw taken(run, folder, (stronger ?? others[0]).owner);
      await sleep(RETRY_MS); // they will see this claim and go, or hold theirs if they saw none before
    }
    await writeFile(join(folder, name + HELD), '');
  } catch (error) {
    await withdraw(folder, name).catch(() => undefined);
    throw writeFailure(folder, error);
  }
  return { release: () => withdraw(folder, name) };
}

/** The living process that has a run, if any. */
export async function lockOwner(run: string): Promise<Owner | undefined> {
  return (await livingClaims(lockFolder(run))).find(({ held }) => held)?.owner;
}

/** Under a temporary name first: who sees a claim sees all of it. */
async function writeClaim(folder: string, name: string): Promise<void> {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    boot: bootOfHost(),
    start: processStart(process.pid) ?? '',
    since: new Date().toISOString(),
    job: ownSlurmJob(),
  };
  const temporary = join(folder, `${name}.tmp`);
  for (;;) {
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(temporary, `${JSON.stringify(owner)}\n`);
      break;
    } catch (error) {
      // Another process gave its lock back and removed the folder just now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  await rename(temporary, join(folder, name + CLAIM));
}

/** Claims that count; those of dead processes are removed. */
async function livingClaims(folder: string): Promise<Claim[]> {
  const entries = new Set(await readdir(folder).catch(() => []));
  const claims: Claim[] = [];
  for (const entry of entries) {
    if (!entry.endsWith(CLAIM)) continue;
    const name = entry.slice(0, -CLAIM.length);
    const owner = await readOwner(join(folder, entry));
    if (!owner) continue;
    if (isAlive(owner)) claims.push({ name, owner, held: entries.has(name + HELD) });
    else await removeClaim(folder, name).catch(() => undefined); // may be a folder one can only read
  }
  return claims;
}

/** Undefined if the claim was withdrawn in the meantime, or is no claim. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Owner;
    return Number.isSafeInteger(owner?.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Of a process on another host nothing can be known, so it counts, but for one whose job Slurm knows to be over. */
function isAlive({ pid, host, boot, start, job }: Owner): boolean {
  if (host !== hostname()) return job === undefined || mayRun(job);
  return boot === bootOfHost() && start === processStart(pid);
}

async function removeClaim(folder: string, name: string): Promise<void> {
  for (const ending of [HELD, CLAIM, '.tmp']) await rm(join(folder, name + ending), { force: true });
}

async function withdraw(folder: string, name: string): Promise<void> {
  await removeClaim(folder, name);
  await rmdir(folder).catch(() => undefined); // others may be waiting in it
}

function taken(run: string, folder: string, { pid, host, since }: Owner): ConfigError {
  const elsewhere =
    host === hostname()
      ? ''
      : `. Whether it still runs cannot be seen from here; if it does not, delete ${folder}`;
  const who = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new ConfigError(`${run} is in use by ${who} since ${since}${elsewhere}`);
}
