/**
 * `sweep.json` in the sessions folder: every run that was planned there, and every submission to a scheduler. A sweep that is
 * started again finds here what it has done; one with other models or folds adds its runs to those that are there.
 * What became of a run is not written here, but read from the run itself.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { acquireLock, type Lock, lockOwner, type Owner } from '../files/lock.ts';
import { reading } from '../files/reading.ts';
import { replaceFile, writeFailure } from '../files/whole-file.ts';
import { optionsOf } from '../options/flags.ts';
import { parseOptions } from '../options/parse.ts';
import { activeOptions, passiveOptions } from '../options/schema.ts';
import { reasonOf } from '../text/reason.ts';
import { shellWord } from '../text/shell-word.ts';
import { fromHere } from '../train/run/run-paths.ts';
import { type PlannedRun, plannedRun } from './plan.ts';

export const SWEEP_FILE = 'sweep.json';
/** Folder beside it: logs, outcomes, batch scripts, the summary. */
export const SWEEP_FOLDER = 'sweep';
const FORMAT = 'ncp-train sweep 1';

/** Runs that were handed to a scheduler together, as one array; a start of a sweep makes several where one would be too long. */
export interface Submission {
  /** Of the job; unlike any other, so that it is found where its number was not written down. */
  readonly name: string;
  readonly at: string;
  /** By place in the array. */
  readonly runs: readonly string[];
  /** Number of the array job; absent if the process was killed while it submitted. */
  readonly job?: string;
  /** Number of the job that writes the summary, when all arrays of that start have ended. */
  readonly report?: string;
  /** When `sweep cancel` ended it. */
  readonly cancelled?: string;
}

export interface SweepRecord {
  /** Where it was last started: relative paths in the file count from there. Those of `runs` are as read from here. */
  readonly cwd: string;
  /** Of the last start, without node and script. */
  readonly argv: readonly string[];
  readonly runs: readonly PlannedRun[];
  readonly submissions: readonly Submission[];
}

const shape = z.looseObject({
  format: z.literal(FORMAT),
  cwd: z.string(),
  argv: z.array(z.string()),
  runs: z.array(
    z.looseObject({ command: z.enum(['passive', 'active']), options: z.record(z.string(), z.unknown()) }),
  ),
  submissions: z.array(
    z.looseObject({
      name: z.string(),
      at: z.string(),
      runs: z.array(z.string()),
      job: z.string().optional(),
      report: z.string().optional(),
      cancelled: z.string().optional(),
    }),
  ),
});

/**
 * @param sessions - the sessions folder
 * @returns undefined if there is none
 * @throws ConfigError if it is damaged
 */
export async function readSweep(sessions: string): Promise<SweepRecord | undefined> {
  return reading(join(sessions, SWEEP_FILE), async () => {
    const path = join(sessions, SWEEP_FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw new ConfigError(`${path} cannot be read: ${reasonOf(error)}`);
    }
    try {
      const { cwd, argv, runs, submissions } = parseOptions(shape, JSON.parse(text), path);
      return {
        cwd,
        argv,
        submissions,
        runs: runs.map(({ command, options }) => {
          const schema = command === 'passive' ? passiveOptions : activeOptions;
          const here = fromHere(parseOptions(schema, { ...options, sessions_dir: sessions }, path), cwd);
          return plannedRun(command, { ...here, sessions_dir: sessions });
        }),
      };
    } catch (error) {
      throw new ConfigError(
        `${path} is damaged or of another version: ${reasonOf(error)}\n  ` +
          'the runs themselves are whole; move this file away and start the sweep again, which finds them',
      );
    }
  });
}

/** @throws ConfigError if there is none */
export async function requireSweep(sessions: string): Promise<SweepRecord> {
  const record = await readSweep(sessions);
  if (record) return record;
  throw new ConfigError(
    `${sessions} holds no sweep (${SWEEP_FILE}); name the folder that --sessions_dir named when it was started`,
  );
}

/** @throws DataError if it cannot be written */
export async function writeSweep(
  sessions: string,
  { cwd, argv, runs, submissions }: SweepRecord,
): Promise<void> {
  const defaults = { passive: defaultsOf(passiveOptions), active: defaultsOf(activeOptions) };
  const value = {
    format: FORMAT,
    cwd,
    argv,
    submissions,
    runs: runs.map(({ name, command, options }) => ({
      name,
      command,
      options: given(options, defaults[command]),
    })),
  };
  await replaceFile(join(sessions, SWEEP_FILE), `${JSON.stringify(value, null, 2)}\n`);
}

/** The runs of both, each once, by name; of the later plan where both have one. */
export function mergedRuns(before: readonly PlannedRun[], planned: readonly PlannedRun[]): PlannedRun[] {
  const runs = new Map([...before, ...planned].map((run) => [run.name, run]));
  return [...runs.values()];
}

/** What is not a default; the file stays readable, and defaults stand in one place. */
function given(
  options: PlannedRun['options'],
  defaults: readonly (readonly [name: string, value: unknown])[],
): Record<string, unknown> {
  const values = options as Record<string, unknown>;
  return Object.fromEntries(
    defaults.flatMap(([name, fallback]) =>
      values[name] === undefined || values[name] === fallback ? [] : [[name, values[name]]],
    ),
  );
}

const defaultsOf = (schema: z.ZodObject) =>
  optionsOf(schema).map((option) => [option.name, option.default] as const);

// How a run of a sweep stands, in a word. `interrupted`: it was killed, or its machine went down.

export type SweepRunState =
  | ('finished' | 'running' | 'queued' | 'failed' | 'stopped' | 'interrupted' | 'not started')
  | ('cancelled' | 'timed out');

// Where a sweep keeps what belongs to a run of it but is not the run: `sessions/sweep/logs/passive-wm_session-
// experiment_0.log`.

const fileName = (run: string) => run.replaceAll('/', '-');

/** What the run printed, all its attempts. */
export const logPath = (sessions: string, run: string): string =>
  join(sessions, SWEEP_FOLDER, 'logs', `${fileName(run)}.log`);

/** How its last attempt ended, see outcome.ts. */
export const outcomePath = (sessions: string, run: string): string =>
  join(sessions, SWEEP_FOLDER, 'outcomes', `${fileName(run)}.json`);

/** Scripts and outputs of a submission to a scheduler. */
export const submissionFolder = (sessions: string, name: string): string =>
  join(sessions, SWEEP_FOLDER, 'slurm', name);

// One sweep at a time in a sessions folder: while runs are planned, and all the while they run on this machine.

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
  await refuseSecond(sessions);
  return acquireLock(join(sessions, SWEEP_FOLDER));
}

/** @throws ConfigError while a living process sweeps there */
export async function refuseSecond(sessions: string): Promise<void> {
  const owner = await sweepOwner(sessions);
  if (owner === undefined) return;
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
  throw new ConfigError(
    `a sweep runs in ${sessions} already: process ${owner.pid}${where}, since ${owner.since}. ` +
      `ncp-train sweep status ${shellWord(sessions)} shows it, ncp-train sweep cancel ${shellWord(sessions)} ends it, ` +
      '--sessions_dir names another folder',
  );
}

/** The living process that sweeps there, if any. */
export const sweepOwner = (sessions: string): Promise<Owner | undefined> =>
  lockOwner(join(sessions, SWEEP_FOLDER));
