/** The scripts as they stand on disk, what bash and sbatch read in them, and what cannot stand there. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { reportScript, type TasksScript, tasksScript } from './batch-script.ts';

const script: TasksScript = {
  name: 'ncp-train-1',
  sessions: '/shared/sessions',
  outputs: '/shared/sessions/sweep/slurm/1',
  cwd: '/home/me',
  runs: ['passive/wm_session/experiment_0', 'passive/wm_session/experiment_1'],
  cores: 4,
  memory: 2.5,
  partition: 'batch',
  time: '4:00:00',
  gres: 'gpu:1',
  arrayLimit: 8,
  signalAhead: 120,
  sbatch: '--account=robots --comment="two -words" -N 1 --exclusive',
  program: ['/usr/bin/node', '/opt/ncp-train/bin/ncp-train.js'],
  argv: ['sweep', 'passive', '--models', 'wm'],
};
const tasks = (changed: Partial<TasksScript> = {}) => tasksScript({ ...script, ...changed }).text;

it('is a readable script', () => {
  expect(tasks()).toMatchInlineSnapshot(`
    "#!/bin/bash
    # 2 runs of ncp-train, one array task each, for:
    #   ncp-train sweep passive --models wm
    # A task goes on from the last checkpoint of its run, so it may be requeued, or this script submitted again.
    #SBATCH --job-name=ncp-train-1
    #SBATCH --array=0-1%8
    #SBATCH --chdir=/home/me
    #SBATCH --output=/shared/sessions/sweep/slurm/1/%a.out
    #SBATCH --open-mode=append
    #SBATCH --requeue
    #SBATCH --signal=B:TERM@120
    #SBATCH --cpus-per-task=4
    #SBATCH --mem=2500M
    #SBATCH --partition=batch
    #SBATCH --time=4:00:00
    #SBATCH --gres=gpu:1
    #SBATCH --account=robots
    #SBATCH --comment="two -words"
    #SBATCH -N 1
    #SBATCH --exclusive

    runs=(
      passive/wm_session/experiment_0
      passive/wm_session/experiment_1
    )

    # exec, so that node is the process that Slurm signals ahead of the time limit and on preemption.
    exec /usr/bin/node /opt/ncp-train/bin/ncp-train.js sweep run /shared/sessions "\${runs[$SLURM_ARRAY_TASK_ID]}" --cores 4 --signal-ahead 120
    "
  `);
  expect(reportScript(script, ['17', '19']).text).toMatchInlineSnapshot(`
    "#!/bin/bash
    # Writes the summary of the sweep when all tasks of jobs 17, 19 have ended, well or not.
    #SBATCH --job-name=ncp-train-1-report
    #SBATCH --dependency=afterany:17:19
    #SBATCH --chdir=/home/me
    #SBATCH --output=/shared/sessions/sweep/slurm/1/report.out
    #SBATCH --partition=batch
    #SBATCH --account=robots
    #SBATCH --comment="two -words"
    #SBATCH -N 1
    #SBATCH --exclusive

    exec /usr/bin/node /opt/ncp-train/bin/ncp-train.js sweep status /shared/sessions --save
    "
  `);
});

it('leaves out what was not asked for', () => {
  const none = { partition: undefined, time: undefined, gres: undefined, sbatch: undefined };
  const text = tasks({ ...none, memory: 0, arrayLimit: 0 });
  for (const option of ['--partition', '--time', '--gres', '--mem', '%8']) expect(text).not.toContain(option);
});

it('starts the run of its place in the array', () => {
  const program = ['/bin/echo', 'a program'];
  const text = tasks({ program });
  const env = { SLURM_ARRAY_TASK_ID: '1' };
  const { stdout } = spawnSync('/bin/bash', ['-c', text], { encoding: 'utf8', env });
  expect(stdout).toBe(
    'a program sweep run /shared/sessions passive/wm_session/experiment_1 --cores 4 --signal-ahead 120\n',
  );
});

it('an array that waits for another does so in place of what was asked for, and so does the summary', () => {
  const sbatch = '--dependency=afterok:3';
  const dependencies = (text: string) => text.match(/^#SBATCH --dependency=.*$/gm);
  expect(dependencies(tasks({ sbatch }))).toEqual(['#SBATCH --dependency=afterok:3']);
  expect(dependencies(tasks({ sbatch, after: '17' }))).toEqual(['#SBATCH --dependency=afterany:17']);
  expect(dependencies(reportScript({ ...script, sbatch }, ['17']).text)).toEqual([
    '#SBATCH --dependency=afterany:17',
  ]);
});

// In every place of the script that a value or a path comes to; the working directory may be called so in truth.
const STRAY = 'x\necho stray';
it.each(['cwd', 'partition', 'time', 'gres', 'sbatch', 'outputs', 'name'] as const)(
  'a line end in %s is refused',
  (key) => {
    const value = key === 'sbatch' ? `--comment="${STRAY}"` : STRAY;
    expect(() => tasks({ [key]: value })).toThrow(/"x\\necho stray.*" cannot stand in a batch script/);
    if (!['time', 'gres'].includes(key)) {
      expect(() => reportScript({ ...script, [key]: value }, ['17'])).toThrow(
        'cannot stand in a batch script',
      );
    }
  },
);

it.each([{ sessions: STRAY }, { runs: [STRAY] }, { argv: [STRAY] }, { program: ['/bin/echo', STRAY] }])(
  'a line end in %j stays within its word',
  (changed) => {
    const text = tasks({ program: ['/bin/echo'], ...changed });
    const env = { SLURM_ARRAY_TASK_ID: '0' };
    const { stdout } = spawnSync('/bin/bash', ['-c', text], { encoding: 'utf8', env });
    expect(stdout).not.toMatch(/^stray/m);
    expect(text).not.toMatch(/^echo/m);
  },
);

it('paths are taken as they are: Slurm replaces %u and its like in names of outputs', () => {
  expect(tasks({ outputs: '/data/100%u' })).toContain('--output=/data/100%%u/%a.out');
  expect(() => tasks({ outputs: '/data/a\\b' })).toThrow('use another');
});
