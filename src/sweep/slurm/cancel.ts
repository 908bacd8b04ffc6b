/** Ends what Slurm has of a sweep. Runs that go on write a checkpoint first, if they come to it before KillWait is over. */
import { ConfigError } from '../../errors.ts';
import { type Submission, type SweepRecord, writeSweep } from '../sweep-file.ts';
import { complaint, slurm } from './programs.ts';
import { tasksOf } from './tasks.ts';

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
