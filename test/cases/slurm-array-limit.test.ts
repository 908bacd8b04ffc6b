/**
 * A sweep of more runs than the cluster takes tasks in an array: several arrays, and status, cancel and a second start know all
 * of them. Slurm's programs are stand-ins whose cluster has a MaxArraySize of 4.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { slurmStandIn } from '../slurm/stand-in.ts';
import { read, SMALL, writeRecordings } from '../tiny-runs.ts';

/** Job numbers from 11; each script's options are kept as `11.options`. $FULL: the job that is refused. */
const SBATCH = `[ "$1" = --version ] && exit 0
for script in "$@"; do :; done
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' "$script")
[ "\${last:-0}" -gt 3 ] && { echo 'sbatch: error: Batch job submission failed: Invalid job array specification' >&2; exit 1; }
job=$(( $(cat "$HERE/job" 2>/dev/null || echo 10) + 1 ))
[ $job = "$FULL" ] && { echo 'sbatch: error: AssocMaxSubmitJobLimit' >&2; exit 1; }
echo $job > "$HERE/job"; grep '^#SBATCH' "$script" > "$HERE/$job.options"
echo 'Welcome to the cluster'; echo $job`;
/** All tasks of every array wait, until they are cancelled. */
const SQUEUE = `case "$*" in *"-n "*) exit 0;; esac
for job in "$@"; do case $job in 1[0-9]) break;; esac; done
[ -e "$HERE/$job.cancelled" ] && { echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1; }
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' "$HERE/$job.options")
for place in $(seq 0 "$last"); do echo "$place|PENDING|Resources|0|"; done`;

async function cluster(config = 'MaxArraySize            = 4') {
  const folder = temporaryFolder();
  const slurm = slurmStandIn(folder, {
    sbatch: SBATCH,
    squeue: SQUEUE,
    scontrol: `echo '${config}'`,
    scancel: 'touch "$HERE/$1.cancelled"',
  });
  const data = await writeRecordings(temporaryFolder(), ['a', 'b', 'c']);
  const sessions = join(temporaryFolder(), 'two words');
  const cli = (args: string[], more = {}) => ncpTrain(args, { PATH: slurm.path, ...more });
  return {
    sessions,
    calls: (program: string) => slurm.calls().filter((call) => call.startsWith(`${program} `)),
    options: (job: number) => read(folder, `${job}.options`),
    sweep: (args: string[], environment = {}) =>
      cli(
        [
          'sweep',
          'passive',
          '--executor',
          'slurm',
          '--data',
          data,
          '--sessions_dir',
          sessions,
          '--cache_dir',
          join(sessions, 'cache'),
          '--models',
          'vanilla',
          '--folds',
          'auto:3',
          ...SMALL,
          ...args,
        ],
        environment,
      ),
    states: async () => {
      const { stdout, stderr } = await cli(['sweep', 'status', sessions, '--json']);
      expect(stderr).toBe('');
      return JSON.parse(stdout).runs.map(
        (run: { task: string; state: string }) => `${run.task} ${run.state}`,
      );
    },
    cancel: () => cli(['sweep', 'cancel', sessions]),
  };
}

const TASKS = ['11_0', '11_1', '11_2', '11_3', '12_0', '12_1', '12_2', '12_3', '13_0'];

test('9 runs are three arrays; status, a second start and cancel know them all', async () => {
  const { sweep, sessions, options, states, cancel, calls } = await cluster();
  const { status, stdout, stderr } = await sweep(['--set', 'seed=1,2,3']);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('9 runs submitted as 3 job arrays');
  expect(stdout).toMatch(/job 11: 4 runs.*job 12: 4 runs.*job 13: 1 run, .*summary by job 14/s);
  expect(stdout).toContain(`ncp-train sweep status '${sessions}'`);
  expect([11, 12, 13].map((job) => /--array=(.*)/.exec(options(job))?.[1])).toEqual(['0-3', '0-3', '0-0']);
  expect(options(14)).toContain('--dependency=afterany:11:12:13');
  const { runs, submissions } = JSON.parse(read(sessions, 'sweep.json'));
  const submitted = submissions.flatMap((one: { runs: string[] }) => one.runs);
  expect(submitted).toEqual(runs.map(({ name }: { name: string }) => name));
  expect(new Set(submissions.map(({ name }: { name: string }) => name)).size).toBe(3);

  expect(await states()).toEqual(TASKS.map((task) => `${task} queued`));
  const again = await sweep(['--set', 'seed=1,2,3']);
  expect([again.status, again.stderr]).toEqual([
    2,
    expect.stringContaining('9 of 9 runs are with Slurm already, job 11, 12, 13'),
  ]);

  expect((await cancel()).stdout).toMatch(/job 11 is cancelled.*job 12 .*job 13 /s);
  expect(calls('scancel')).toEqual([14, 13, 12, 11].map((job) => `scancel ${job}`));
  expect((await states()).map((text: string) => text.split(' ')[1])).toEqual(TASKS.map(() => 'cancelled'));
});

