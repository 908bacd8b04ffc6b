/**
 * The folder of one run: made, resumed or refused, and never overwritten. A run is in it from the first moment that the
 * folder is there; a lock beside it keeps other processes out. What is written into it while training goes on is in
 * checkpoint.ts, metrics-log.ts and run-log.ts.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { digestsIn } from '../../files/digest.ts';
import { acquireLock, type Lock } from '../../files/lock.ts';
import {
  removeQuietly,
  replaceFile,
  sweepTemporary,
  syncFolder,
  temporaryPath,
  writeFailure,
  writeSynced,
} from '../../files/whole-file.ts';
import { say } from '../../terminal.ts';
import { goBackTo, type LatestCheckpoint, latestCheckpoint } from './checkpoint.ts';
import { FINAL_FILE } from './final.ts';
import { METRICS_FILE, TRAIN_LOG_FILE } from './metrics-log.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { anchored } from './run-paths.ts';
import {
  CONFIG_FILE,
  type Config,
  compare,
  configText,
  FORMAT,
  RECORD_FILE,
  type RecordedRun,
  type RunFacts,
  type RunRecord,
  type RunState,
  readRun,
  recordText,
} from './run-record.ts';
import { fewerEpochs, hasRows, noRun, untrainedRun } from './trained-so-far.ts';

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
  /** @throws ConfigError if another process has taken the run over meanwhile */
  requireHeld(): Promise<void>;
  /** @param extra - for `run.json`, for example why it failed @throws DataError if it cannot be written */
  setState(state: RunState, extra?: Record<string, unknown>): Promise<void>;
  /** Gives the run back to other processes. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a run and locks it. One that ended before its first checkpoint has nothing to lose: it is started over where it is,
 * whatever its options were.
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
  if (resume === 'must' && !existsSync(folder)) throw noRun(folder); // before the folders around it are made
  const lock = await lockFor(folder);
  try {
    await sweepTemporary(dirname(folder), basename(folder));
    let isThere = await holdsAnything(folder);
    let aside: string | undefined;
    if (isThere && fresh) {
      aside = await moveAside(folder);
      isThere = false;
    }
    const untrained = isThere ? await untrainedRun(folder) : undefined;
    if (isThere && resume === 'no' && !untrained) throw new ConfigError(await existing(folder));
    if (!isThere && resume === 'must') throw noRun(folder);
    const opened = !isThere
      ? await created(request)
      : untrained && (resume === 'no' || isOther(untrained, request))
        ? await startedOver(request, untrained)
        : await resumed(request);
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
    requireHeld: lock.requireHeld,
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
async function created({ folder, config, facts }: RunRequest): Promise<Opened> {
  const record = newRecord(facts);
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
  return { state: 'new', record, notes: [] };
}

const newRecord = (facts: RunFacts): RunRecord => ({
  format: FORMAT,
  state: 'running',
  started: new Date().toISOString(),
  cwd: process.cwd(),
  ...facts,
  resumed: [],
});

const isOther = (recorded: RecordedRun, { config, facts }: RunRequest) =>
  compare(recorded, config, facts).forbidden.length > 0;

/** In the same folder, whose log goes on; what the attempt before was and how it ended stays in `run.json`. */
async function startedOver(
  { folder, config, facts }: RunRequest,
  { config: options, record: last }: RecordedRun,
): Promise<Opened> {
  const { before = [], digest: _, ...attempt } = last;
  const record: RunRecord = { ...newRecord(facts), before: [...before, { ...attempt, options }] };
  await replaceFile(join(folder, CONFIG_FILE), configText(config));
  await replaceFile(join(folder, RECORD_FILE), recordText(record));
  const { state, cause } = last as { state: RunState; cause?: unknown };
  const ended = state === 'running' ? 'interrupted' : state;
  const why = typeof cause === 'string' ? `: ${cause}` : '';
  const note =
    `the run in ${folder} ended before its first checkpoint (${ended}${why}) and is started over; ` +
    'its log is kept, and run.json has its options under "before"';
  return { state: 'new', record, notes: [note] };
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
  const fault = await fewerEpochs(folder, config);
  if (fault !== undefined) throw new ConfigError(fault);
  const checkpoint = await latestCheckpoint(folder);
  if (!checkpoint && hasRows(folder)) {
    throw new ConfigError(
      `${folder} has a log of its epochs but no checkpoint any more to go on from; --new starts again and keeps this run aside`,
    );
  }
  if (checkpoint) await goBackTo(folder, checkpoint.name);
  const { ended: after, cause: _cause, files: _files, ...rest } = recorded.record;
  const resume = { at: new Date().toISOString(), after, changed, ...facts };
  const here = process.cwd();
  const { cwd = here } = rest;
  const record: RunRecord = { ...rest, cwd, state: 'running', resumed: [...rest.resumed, resume] };
  if (Object.keys(changed).length > 0) {
    // What is typed elsewhere is recorded as absolute paths, for those in the file count from where it was started.
    await replaceFile(join(folder, CONFIG_FILE), configText(cwd === here ? config : anchored(config)));
  }
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
  return acquireLock(folder, { onWait: say });
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
