/** The scripts as they stand on disk, and words of the shell in them. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { reportScript, shellWord, type TasksScript, tasksScript } from './batch-script.ts';

const script: TasksScript = {
  ...{ name: 'ncp-train-1', sessions: '/shared/sessions', outputs: '/shared/sessions/sweep/slurm/1', cwd: '/home/me' },
  runs: ['passive/wm_session/experiment_0', 'passive/wm_session/experiment_1'],
  ...{ cores: 4, memory: 2.5, partition: 'batch', time: '4:00:00', gres: 'gpu:1', arrayLimit: 8, signalAhead: 120 },
  sbatch: '--account=robots --comment="two words"',
  program: ['/usr/bin/node', '/opt/ncp-train/bin/ncp-train.js'],
  argv: ['sweep', 'passive', '--models', 'wm'],
};

it('is a readable script', () => {
  expect(tasksScript(script)).toMatchInlineSnapshot();
  expect(reportScript(script, '17')).toMatchInlineSnapshot();
});

it('leaves out what was not asked for', () => {
  const none = { partition: undefined, time: undefined, gres: undefined, sbatch: undefined };
  const text = tasksScript({ ...script, ...none, memory: 0, arrayLimit: 0 });
  for (const option of ['--partition', '--time', '--gres', '--mem', '%8']) expect(text).not.toContain(option);
});

it.each(['plain', 'two words', "it's", '$HOME', 'a"b', '`id`'])('the shell reads %j as one word', (word) => {
  const { stdout } = spawnSync('/bin/bash', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
  expect(stdout).toBe(word);
});

it('starts the run of its place in the array', () => {
  const program = ['/bin/echo', 'a program'];
  const text = tasksScript({ ...script, program });
  const env = { SLURM_ARRAY_TASK_ID: '1' };
  const { stdout } = spawnSync('/bin/bash', ['-c', text], { encoding: 'utf8', env });
  expect(stdout).toBe(
    'a program sweep run /shared/sessions passive/wm_session/experiment_1 --cores 4 --signal-ahead 120\n',
  );
});
