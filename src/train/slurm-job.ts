/**
 * The Slurm job that this process runs in, and whether that of another process still runs: of a process on another machine
 * nothing else can be known. Slurm ends a job before it starts it again, so an earlier start of the own job is over.
 */
import { spawnSync } from 'node:child_process';

export interface SlurmJob {
  /** SLURM_JOB_ID, of an array task too. */
  readonly id: string;
  /** As the cluster names it. */
  readonly node: string;
}

/** Undefined outside of Slurm. */
export function ownSlurmJob(environment: NodeJS.ProcessEnv = process.env): SlurmJob | undefined {
  const { SLURM_JOB_ID: id, SLURMD_NODENAME: node } = environment;
  return id === undefined || node === undefined ? undefined : { id, node };
}

/** @returns false only if Slurm says so: the job is unknown, has ended, or was started again elsewhere */
export function mayRun(job: SlurmJob): boolean {
  if (job.id === ownSlurmJob()?.id) return false;
  const states = 'RUNNING,COMPLETING,SUSPENDED,STOPPED';
  const args = ['-h', '-j', job.id, '-t', states, '-o', '%B'];
  const { status, stdout, stderr } = spawnSync('squeue', args, { encoding: 'utf8', timeout: 30_000 });
  if (status !== 0) return !/invalid job id/i.test(stderr ?? '');
  return stdout.split('\n').some((node) => node.trim() === job.node);
}
