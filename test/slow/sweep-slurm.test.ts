/**
 * Sweeps on a real one-node Slurm (test/slurm/): whole, with a task that fails, killed by the time limit, requeued,
 * cancelled, on a node that dies, refused, longer than the cluster's arrays. Nothing is lost, and nothing runs twice.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { mayRun } from '../../src/files/slurm-job.ts';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { requirement } from '../require.ts';
import { daemonPid, startCluster, stopCluster } from '../slurm/cluster.ts';
import { read, SMALL, writeRecordings } from '../tiny-runs.ts';

const slurm = requirement('slurm');

interface Status {
  readonly name: string;
  readonly state: string;
  readonly cause: string | null;
  readonly task: string | null;
  readonly epoch: number;
}

describe.skipIf(!slurm.present)(slurm.title('a sweep on Slurm'), () => {
  const environment = slurm.present ? startCluster() : { SLURM_CONF: '' };
  afterAll(() => stopCluster());

  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...environment } }).trim();
  const cli = (...args: string[]) => ncpTrain(args, environment);
  const sweep = (data: string, sessions: string, ...more: string[]) =>
    cli(
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
      'auto:3/0',
      ...SMALL,
      ...more,
    );
  const submitted = async (...args: Parameters<typeof sweep>): Promise<{ job: string; report: string }> => {
    const { status, stdout, stderr } = await sweep(...args, '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const statuses = async (sessions: string): Promise<Status[]> => {
    const { status, stdout, stderr } = await cli('sweep', 'status', sessions, '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout).runs;
  };
  const waitUntil = async (what: string, holds: () => boolean | Promise<boolean>, seconds = 400) => {
    for (const started = Date.now(); !(await holds()); await sleep(500)) {
      if (Date.now() - started > 1000 * seconds) throw new Error(`waited in vain: ${what}\n${run('squeue')}`);
    }
  };
  const taskState = (id: string) => run('squeue', '-h', '-r', '-t', 'all', '-j', id, '-o', '%T');
  const ended = (id: string) =>
    waitUntil(`${id} ends`, () => !/PENDING|RUNNING|COMPLETING/.test(taskState(id)));
  /** The first run is trained on, so that there is something to lose. */
  const trained = (sessions: string, name: string) =>
    waitUntil(`${name} trains`, () => existsSync(join(sessions, name, 'checkpoints/last')));
  /** Slurm lets a requeued task wait for two minutes. */
  const startNow = async (job: string) => {
    await waitUntil('requeued', () => taskState(job) === 'PENDING');
    await sleep(7000);
    run('scontrol', 'update', `jobid=${job}`, 'StartTime=now');
  };

  const NAME = 'passive/vanilla_session/experiment_0';
  const shared = mkdtempSync(join(tmpdir(), 'ncp-train-'));
  afterAll(() => rmSync(shared, { recursive: true }));
  const data = slurm.present ? writeRecordings(shared, ['a', 'b', 'c']) : Promise.resolve('');

  it('runs an array, writes the summary behind it; a failed task stands with its cause, and alone is done again', async () => {
    const sessions = temporaryFolder();
    const lrs = ['--set', 'lr=1e-3,1e30', '--folds', 'auto:3/0-1', '--array_limit', '2'];
    const { job, report } = await submitted(await data, sessions, ...lrs);
    const twice = await sweep(await data, sessions, ...lrs);
    expect(twice.status).toBe(2);
    expect(twice.stderr).toContain(`4 of 4 runs are with Slurm already, job ${job}`);
    await ended(report);
    const runs = await statuses(sessions);
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished', 'failed', 'failed']);
    expect(runs[2].cause).toContain('training diverged');
    expect(runs.map(({ task }) => task)).toEqual([0, 1, 2, 3].map((n) => `${job}_${n}`));
    expect(read(sessions, 'sweep/summary.txt')).toContain('4 runs, 2 finished, 2 failed');
    const again = await submitted(await data, sessions, ...lrs);
    await ended(again.report);
    expect(JSON.parse(read(sessions, 'sweep.json')).submissions[1].runs).toEqual(
      runs.slice(2).map(({ name }) => name),
    );
  });

  it('ahead of its time limit the task that starts last writes a checkpoint, is requeued alone and goes on; cancelled, it keeps what it has', async () => {
    const sessions = temporaryFolder();
    // One after the other: the first has long finished, and stays so.
    const runs = ['--set', 'epochs=1,100000', '--array_limit', '1', '--sbatch', '--comment="two words"'];
    const { job } = await submitted(await data, sessions, ...runs, '--time', '1', '--signal_ahead', '20');
    const name = 'passive/vanilla_session-epochs-100000/experiment_0';
    await waitUntil(
      'the last runs',
      () => run('squeue', '-h', '-t', 'R', '-j', job, '-o', '%i %A') === `${job}_1 ${job}`,
    );
    await waitUntil('requeued', () => outcomeOf(sessions, name).includes('its time limit; requeued'));
    // The outcome is written first: to requeue the job ends the task.
    await waitUntil('pending', () => taskState(`${job}_1`) === 'PENDING');
    expect(taskState(`${job}_0`)).toBe('COMPLETED');
    const [first, before] = await statuses(sessions);
    expect(first).toMatchObject({ state: 'finished', epoch: 1, task: `${job}_0` });
    expect(before).toMatchObject({
      state: 'queued',
      cause: expect.stringContaining('PENDING'),
      task: `${job}_1`,
    });
    expect(before.epoch).toBeGreaterThan(0);
    await startNow(`${job}_1`);
    await waitUntil('goes on', async () => (await statuses(sessions))[1].epoch > before.epoch);
    const folder = join(
      sessions,
      'sweep/slurm',
      JSON.parse(read(sessions, 'sweep.json')).submissions[0].name,
    );
    expect(read(folder, '1.out')).toMatch(/resumed in epoch \d+/);
    expect(read(folder, '0.out')).not.toContain('resumed');

    const cancelled = await cli('sweep', 'cancel', sessions);
    expect(cancelled.stdout).toContain(`job ${job} is cancelled`);
    await ended(job);
    const [, after] = await statuses(sessions);
    expect(after.state).toBe('cancelled');
    const log = read(sessions, name, 'train_log.csv').trimEnd().split('\n').slice(1);
    expect(log.map((line) => Number(line.split(',')[0]))).toEqual(log.map((_, epoch) => epoch));
    expect(log.length).toBeGreaterThan(before.epoch);
  });

  it('of a task that started last Slurm tells whether it runs, whatever the others do', async () => {
    vi.stubEnv('SLURM_CONF', environment.SLURM_CONF);
    const body = '[ $SLURM_ARRAY_TASK_ID = 1 ] || sleep 300';
    const job = run('sbatch', '--parsable', '--array=0-1', '--output=/dev/null', '--wrap', body);
    await waitUntil('the last has ended', () => taskState(`${job}_1`) === 'COMPLETED');
    expect(run('squeue', '-h', '-t', 'all', '-j', `${job}_1`, '-o', '%A')).toBe(job);
    const other = run('squeue', '-h', '-j', `${job}_0`, '-o', '%A');
    expect([job, other].map((id) => mayRun({ id, node: 'node1' }))).toEqual([false, true]);
    run('scancel', job);
    await ended(job);
    expect(mayRun({ id: other, node: 'node1' })).toBe(false);
    vi.unstubAllEnvs();
  });

  it('more runs than an array takes are several arrays, one after the other where so many at a time are asked for', async () => {
    const sessions = temporaryFolder();
    const five = ['--set', 'seed=1,2,3,4,5', '--epochs', '1', '--array_limit', '2'];
    const { status, stdout, stderr } = await sweep(await data, sessions, ...five, '--json');
    expect(status, stderr).toBe(0);
    const { arrays, report } = JSON.parse(stdout);
    const [a, b] = arrays.map(({ job }: { job: string }) => job);
    expect(run('squeue', '-h', '-j', b, '-o', '%E')).toMatch(new RegExp(`^afterany:${a}_\\*`));
    await ended(report);
    const runs = await statuses(sessions);
    expect(runs.map(({ state }) => state)).toEqual(Array(5).fill('finished'));
    expect(runs.map(({ task }) => task)).toEqual([0, 1, 2, 3].map((n) => `${a}_${n}`).concat(`${b}_0`));
    expect(read(sessions, 'sweep/summary.txt')).toContain('5 runs, 5 finished');
  });

  it('requeued by the cluster, a task goes on', async () => {
    const sessions = temporaryFolder();
    const { job } = await submitted(await data, sessions, '--epochs', '20');
    await trained(sessions, NAME);
    run('scontrol', 'requeue', `${job}_0`);
    await startNow(job);
    await ended(job);
    expect((await statuses(sessions))[0]).toMatchObject({ state: 'finished', epoch: 20 });
  });

  it('preempted, a task writes a checkpoint, is requeued and goes on', async () => {
    const sessions = temporaryFolder();
    const { job } = await submitted(await data, sessions, '--epochs', '60');
    await trained(sessions, NAME);
    const urgent = ['--partition', 'urgent', '--cpus-per-task', '2', '--output', '/dev/null'];
    const other = run('sbatch', '--parsable', ...urgent, '--wrap', 'sleep 1');
    await waitUntil('preempted', () => taskState(job) === 'PENDING');
    expect(outcomeOf(sessions)).toContain('preempted or requeued; Slurm starts it again');
    const [{ state, epoch }] = await statuses(sessions);
    expect([state, epoch > 0 && epoch < 60]).toEqual(['queued', true]);
    await ended(other);
    await startNow(job);
    await ended(job);
    expect((await statuses(sessions))[0]).toMatchObject({ state: 'finished', epoch: 60 });
    const log = read(sessions, NAME, 'train_log.csv').trimEnd().split('\n').slice(1);
    expect(log.map((line) => Number(line.split(',')[0]))).toEqual(Array.from({ length: 61 }, (_, n) => n));
  });

  it('on a node that dies a task is requeued and goes on; cancelled, it goes on in another submission', async () => {
    const sessions = temporaryFolder();
    // It may not end before Slurm misses the node, which takes half a minute.
    const { job } = await submitted(await data, sessions, '--epochs', '100000');
    await trained(sessions, NAME);
    process.kill(daemonPid('slurmd'), 'SIGKILL');
    try {
      await waitUntil('the node is missed', () => taskState(job) === 'PENDING', 120);
    } finally {
      startCluster(); // which also ends what the dead node left
    }
    const [before] = await statuses(sessions);
    await startNow(job);
    await waitUntil('goes on', async () => (await statuses(sessions))[0].epoch > before.epoch);
    await cli('sweep', 'cancel', sessions);
    await ended(job);
    const [after] = await statuses(sessions);
    expect(after.state).toBe('cancelled');
    // One epoch more, and nothing before it is trained again.
    const last = await submitted(await data, sessions, '--epochs', String(after.epoch + 1));
    await ended(last.report);
    expect((await statuses(sessions))[0].state).toBe('finished');
    const log = read(sessions, NAME, 'train_log.csv').trimEnd().split('\n').slice(1);
    expect(log.map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: after.epoch + 2 }, (_, epoch) => epoch),
    );
  });

  it('cancels tasks that wait, which leave no trace in Slurm', async () => {
    const sessions = temporaryFolder();
    const { job } = await submitted(await data, sessions, '--sbatch', '--hold', '--folds', 'auto:3/0-1');
    expect((await statuses(sessions)).map(({ state }) => state)).toEqual(['queued', 'queued']);
    await cli('sweep', 'cancel', sessions);
    await ended(job);
    expect((await statuses(sessions)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(existsSync(join(sessions, 'passive'))).toBe(false);
  });

  it('a sweep killed between submitting and noting the job finds it again', async () => {
    const sessions = temporaryFolder();
    const { job } = await submitted(await data, sessions, '--sbatch', '--hold');
    const record = JSON.parse(read(sessions, 'sweep.json'));
    const { job: _, report: __, ...unnoted } = record.submissions[0];
    writeFileSync(join(sessions, 'sweep.json'), JSON.stringify({ ...record, submissions: [unnoted] }));
    const again = await sweep(await data, sessions);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain(`with Slurm already, job ${job}`);
    await cli('sweep', 'cancel', sessions);
  });

  it('a node that cannot write the folder is told as that', async () => {
    const sessions = temporaryFolder();
    const { job } = await submitted(await data, sessions, '--sbatch', '--hold');
    const folder = join(
      sessions,
      'sweep/slurm',
      JSON.parse(read(sessions, 'sweep.json')).submissions[0].name,
    );
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    run('scontrol', 'release', job);
    await ended(job);
    const [{ state, cause }] = await statuses(sessions);
    expect(state).toBe('failed');
    expect(cause).toContain('could not write the output file');
    run('scancel', '-u', run('id', '-un'));
  });

  it('what the scheduler refuses is said in its words, then ours; nothing is left of it', async () => {
    const sessions = temporaryFolder();
    const refused = await sweep(await data, sessions, '--partition', 'nope');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/[Ii]nvalid partition.*the partitions there are: batch, urgent/s);
    expect(JSON.parse(read(sessions, 'sweep.json')).submissions).toEqual([]);
    expect((await statuses(sessions))[0].state).toBe('not started');
  });

  function outcomeOf(sessions: string, name = NAME): string {
    const path = join(sessions, 'sweep/outcomes', `${name.replaceAll('/', '-')}.json`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }
});
