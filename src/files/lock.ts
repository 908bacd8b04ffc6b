/**
 * Keeps two processes out of one run, or one folder. A process that has the lock need not give it back: what a killed one
 * left does not count. So a claim says who made it exactly: boot of its machine, PID namespace, pid, and when the process
 * started, because pids are used again. Where a process cannot be seen, in another container or on another machine, its
 * claim is as good as its heartbeat: a file beside the claim that it writes again and again.
 *
 * The lock is a folder in which every process that wants the run puts a claim of its own. Nobody ever replaces another's
 * file, so two that take over from a dead one cannot throw each other out. A process has the lock once it saw, with its
 * own claim in place, no other that counts; it then marks its claim as held. Of several at once the first by name goes on.
 * One that was halted for so long that another took its place finds its claim gone (`requireHeld`).
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';
import {
  bootOfHost,
  ownSpace,
  pidNamespace,
  processStart,
  type Standing,
  spaceText,
  standingOf,
} from './owner.ts';
import { mayRun, ownSlurmJob, type SlurmJob } from './slurm-job.ts';
import { writeFailure } from './whole-file.ts';

/** Who made a claim. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** See `bootOfHost`; empty where the system does not say. */
  readonly boot: string;
  /** See `processStart`. */
  readonly start: string;
  /** See `pidNamespace`. Whoever names it has a heartbeat; 0.1.0 did neither. */
  readonly pids?: string;
  /** When the claim was made, ISO 8601. */
  readonly since: string;
  /** Where it runs under Slurm. */
  readonly job?: SlurmJob;
}

export interface Lock {
  /** @throws ConfigError if this process was halted for so long that another took its place */
  requireHeld(): Promise<void>;
  /** Gives the lock back. */
  release(): Promise<void>;
}

/** How claims of processes that cannot be seen are judged. */
export interface Heartbeat {
  /** Between two signs of life. */
  readonly everyMs: number;
  /** Without one for so long, a process counts as gone; several times as long. */
  readonly silenceMs: number;
}

/** Loops over data and batches let timers in far more often than this. */
const HEARTBEAT: Heartbeat = { everyMs: 10_000, silenceMs: 60_000 };

export interface LockOptions {
  /** What is locked, in words; by default the run's folder. */
  readonly what?: string;
  /** Told once if somebody's sign of life has to be waited for. */
  readonly onWait?: (message: string) => void;
  /** For tests. */
  readonly heartbeat?: Heartbeat;
}

interface Claim {
  readonly name: string;
  readonly owner: Owner;
  readonly held: boolean;
  /** When the last sign of life came, by the clock of the file system, of a process that cannot be seen. */
  readonly beat?: number;
}

const RETRY_MS = 10;
/** For one that neither goes on nor goes away, since it was halted. */
const PATIENCE_MS = 10_000;
const CLAIM = '.json';
const HELD = '.held';
const BEAT = '.beat';

/** The lock's folder, beside the run: `.experiment_4.lock`. A run that is moved aside leaves it behind. */
export const lockFolder = (run: string): string => join(dirname(run), `.${basename(run)}.lock`);

/**
 * @param run - folder of the run, which need not be there yet
 * @throws ConfigError if a living process has the run, with its pid
 * @throws DataError if the folder of the lock cannot be written
 */
export async function acquireLock(run: string, options: LockOptions = {}): Promise<Lock> {
  const { what = run, onWait, heartbeat = HEARTBEAT } = options;
  const folder = lockFolder(run);
  const name = randomUUID();
  const watch = watcher(heartbeat, onWait && ((owner) => onWait(waiting(what, owner, heartbeat))));
  try {
    await writeClaim(folder, name);
    for (let waited = 0; ; ) {
      const others = (await livingClaims(folder)).filter((claim) => claim.name !== name);
      if (others.length === 0) break;
      const stronger = others.find((claim) => claim.held || claim.name < name);
      const silent = stronger && watch(stronger);
      if (silent === 'gone') await removeClaim(folder, stronger?.name as string);
      else if (silent !== 'waiting' && (stronger || waited > PATIENCE_MS))
        throw taken(what, folder, (stronger ?? others[0]).owner);
      if (silent === undefined) waited += RETRY_MS;
      await sleep(RETRY_MS); // they will see this claim and go, or hold theirs if they saw none before
    }
    await writeFile(join(folder, name + HELD), '');
  } catch (error) {
    await withdraw(folder, name).catch(() => undefined);
    throw writeFailure(folder, error);
  }
  const beating = setInterval(() => void beat(folder, name).catch(() => undefined), heartbeat.everyMs);
  beating.unref();
  return {
    requireHeld: async () => {
      if ((await readOwner(join(folder, name + CLAIM))) !== undefined) return;
      throw new ConfigError(
        `${what} was taken over by another process, since this one had given no sign of life; nothing more is written to it`,
      );
    },
    release: async () => {
      clearInterval(beating);
      await withdraw(folder, name);
    },
  };
}

