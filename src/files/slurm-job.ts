/**
 * The Slurm job that this process runs in, and whether that of another process still runs: of a process on another machine
 * nothing else can be known. Slurm ends a job before it starts it again, so an earlier start of the own job is over.
 *
 * Every task of an array has a job number of its own, SLURM_JOB_ID; but the task that starts last has the array's, by which
 * Slurm's programs mean all its tasks. So of what squeue prints only the lines count that have this very number. The
 * array and the place in it (SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID) would name a task too, but a job that was
 * submitted from within a task has that one's.
 */
import { spawnSync } from 'node:child_process';

export interface SlurmJob {
  /** SLURM_JOB_ID: of one job, or of one task of an array. */
  readonly id: string;
  /** As the cluster names it. */
  readonly node: string;
  /** How often Slurm started it again before; absent in what 0.1.0 wrote, as is the next. */
  readonly restarts?: number;
  /** Name of the cluster: another numbers its jobs anew. */
  readonly cluster?: string;
}

/** Undefined outside of Slurm. */
export function ownSlurmJob(environment: NodeJS.ProcessEnv = process.env): SlurmJob | undefined {
  const { SLURM_JOB_ID: id, SLURMD_NODENAME: node, SLURM_CLUSTER_NAME: cluster } = environment;
  if (id === undefined || node === undefined) return undefined;
  return { id, node, restarts: Number(environment.SLURM_RESTART_COUNT ?? 0), cluster };
}

/** @returns false only if Slurm says so: the job is unknown, has ended, or was started again elsewhere */
export function mayRun(job: SlurmJob): boolean {
  const own = ownSlurmJob();
  const cluster = own?.cluster ?? (job.cluster === undefined ? undefined : clusterHere());
  if (job.cluster !== undefined && job.cluster !== cluster) return true;
  // The same start of the own job may have other processes, on its other nodes.
  if (job.id === own?.id && job.restarts !== own.restarts) return false;
  const states = 'RUNNING,COMPLETING,SUSPENDED,STOPPED';
  // -w knows all nodes of a job; the format has but the first of them.
  const { status, stdout, stderr } = ask('squeue', [
    '-h',
    '-j',
    job.id,
    '-t',
    states,
    '-w',
    job.node,
    '-o',
    '%A',
  ]);
  if (status !== 0) return !/invalid (?:job id|node name)/i.test(stderr ?? '');
  const lines = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  // What is no number is of a squeue that is not understood.
  return lines.some((line) => line === job.id || !/^\d+$/.test(line));
}

/** Undefined where Slurm does not say. */
const clusterHere = () =>
  /^ClusterName\s*=\s*(\S+)/m.exec(ask('scontrol', ['show', 'config']).stdout ?? '')?.[1];

const ask = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', env: slurmEnvironment(process.env), timeout: 30_000 });

const ANSWERS = /^(?:SQUEUE|SACCT|SCANCEL|SINFO)_/;
const OF_THIS_TASK = /^SLURM_(?:ARRAY_\w+|RESTART_COUNT)$/;

/**
 * The environment that Slurm's programs are called with. A user's SQUEUE_PARTITION, say, hides jobs from squeue, and what it does not
 * print would count as ended; and sbatch hands on to a new job what the array task has of its array that calls it.
 *
 * @param environment - of this process
 * @param without - more variables to leave out
 */
export function slurmEnvironment(
  environment: NodeJS.ProcessEnv,
  without: readonly string[] = [],
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !ANSWERS.test(name) && !OF_THIS_TASK.test(name) && !without.includes(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C', SLURM_TIME_FORMAT: 'standard' };
}
