/**
 * The folder of one run: made, resumed or refused, and never overwritten. A run is in it from the first moment that the
 * folder is there; a lock beside it keeps other processes out. What is written into it while training goes on is in
 * checkpoint.ts, metrics-log.ts and run-log.ts.
 */

import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { say } from '../terminal.ts';
import { goBackTo, type LatestCheckpoint, latestCheckpoint } from './checkpoint.ts';
import { digestsIn } from './digest.ts';
import {
  removeQuietly,
  replaceFile,
  sweepTemporary,
  syncFolder,
  temporaryPath,
  writeFailure,
  writeSynced,
} from './durable.ts';
import { FINAL_FILE } from './final.ts';
import { acquireLock, type Lock } from './lock.ts';
import { METRICS_FILE, TRAIN_LOG_FILE } from './metrics-log.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import {
  CONFIG_FILE,
  type Config,
  compare,
  configText,
  FORMAT,
  RECORD_FILE,
  type RunFacts,
  type RunRecord,
  type RunState,
  readRun,
  recordText,
} from './run-record.ts';

/** Files of the log and of figures, which a run that has ended knows by their digests. */
const LOGGED = [TRAIN_LOG_FILE, METRICS_FILE, FINAL_FILE];

export interface RunRequest {
  /** For example `sessions/passive/wm_session/experiment_4`. */
  readonly folder: string;
  /** `must`: only if there is a run; `auto`: if there is one. */
  readonly resume: 'no' | 'must' | 'auto';
  /** `--new`: move a run that is there aside and start again. */
  readonly fresh: boolean;
  /** Every option, resolved. */
  readonly config: Config;
  readonly facts: RunFacts;
}

