/**
 * What Slurm says of a sweep's tasks. `squeue` knows those that wait and run, and for some minutes those that ended; `sacct`,
 * where there is accounting, all. Of what neither knows the run's own record has to say.
 */
import { ConfigError } from '../../errors.ts';
import { type Submission, type SweepRecord, type SweepRunState, writeSweep } from '../sweep-file.ts';
import { complaint, slurm } from './programs.ts';

/**
 * @returns by name of the run, of the latest submission that has it; and why nothing is known, where that is so
 */
export async function tasksOf(
  submissions: readonly Submission[],
): Promise<{ tasks: Map<string, TaskState>; note?: string }> {
  const tasks = new Map<string, TaskState>();
  try {
    for (const { job, runs } of submissions) {
      if (job === undefined) continue;
      const states = (await queued(job)) ?? (await accounted(job)) ?? [];
      for (const [index, state] of states) {
        if (runs[index] !== undefined) tasks.set(runs[index], state);
      }
    }
    return { tasks };
  } catch (error) {
    return { tasks, note: `Slurm cannot be asked: ${(error as Error).message}` };
  }
}

/**
 * Adds the job numbers that a killed sweep could not write down, and drops what it did not come to submit.
 *
 * @returns the record as it is on disk then
 * @throws ConfigError if Slurm cannot be asked, UsageError if it is not here
 */
export async function recoverSubmissions(sessions: string, record: SweepRecord): Promise<SweepRecord> {
  if (record.submissions.every(({ job }) => job !== undefined)) return record;
  const submissions: Submission[] = [];
  for (const submission of record.submissions) {
    if (submission.job !== undefined) {
      submissions.push(submission);
      continue;
    }
    const job = await jobNamed(submission.name);
    if (job !== undefined) submissions.push({ ...submission, job });
  }
  const recovered = { ...record, submissions };
  await writeSweep(sessions, recovered);
  return recovered;
}

/**
 * @returns number of the job of this name; undefined if Slurm has none
 * @throws ConfigError if Slurm cannot be asked
 */
export async function jobNamed(name: string): Promise<string | undefined> {
  const answer = await slurm('squeue', ['-h', '-t', 'all', '-n', name, '-o', '%F']);
  if (answer.status !== 0) {
    throw new ConfigError(
      `whether Slurm has the job ${name} of this sweep cannot be told: ${complaint(answer)}. Try again when Slurm answers`,
    );
  }
  return /^\s*(\d+)\s*$/m.exec(answer.stdout)?.[1];
}

type Found = (readonly [index: number, TaskState])[];

/** Undefined if Slurm has forgotten the job. */
async function queued(job: string): Promise<Found | undefined> {
  const answer = await slurm('squeue', [
    '-h',
    '-r',
    '-t',
    'all',
    '-j',
    job,
    '-O',
    'ArrayTaskID:|,State:|,Reason:|,exit_code:|',
  ]);
  if (answer.status !== 0) {
    if (/invalid job id/i.test(answer.stderr)) return undefined;
    throw new Error(complaint(answer));
  }
  const printed = lines(answer.stdout);
  const found = printed.flatMap(([index, word, reason, code]) => {
    if (!/^\d+$/.test(index)) return [];
    const because = /^NonZeroExitCode$|^None$/.test(reason) || reason === '' ? code : reason;
    return [[Number(index), taskState(`${job}_${index}`, word, because)] as const];
  });
  if (printed.length > 0 && found.length === 0) {
    throw new Error(`what squeue prints is not understood: ${answer.stdout.trim().split('\n')[0]}`);
  }
  return found.length > 0 ? found : undefined;
}

/** Undefined without accounting. */
async function accounted(job: string): Promise<Found | undefined> {
  const answer = await slurm('sacct', ['-X', '-P', '-n', '-j', job, '-o', 'JobID,State,ExitCode']).catch(
    () => undefined,
  );
  if (answer?.status !== 0) return undefined;
  return lines(answer.stdout).flatMap(([id, word, code]) => {
    const index = /^\d+_(\d+)$/.exec(id)?.[1];
    return index === undefined ? [] : [[Number(index), taskState(id, word, code)] as const];
  });
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((cell) => cell.trim()));

