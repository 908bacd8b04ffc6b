/**
 * What a task does that was told to stop: ahead of its time limit it has itself requeued, and goes on in the task that
 * Slurm then starts. Not when it was cancelled, and not on preemption, after which Slurm requeues by itself. Both
 * send the same signal, so what Slurm says of the job decides.
 */
import { say } from '../../../terminal.ts';
import { complaint, slurm } from './programs.ts';

/** Slurm may send the signal as much as a minute early, and its clock is another. */
const EARLY_SECONDS = 90;

export interface AfterStop {
  /** For the outcome. */
  readonly cause: string;
  /** To be done when the outcome is written: it ends this process. */
  readonly requeue?: () => Promise<void>;
}

/**
 * @param signalAhead - seconds before the limit at which the signal was asked for
 * @param hasProgressed - false if not one batch was trained since the task began
 * @param now - ms, for tests
 */
export async function afterStop(
  signal: string,
  signalAhead: number,
  hasProgressed: boolean,
  environment: NodeJS.ProcessEnv = process.env,
  now = Date.now(),
): Promise<AfterStop> {
  const { SLURM_JOB_ID: job } = environment;
  if (job === undefined || signal !== 'SIGTERM') return { cause: signal };
  const shown = await slurm('scontrol', ['-o', 'show', 'job', job]).catch(() => undefined);
  if (shown?.status !== 0) return { cause: signal };
  const facts = new Map(Array.from(shown.stdout.matchAll(/(\w+)=(\S*)/g), ([, key, value]) => [key, value]));
  // Preempted or requeued by someone, the job is COMPLETING, and its next start counts already.
  if (Number(facts.get('Restarts')) > Number(environment.SLURM_RESTART_COUNT ?? 0)) {
    return { cause: 'preempted or requeued; Slurm starts it again' };
  }
  if (facts.get('JobState') !== 'RUNNING') return { cause: `Slurm ended it: ${facts.get('JobState')}` };
  const left = (Date.parse(facts.get('EndTime') ?? '') - now) / 1000;
  if (!(left <= signalAhead + EARLY_SECONDS)) return { cause: signal };
  if (!hasProgressed) {
    return {
      cause: `its time limit, ${facts.get('TimeLimit')}, is too short: not one batch was trained. Ask for more with --time`,
    };
  }
  return {
    cause: 'its time limit; requeued, to go on',
    requeue: async () => {
      const answer = await slurm('scontrol', ['requeue', job]);
      if (answer.status !== 0) say(`not requeued: ${complaint(answer)}`);
    },
  };
}