export interface Run {
  readonly folder: string;
  /** `finished`: there is nothing to do, and nothing may be written. */
  readonly state: 'new' | 'resumed' | 'finished';
  /** To go on from; undefined in a new run, and in one that was stopped before its first checkpoint. */
  readonly checkpoint?: LatestCheckpoint;
  readonly log: RunLog;
  /** A warning, on stderr and in the log. */
  note(message: string): void;
  /** @param extra - for `run.json`, for example why it failed @throws DataError if it cannot be written */
  setState(state: RunState, extra?: Record<string, unknown>): Promise<void>;
  /** Gives the run back to other processes. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a run and locks it.
 *
 * @throws ConfigError (status 2) if the run is there and neither `resume` nor `fresh` says what to do with it; if there is
 *   nothing to resume; if it was made with other options or data, naming each; if a living process has it
 * @throws DataError if the folder cannot be written
 */
export async function openRun(request: RunRequest): Promise<Run> {
  const { folder, resume, fresh } = request;
  if (fresh && resume === 'must') {
    throw new ConfigError('--new and --resume contradict each other: start again, or go on?');
  }
  const lock = await lockFor(folder);
  try {
    await sweepTemporary(dirname(folder), basename(folder));
    let isThere = await holdsAnything(folder);
    let aside: string | undefined;
    if (isThere && fresh) {
      aside = await moveAside(folder);
      isThere = false;
    }
    if (isThere && resume === 'no') throw new ConfigError(await existing(folder));
    if (!isThere && resume === 'must') {
      throw new ConfigError(
        `there is no run to resume in ${folder}; leave --resume out, or write --resume auto, to start one`,
      );
    }
    const opened = isThere ? await resumed(request) : { ...(await created(request)), state: 'new' as const };
    const run = runIn(folder, lock, opened);
    if (aside !== undefined) run.note(`the run that was in ${folder} is now ${aside}`);
    for (const note of opened.notes) run.note(note);
    return run;
  } catch (error) {
    await lock.release();
    throw writeFailure(folder, error);
  }
}

interface Opened {
  readonly state: Run['state'];
  readonly record: RunRecord;
  readonly notes: readonly string[];
  readonly checkpoint?: LatestCheckpoint;
}

function runIn(folder: string, lock: Lock, { state, record, checkpoint }: Opened): Run {
  const { log, close } = openRunLog(folder);
  let current = record;
  let isClosed = false;
  return {
    folder,
    state,
    checkpoint,
    log,
    note: (message) => {
      say(`warning: ${message}`);
      log.warn(message);
    },
    setState: async (next, extra = {}) => {
      const { ended: _, files: __, ...rest } = current;
      const end = async () => ({ ended: new Date().toISOString(), files: await digestsIn(folder, LOGGED) });
      current = { ...rest, ...extra, state: next, ...(next === 'running' ? {} : await end()) };
      await replaceFile(join(folder, RECORD_FILE), recordText(current));
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      close();
      await lock.release();
    },
  };
}

/** Under a temporary name first, so that there is never a folder with half a run. */
async function created({ folder, config, facts }: RunRequest): Promise<{ record: RunRecord; notes: [] }> {
  const record: RunRecord = {
    format: FORMAT,
    state: 'running',
    started: new Date().toISOString(),
    ...facts,
    resumed: [],
  };
  const temporary = temporaryPath(folder);
  try {
    await mkdir(temporary);
    await writeSynced(join(temporary, CONFIG_FILE), configText(config));
    await writeSynced(join(temporary, RECORD_FILE), recordText(record));
    await syncFolder(temporary);
    await rmdir(folder).catch(() => undefined); // an empty one
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
  return { record, notes: [] };
}

async function resumed({ folder, config, facts }: RunRequest): Promise<Opened> {
  const recorded = await readRun(folder);
  const { forbidden, notes, changed, goesOn } = compare(recorded, config, facts);
  if (forbidden.length > 0) {
    throw new ConfigError(
      `${folder} cannot be resumed with other options or data; --base_path makes another run, --new starts this one ` +
        `again\n  ${forbidden.join('\n  ')}`,
    );
  }
  if (recorded.record.state === 'finished' && !goesOn) {
    return { state: 'finished', record: recorded.record, notes: [] };
  }
  const checkpoint = await latestCheckpoint(folder);
  if (checkpoint) await goBackTo(folder, checkpoint.name);
  const { ended: after, files: _, ...rest } = recorded.record;
  const resume = { at: new Date().toISOString(), after, changed, ...facts };
  const record: RunRecord = { ...rest, state: 'running', resumed: [...rest.resumed, resume] };
  if (Object.keys(changed).length > 0) await replaceFile(join(folder, CONFIG_FILE), configText(config));
  await replaceFile(join(folder, RECORD_FILE), recordText(record));
  const passedOver = (checkpoint?.damaged ?? []).map((fault) => `checkpoint ${fault}`);
  if (passedOver.length > 0) passedOver.push(`going on from ${checkpoint?.name} instead`);
  const unchecked =
    recorded.record.digest === undefined
      ? ['the run was begun by 0.1.0, which wrote no digests: what it wrote is taken as it is']
      : [];
  return { state: 'resumed', record, checkpoint, notes: [...unchecked, ...passedOver, ...notes] };
}

async function lockFor(folder: string): Promise<Lock> {
  try {
    await mkdir(dirname(folder), { recursive: true });
  } catch (error) {
    throw writeFailure(dirname(folder), error);
  }
  return acquireLock(folder);
}

/** An empty folder is as good as none. */
async function holdsAnything(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** @returns the new name: `experiment_4.1`, the next time `.2` */
async function moveAside(folder: string): Promise<string> {
  const start = `${basename(folder)}.`;
  const numbers = (await readdir(dirname(folder)))
    .filter((name) => name.startsWith(start))
    .map((name) => Number(name.slice(start.length)))
    .filter(Number.isSafeInteger);
  const aside = `${folder}.${Math.max(0, ...numbers) + 1}`;
  await rename(folder, aside);
  await syncFolder(dirname(folder));
  return aside;
}

async function existing(folder: string): Promise<string> {
  const state = await readRun(folder).then(
    ({ record }) => `a run, ${record.state === 'running' ? 'interrupted' : record.state}`,
    () => 'something else',
  );
  return (
    `${folder} is there already (${state}). --resume goes on with it, --new moves it aside and starts again, ` +
    '--base_path NAME starts another'
  );
}