// Slurm's words for the state of a task, and what they mean for a run.

export interface TaskState {
  /** `17_3`: the array job and the place in it. */
  readonly id: string;
  /** `done`: ended well as far as Slurm knows; the run itself says whether it is finished. */
  readonly is: Extract<SweepRunState, 'queued' | 'running' | 'failed' | 'cancelled' | 'timed out'> | 'done';
  /** Slurm's own, with its reason. */
  readonly words: string;
}

/** States of `man squeue`, "JOB STATE CODES". */
const MEANING: Readonly<Record<string, TaskState['is']>> = {
  PENDING: 'queued',
  CONFIGURING: 'queued',
  REQUEUED: 'queued',
  REQUEUE_FED: 'queued',
  REQUEUE_HOLD: 'queued',
  SPECIAL_EXIT: 'queued',
  RESV_DEL_HOLD: 'queued',
  RUNNING: 'running',
  COMPLETING: 'running',
  STAGE_OUT: 'running',
  SIGNALING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  RESIZING: 'running',
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  TIMEOUT: 'timed out',
  DEADLINE: 'timed out',
  FAILED: 'failed',
  NODE_FAIL: 'failed',
  BOOT_FAIL: 'failed',
  OUT_OF_MEMORY: 'failed',
  PREEMPTED: 'failed',
};

/**
 * What is left of a batch script whose output file could not be opened: the reason of `squeue`, the exit code of `sacct`
 * (errno ESLURMD_IO_ERROR, shown as a signal).
 */
const NO_OUTPUT = ['JobLaunchFailure', '0:53'];

/**
 * @param word - of `squeue` or `sacct`; the latter's `CANCELLED by 0` too
 * @param reason - of `squeue`, or an exit code such as `7:0`; None where there is none
 */
export function taskState(id: string, word: string, reason: string): TaskState {
  const state = word.split(' ')[0].replace(/\+$/, '');
  const is = MEANING[state] ?? 'failed';
  if (is === 'failed' && NO_OUTPUT.includes(reason)) {
    return {
      id,
      is,
      words: `${state} ${reason}: its node did not start it, most likely since it could not write the output file. Is the sessions folder on a file system that the node can write?`,
    };
  }
  const says = ['', 'None', '(null)', '0', '0:0'].includes(reason) ? state : `${state} ${reason}`;
  return { id, is, words: says };
}

// Ends what Slurm has of a sweep. Runs that go on write a checkpoint first, if they come to it before KillWait is
// over.

/**
 * @returns the jobs that were cancelled, none if all had ended
 * @throws ConfigError with the scheduler's words where it refuses or cannot be asked
 */
export async function cancelTasks(sessions: string, record: SweepRecord): Promise<string[]> {
  const living = new Set<Submission>();
  for (const submission of record.submissions) {
    const { tasks, note } = await tasksOf([submission]);
    if (note) throw new ConfigError(note);
    if ([...tasks.values()].some(({ is }) => is === 'queued' || is === 'running')) living.add(submission);
  }
  if (living.size === 0) return [];
  // The mark first: a cancelled task that waited leaves no trace in Slurm.
  const cancelled = new Date().toISOString();
  const submissions = record.submissions.map((one) => (living.has(one) ? { ...one, cancelled } : one));
  await writeSweep(sessions, { ...record, submissions });
  // The last first: where one array waits for another, it would start at that one's end.
  const jobs = [...living].reverse();
  for (const report of new Set(jobs.flatMap((one) => one.report ?? []))) await slurm('scancel', [report]);
  for (const job of jobs.flatMap((one) => one.job ?? [])) {
    const answer = await slurm('scancel', [job]);
    if (answer.status !== 0) throw new ConfigError(`scancel ${job} failed: ${complaint(answer)}`);
  }
  return [...living].flatMap(({ job }) => job ?? []);
}
