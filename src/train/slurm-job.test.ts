/** What Slurm says of a job, by a squeue that answers as the real one does. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mayRun, ownSlurmJob } from './slurm-job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'squeue-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function squeue(body: string): void {
  writeFileSync(join(folder, 'squeue'), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, 'squeue'), 0o755);
}

it.each([
  ['echo node1', true],
  ['echo node2', false],
  [':', false],
  ['echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1', false],
  ['echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1', true],
])('squeue: %s', (body, runs) => {
  squeue(body);
  expect(mayRun({ id: '7', node: 'node1' })).toBe(runs);
});

it('where there is no squeue nothing is known', () => {
  vi.stubEnv('PATH', folder);
  expect(mayRun({ id: '7', node: 'node1' })).toBe(true);
});

it('an earlier start of the own job is over', () => {
  squeue('echo node1');
  vi.stubEnv('SLURM_JOB_ID', '7');
  vi.stubEnv('SLURMD_NODENAME', 'node2');
  expect(ownSlurmJob()).toEqual({ id: '7', node: 'node2' });
  expect(mayRun({ id: '7', node: 'node1' })).toBe(false);
});
