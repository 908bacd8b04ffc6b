/** What Slurm says of a job, by a squeue that answers as the real one does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { slurmStandIn } from '../../test/slurm/stand-in.ts';
import { mayRun, ownSlurmJob } from './slurm-job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'squeue-'));
  for (const name of ['SLURM_JOB_ID', 'SLURMD_NODENAME', 'SLURM_RESTART_COUNT', 'SLURM_CLUSTER_NAME']) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function slurm(squeue: string, scontrol = 'echo "ClusterName = here"') {
  const standIn = slurmStandIn(folder, { squeue, scontrol });
  vi.stubEnv('PATH', standIn.path);
  return standIn;
}

it.each([
  ['echo 7', true],
  [':', false],
  ['echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1', false],
  ['echo "squeue: error: Invalid node name node1" >&2; exit 1', false],
  ['echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1', true],
  ['echo Welcome to the cluster', true],
])('squeue: %s', (body, runs) => {
  const { calls } = slurm(body);
  expect(mayRun({ id: '7', node: 'node1' })).toBe(runs);
  expect(calls()).toEqual(['squeue -h -j 7 -t RUNNING,COMPLETING,SUSPENDED,STOPPED -w node1 -o %A']);
});

it('the array’s number is that of the task which started last: others that run do not keep its lock', () => {
  slurm('echo 8; echo 9'); // 7_0 and 7_1 run; 7_2, job 7, has ended
  expect(mayRun({ id: '7', node: 'node1' })).toBe(false);
  slurm('echo 8; echo 7');
  expect(mayRun({ id: '7', node: 'node1' })).toBe(true);
});

it('a filter that the user has for squeue hides no job', () => {
  slurm('[ -n "$SQUEUE_PARTITION$SQUEUE_STATES" ] || echo 7');
  vi.stubEnv('SQUEUE_PARTITION', 'other');
  vi.stubEnv('SQUEUE_STATES', 'PENDING');
  expect(mayRun({ id: '7', node: 'node1' })).toBe(true);
});

it('where there is no squeue nothing is known', () => {
  vi.stubEnv('PATH', folder);
  expect(mayRun({ id: '7', node: 'node1' })).toBe(true);
});

it('of another cluster nothing is known, though it has numbers that are unknown here', () => {
  slurm('echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1');
  expect(mayRun({ id: '7', node: 'node1', restarts: 0, cluster: 'there' })).toBe(true);
  expect(mayRun({ id: '7', node: 'node1', restarts: 0, cluster: 'here' })).toBe(false);
});

it('an earlier start of the own job is over; of the same start other processes may run', () => {
  slurm('echo 7');
  vi.stubEnv('SLURM_JOB_ID', '7');
  vi.stubEnv('SLURMD_NODENAME', 'node2');
  vi.stubEnv('SLURM_RESTART_COUNT', '1');
  vi.stubEnv('SLURM_CLUSTER_NAME', 'here');
  expect(ownSlurmJob()).toEqual({ id: '7', node: 'node2', restarts: 1, cluster: 'here' });
  expect(mayRun({ id: '7', node: 'node1', restarts: 0, cluster: 'here' })).toBe(false);
  expect(mayRun({ id: '7', node: 'node1' })).toBe(false); // as 0.1.0 wrote it
  expect(mayRun({ id: '7', node: 'node1', restarts: 1, cluster: 'here' })).toBe(true);
});
