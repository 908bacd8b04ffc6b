/** The scripts as they stand on disk, and words of the shell in them. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { reportScript, shellWord, type TasksScript, tasksScript } from './batch-script.ts';

const script: TasksScript = {
  ...{
    name: 'ncp-train-1',
    sessions: '/shared/sessions',
    outputs: '/shared/sessions/sweep/slurm/1',
    cwd: '/home/me',
  },
  runs: ['passive/wm_session/experiment_0', 'passive/wm_session/experiment_1'],
  ...{
    cores: 4,
    memory: 2.5,
    partition: 'batch',
    time: '4:00:00',
    gres: 'gpu:1',
    arrayLimit: 8,
    signalAhead: 120,
  },
  sbatch: '--account=robots --comment="two words"',
  program: ['/usr/bin/node', '/opt/ncp-train/bin/ncp-train.js'],
  argv: ['sweep', 'passive', '--models', 'wm'],
};

it('is a readable script', () => {
  expect(tasksScript(script)).toMatchInlineSnapshot(`
    "#!/bin/bash
    # 2 runs of ncp-train, one array task each, for:
    #   ncp-train sweep passive --models wm
    # A task goes on from the last checkpoint of its run, so it may be requeued, or this script submitted again.
    #SBATCH --job-name=ncp-train-1
    #SBATCH --array=0-1%8
    #SBATCH --chdir=/home/me
    #SBATCH --partition=batch
    #SBATCH --account=robots
    #SBATCH --comment=""two words""
    #SBATCH --output=/shared/sessions/sweep/slurm/1/%a.out
    #SBATCH --open-mode=append
    #SBATCH --requeue
    #SBATCH --signal=B:TERM@120
    #SBATCH --cpus-per-task=4
    #SBATCH --mem=2500M
    #SBATCH --time=4:00:00
    #SBATCH --gres=gpu:1

    runs=(
      passive/wm_session/experiment_0
      passive/wm_session/experiment_1
    )

    # exec, so that node is the process that Slurm signals ahead of the time limit and on preemption.
    exec /usr/bin/node /opt/ncp-train/bin/ncp-train.js sweep run /shared/sessions "\${runs[$SLURM_ARRAY_TASK_ID]}" --cores 4 --signal-ahead 120
    "
  `);
  expect(reportScript(script, '17')).toMatchInlineSnapshot(`
    "#!/bin/bash
    # Writes the summary of the sweep when all tasks of job 17 have ended, well or not.
    #SBATCH --job-name=ncp-train-1-report
    #SBATCH --dependency=afterany:17
    #SBATCH --chdir=/home/me
    #SBATCH --partition=batch
    #SBATCH --account=robots
    #SBATCH --comment=""two words""
    #SBATCH --output=/shared/sessions/sweep/slurm/1/report.out

    exec /usr/bin/node /opt/ncp-train/bin/ncp-train.js sweep status /shared/sessions --save
    "
  `);
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
