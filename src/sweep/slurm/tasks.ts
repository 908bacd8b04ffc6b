/**
 * What Slurm says of a sweep's tasks. `squeue` knows those that wait and run, and for some minutes those that ended; `sacct`,
 * where there is accounting, all. Of what neither knows the run's own record has to say.
 */
import { ConfigError } from '../../errors.ts';
import { type Submission, type SweepRecord, writeSweep } from '../sweep-file.ts';
import { complaint, slurm } from './programs.ts';
import { type TaskState, taskState } from './task-state.ts';

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
    ...['-h', '-r', '-t', 'all', '-j', job],
    ...['-O', 'ArrayTaskID:|,State:|,Reason:|,exit_code:|'],
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
