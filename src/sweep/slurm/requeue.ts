/**
 * What a task does that was told to stop: ahead of its time limit it has itself requeued, and goes on in the task that
 * Slurm then starts. Not when it was cancelled, and not on preemption, after which Slurm requeues by itself. Both
 * send the same signal, so what Slurm says of the job decides.
 *
 * The task that starts last has the array's number for its own (slurm-job.ts): asked for it, Slurm tells of every task, and
 * requeued by it, all would start again, the finished ones too. So the task is found by its own number among what is
 * told, and requeued by array and place.
 */
import { complaint, slurm } from './programs.ts';

/** Slurm may send the signal as much as a minute early, and its clock is another. */
const EARLY_SECONDS = 90;

export interface AfterStop {
  /** For the outcome. */
  readonly cause: string;
  /**
   * To be done when the outcome is written: it ends this process.
   *
   * @returns the cause to write instead where Slurm refuses; undefined else
   */
  readonly requeue?: () => Promise<string | undefined>;
}

/**
 * @param signalAhead - seconds before the limit at which the signal was asked for; 0: it was not, and nothing is requeued
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
  const { SLURM_JOB_ID: id } = environment;
  if (id === undefined || signal !== 'SIGTERM' || signalAhead === 0) return { cause: signal };
  const shown = await slurm('scontrol', ['-o', 'show', 'job', id]).catch(() => undefined);
  const facts = shown?.status === 0 ? factsOf(shown.stdout, id) : undefined;
  if (facts === undefined) return { cause: signal };
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
  const array = facts.get('ArrayJobId');
  const task = array === undefined ? id : `${array}_${facts.get('ArrayTaskId')}`;
  return {
    cause: 'its time limit; requeued, to go on',
    requeue: async () => {
      const answer = await slurm('scontrol', ['requeue', task]);
      if (answer.status === 0) return undefined;
      return `its time limit; Slurm did not requeue ${task} (${complaint(answer)}). Start the sweep again, and it goes on`;
    },
  };
}

/** Of the line of a job; what stands first of a name, since comments and paths may hold `Name=…` behind it. */
function factsOf(stdout: string, id: string): ReadonlyMap<string, string> | undefined {
  for (const line of stdout.split('\n')) {
    const facts = new Map<string, string>();
    for (const [, name, value] of line.matchAll(/(?<=^|\s)(\w+)=(\S*)/g)) {
      if (!facts.has(name)) facts.set(name, value);
    }
    if (facts.get('JobId') === id) return facts;
  }
  return undefined;
}
