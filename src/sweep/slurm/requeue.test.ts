/** What comes of a task that is told to stop, by what scontrol says of it: lines as those of Slurm 22.05, cut. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type StandIn, slurmStandIn } from '../../../test/slurm/stand-in.ts';
import { afterStop } from './requeue.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'requeue-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const NOW = Date.parse('2026-01-01T12:00:00');
const line = (job: string, state: string, more = '', end = '2026-01-01T12:00:30', restarts = 0) =>
  `JobId=${job} JobName=x ${more}JobState=${state} Reason=None Restarts=${restarts} TimeLimit=00:01:00 ` +
  `EndTime=${end} Comment=(null) WorkDir=/x`;
const task = (place: number) => `ArrayJobId=17 ArrayTaskId=${place} `;

/** scontrol shows these lines; requeue as `requeue` says. */
function scontrol(lines: readonly string[], requeue = 'exit 0'): StandIn {
  const show = `cat <<'END'\n${lines.join('\n')}\nEND`;
  const slurm = slurmStandIn(folder, {
    scontrol: `case "$1" in requeue) ${requeue};; *)\n${show}\n;; esac`,
  });
  vi.stubEnv('PATH', slurm.path);
  return slurm;
}

const stopped = (environment: NodeJS.ProcessEnv, signalAhead = 20) =>
  afterStop('SIGTERM', signalAhead, true, environment, NOW);

it('the task that starts last has the array’s number: it is found among all, and alone is requeued', async () => {
  const lines = [
    line('18', 'COMPLETED', task(0)),
    line('17', 'RUNNING', task(2)),
    line('19', 'PENDING', task(1), 'Unknown'),
  ];
  for (const order of [lines, lines.toReversed()]) {
    rmSync(join(folder, 'calls'), { force: true });
    const slurm = scontrol(order);
    const { cause, requeue } = await stopped({ SLURM_JOB_ID: '17' });
    expect(cause).toBe('its time limit; requeued, to go on');
    expect(await requeue?.()).toBeUndefined();
    expect(slurm.calls()).toEqual(['scontrol -o show job 17', 'scontrol requeue 17_2']);
  }
});

it('the array and place that a job has in its environment from the one that submitted it do not count', async () => {
  const slurm = scontrol([line('25', 'RUNNING')]);
  const { requeue } = await stopped({
    SLURM_JOB_ID: '25',
    SLURM_ARRAY_JOB_ID: '17',
    SLURM_ARRAY_TASK_ID: '2',
  });
  await requeue?.();
  expect(slurm.calls().at(-1)).toBe('scontrol requeue 25');
});

it('what Slurm refuses to requeue is told as that', async () => {
  scontrol(
    [line('17', 'RUNNING', task(0))],
    'echo "Requested operation is presently disabled for job 17" >&2; exit 1',
  );
  const { requeue } = await stopped({ SLURM_JOB_ID: '17' });
  expect(await requeue?.()).toBe(
    'its time limit; Slurm did not requeue 17_0 (Requested operation is presently disabled for job 17). ' +
      'Start the sweep again, and it goes on',
  );
});

it.each([
  ['preempted', [line('17', 'COMPLETING', task(0), undefined, 1)], /preempted or requeued/],
  ['cancelled', [line('17', 'CANCELLED', task(0))], /Slurm ended it: CANCELLED/],
  ['long before its limit', [line('17', 'RUNNING', task(0), '2026-01-01T13:00:00')], /^SIGTERM$/],
  ['unknown to Slurm', [line('18', 'RUNNING', task(0))], /^SIGTERM$/],
  ['told of in a way that is not understood', ['welcome'], /^SIGTERM$/],
])('is not requeued: %s', async (_, lines, cause) => {
  scontrol(lines);
  const { cause: said, requeue } = await stopped({ SLURM_JOB_ID: '17' });
  expect(said).toMatch(cause);
  expect(requeue).toBeUndefined();
});

it('words in a comment are not taken for facts', async () => {
  scontrol([
    `${line('17', 'RUNNING', task(0))} AdminComment=was JobState=FAILED EndTime=Unknown ArrayTaskId=5`,
  ]);
  expect((await stopped({ SLURM_JOB_ID: '17' })).cause).toContain('its time limit');
});

it('a run of a sweep on this machine, within a job of somebody’s, does not requeue that job', async () => {
  const slurm = scontrol([line('17', 'RUNNING')]);
  expect(await stopped({ SLURM_JOB_ID: '17' }, 0)).toEqual({ cause: 'SIGTERM' });
  expect(slurm.calls()).toEqual([]);
});
