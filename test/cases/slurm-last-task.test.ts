/**
 * The task of an array that starts last has the array's number as its own. Told to stop ahead of its time limit, it alone is
 * requeued: scontrol, a stand-in, shows all tasks of the array for this number, as the real one does. On a real Slurm:
 * test/slow/sweep-slurm.test.ts.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { slurmStandIn } from '../slurm/stand-in.ts';
import { read, SMALL, writeRecordings } from '../tiny-runs.ts';

const inSeconds = (seconds: number) => {
  const local = new Date(Date.now() + 1000 * seconds - 60_000 * new Date().getTimezoneOffset());
  return local.toISOString().slice(0, 19);
};
const line = (job: number, place: number, state: string) =>
  `JobId=${job} ArrayJobId=17 ArrayTaskId=${place} JobState=${state} Restarts=0 TimeLimit=00:01:00 EndTime=${inSeconds(30)}`;

test('the task that starts last is requeued, and no other', async () => {
  // Before and behind the own line, the finished task.
  const lines = [line(18, 0, 'COMPLETED'), line(17, 1, 'RUNNING'), line(18, 0, 'COMPLETED')];
  const slurm = slurmStandIn(temporaryFolder(), {
    sbatch: 'echo 17',
    squeue: 'exit 0',
    scontrol: `case "$*" in *config*) echo MaxArraySize = 1001;; requeue*) exit 0;; *) printf '%s\\n' ${lines.map((text) => `'${text}'`).join(' ')};; esac`,
  });
  const data = await writeRecordings(temporaryFolder(), ['a', 'b', 'c']);
  const sessions = temporaryFolder();
  const submitted = await ncpTrain(
    [
      'sweep',
      'passive',
      '--executor',
      'slurm',
      '--data',
      data,
      '--sessions_dir',
      sessions,
      '--json',
      '--cache_dir',
      join(sessions, 'cache'),
      '--models',
      'vanilla',
      '--folds',
      'auto:3/0-1',
      ...SMALL,
      '--epochs',
      '100000',
      '--signal_ahead',
      '20',
      '--log_period',
      '1',
    ],
    { PATH: slurm.path },
  );
  expect(submitted.status, submitted.stderr).toBe(0);
  const environment = { SLURM_JOB_ID: '17', SLURM_ARRAY_JOB_ID: '17', SLURM_ARRAY_TASK_ID: '1' };
  const child = spawn('/bin/bash', [JSON.parse(submitted.stdout).script], {
    env: { ...process.env, PATH: slurm.path, ...environment, SLURMD_NODENAME: 'node1' },
  });
  let output = '';
  let isTold = false;
  const status = new Promise((resolve) => child.on('exit', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
      if (/epoch 0:/.test(output) && !isTold) isTold = child.kill('SIGTERM');
    });
  }
  expect(await status, output).toBe(143);
  expect(slurm.calls().filter((call) => call.includes('requeue'))).toEqual(['scontrol requeue 17_1']);
  const outcome = JSON.parse(read(sessions, 'sweep/outcomes/passive-vanilla_session-experiment_1.json'));
  expect(outcome).toMatchObject({ state: 'stopped', cause: 'its time limit; requeued, to go on' });
});