test('so many at a time in all: an array waits for the one before', async () => {
  const { sweep, options } = await cluster('SchedulerParameters     = sched_interval=5,max_array_tasks=2');
  const { status, stderr } = await sweep(['--array_limit', '2', '--sbatch', '--dependency=afterok:5']);
  expect(status, stderr).toBe(0);
  expect(options(11)).toMatch(/--array=0-1%2\n.*--dependency=afterok:5$/ms);
  expect(options(12)).toMatch(/--array=0-0%2\n.*--dependency=afterany:11$/ms);
});

test('what the cluster does not take any more is said, and is all that the next start submits', async () => {
  const { sweep, sessions, options } = await cluster();
  const part = await sweep(['--set', 'seed=1,2', '--json'], { FULL: '12' });
  expect(part.status).toBe(2);
  expect(part.stderr).toMatch(/an array of the sweep: AssocMaxSubmitJobLimit.*start the sweep again/s);
  expect(JSON.parse(part.stdout)).toMatchObject({ job: '11', report: null, arrays: [{ job: '11' }] });
  expect(JSON.parse(read(sessions, 'sweep.json')).submissions).toHaveLength(1);
  const rest = await sweep(['--set', 'seed=1,2']);
  expect(rest.status, rest.stderr).toBe(0);
  expect(options(12)).toContain('--array=0-1\n');
  expect(JSON.parse(read(sessions, 'sweep.json')).submissions).toHaveLength(2);
});

test('arrays are refused with what to do where the cluster takes none, and where it does not say how long', async () => {
  const none = await cluster('MaxArraySize = 0');
  const refused = await none.sweep([]);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('takes no job arrays')]);
  const silent = await cluster('');
  const long = await silent.sweep(['--set', 'seed=1,2']);
  expect(long.status).toBe(2);
  expect(long.stderr).toMatch(
    /Invalid job array specification.*fewer --models, --folds.*nothing was submitted/s,
  );
});

test('a submission of 0.1.0 is looked after; Slurm that does not answer is not taken for one without it', async () => {
  const { sweep, sessions, states, calls } = await cluster();
  expect((await sweep([])).status).toBe(0);
  const record = JSON.parse(read(sessions, 'sweep.json'));
  const { name, at, runs, job, report } = record.submissions[0];
  // These fields are all that 0.1.0 wrote.
  expect(record.submissions).toEqual([{ name, at, runs, job, report }]);
  expect(await states()).toEqual([0, 1, 2].map((place) => `11_${place} queued`));

  const silent = temporaryFolder();
  const down = 'echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1';
  const { path } = slurmStandIn(silent, {
    squeue: down,
    sbatch: 'echo 99',
    scontrol: down,
    scancel: 'exit 0',
  });
  const again = await sweep([], { PATH: path });
  expect([again.status, again.stderr]).toEqual([
    2,
    expect.stringMatching(/Unable to contact.*nothing was submitted/),
  ]);
  const cancelled = await ncpTrain(['sweep', 'cancel', sessions], { PATH: path });
  expect([cancelled.status, cancelled.stderr]).toEqual([2, expect.stringContaining('Unable to contact')]);
  expect(JSON.parse(read(sessions, 'sweep.json')).submissions).toHaveLength(1);
  expect(calls('sbatch')).toHaveLength(3);
});
