/** Ends what Slurm has of a sweep. Runs that go on write a checkpoint first, if they come to it before KillWait is over. */
import { ConfigError } from '../../../errors.ts';
import { type SweepRecord, writeSweep } from '../sweep-file.ts';
import { complaint, slurm } from './programs.ts';
import { tasksOf } from './tasks.ts';

/**
 * @returns the jobs that were cancelled, none if all had ended
 * @throws ConfigError with the scheduler's words where it refuses
 */
export async function cancelTasks(sessions: string, record: SweepRecord): Promise<string[]> {
  const cancelled: string[] = [];
  const submissions = [...record.submissions];
  for (const [n, submission] of submissions.entries()) {
    const { job, report } = submission;
    if (job === undefined) continue;
    const { tasks } = await tasksOf([submission]);
    const lives = [...tasks.values()].some(({ is }) => is === 'queued' || is === 'running');
    if (!lives) continue;
    // The mark first: a cancelled task that waited leaves no trace in Slurm.
    submissions[n] = { ...submission, cancelled: new Date().toISOString() };
    await writeSweep(sessions, { ...record, submissions });
    for (const id of [report, job]) {
      if (id === undefined) continue;
      const answer = await slurm('scancel', [id]);
      if (answer.status !== 0 && id === job) {
        throw new ConfigError(`scancel ${id} failed: ${complaint(answer)}`);
      }
    }
    cancelled.push(job);
  }
  return cancelled;
}