/**
 * Waits for a sign of life of those that cannot be seen.
 *
 * @returns for each claim: undefined if its process can be seen, or gave a sign of life; else whether to go on waiting
 */
function watcher(
  { silenceMs }: Heartbeat,
  onWait: ((owner: Owner) => void) | undefined,
): (claim: Claim) => 'waiting' | 'gone' | undefined {
  const seen = new Map<string, { beat: number; since: number }>();
  return ({ name, owner, beat }) => {
    if (beat === undefined) return undefined;
    const first = seen.get(name);
    if (!first) {
      seen.set(name, { beat, since: performance.now() });
      onWait?.(owner);
    } else if (first.beat !== beat) return undefined;
    else if (performance.now() - first.since > silenceMs) return 'gone';
    return 'waiting';
  };
}

/** The living process that has a run, if any. One that cannot be seen counts for as long as its last sign of life is young. */
export async function lockOwner(run: string): Promise<Owner | undefined> {
  const claims = await livingClaims(lockFolder(run));
  const isYoung = (beat: number) => Date.now() - beat < 2 * HEARTBEAT.silenceMs;
  return claims.find(({ held, beat }) => held && (beat === undefined || isYoung(beat)))?.owner;
}

/** Under a temporary name first: who sees a claim sees all of it. */
async function writeClaim(folder: string, name: string): Promise<void> {
  const owner: Owner = {
    pid: process.pid,
    ...ownSpace(),
    start: processStart(process.pid) ?? '',
    since: new Date().toISOString(),
    job: ownSlurmJob(),
  };
  const temporary = join(folder, `${name}.tmp`);
  for (;;) {
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(temporary, `${JSON.stringify(owner)}\n`);
      await beat(folder, name);
      break;
    } catch (error) {
      // Another process gave its lock back and removed the folder just now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  await rename(temporary, join(folder, name + CLAIM));
}

/** Written, not only touched: a server of files then gives it a time by its own clock. */
const beat = (folder: string, name: string) => writeFile(join(folder, name + BEAT), '\n', { flag: 'w' });

/** Claims that count; those of dead processes are removed. */
async function livingClaims(folder: string): Promise<Claim[]> {
  const entries = new Set(await readdir(folder).catch(() => []));
  const claims: Claim[] = [];
  for (const entry of entries) {
    if (!entry.endsWith(CLAIM)) continue;
    const name = entry.slice(0, -CLAIM.length);
    const owner = await readOwner(join(folder, entry));
    if (!owner) continue;
    const standing = standingOfClaim(owner);
    const held = entries.has(name + HELD);
    if (standing === 'alive') claims.push({ name, owner, held });
    else if (standing === 'unseen') claims.push({ name, owner, held, beat: await beatOf(folder, name) });
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

/** Whether the process of a claim lives. Slurm may know the job of one that cannot be seen to be over. */
function standingOfClaim({ pid, host, boot, start, pids, job }: Owner): Standing {
  if (pids === undefined) {
    // Of 0.1.0, which gave no sign of life.
    if (host === hostname()) return boot === bootOfHost() && start === processStart(pid) ? 'alive' : 'gone';
    return job !== undefined && !mayRun(job) ? 'gone' : 'alive';
  }
  const standing = standingOf({ pid, start, space: spaceText({ host, boot, pids }) });
  return standing === 'unseen' && job !== undefined && !mayRun(job) ? 'gone' : standing;
}

async function beatOf(folder: string, name: string): Promise<number> {
  return (await stat(join(folder, name + BEAT)).catch(() => undefined))?.mtimeMs ?? 0;
}

async function removeClaim(folder: string, name: string): Promise<void> {
  for (const ending of [HELD, CLAIM, BEAT, '.tmp']) await rm(join(folder, name + ending), { force: true });
}

async function withdraw(folder: string, name: string): Promise<void> {
  await removeClaim(folder, name);
  await rmdir(folder).catch(() => undefined); // others may be waiting in it
}

function taken(what: string, folder: string, owner: Owner): ConfigError {
  // Of 0.1.0 on another machine no sign of life can be waited for.
  const elsewhere =
    owner.pids === undefined && owner.host !== hostname()
      ? `. Whether it still runs cannot be seen from here; if it does not, delete ${folder}`
      : '';
  return new ConfigError(`${what} is in use by ${called(owner)} since ${owner.since}${elsewhere}`);
}

const waiting = (what: string, owner: Owner, { silenceMs }: Heartbeat) =>
  `${what} is locked by ${called(owner)}, which cannot be seen from here; waiting up to ${silenceMs / 1000} s for a sign of life`;

function called({ pid, host, pids }: Owner): string {
  if (host !== hostname()) return `process ${pid} on ${host}`;
  return pids === undefined || pids === pidNamespace()
    ? `process ${pid}`
    : `process ${pid} in another container`;
}
