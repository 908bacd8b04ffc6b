/** Sweeps on the built command line, on tiny recordings: whole, interrupted, failing, twice at once, refused. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTIVE_NAMES, filesIn, passiveRun, read, resultsOf, SMALL, writeRecordings } from '../tiny-runs.ts';
import { ncpTrain, start, temporaryFolder } from './command-line.ts';

const recordings = () => writeRecordings(temporaryFolder(), ['a', 'b', 'c']);

const sweep = (data: string, sessions: string, ...more: string[]) => [
  'sweep',
  'passive',
  '--data',
  data,
  '--sessions_dir',
  sessions,
  '--cache_dir',
  join(sessions, 'cache'),
  '--models',
  'vanilla',
  '--folds',
  'auto:3/0-1',
  ...SMALL,
  '--epochs',
  '1',
  ...more,
];

const states = (json: string) =>
  Object.fromEntries(
    JSON.parse(json).runs.map(({ name, state }: { name: string; state: string }) => [name, state]),
  );

test('a sweep runs its plan, leaves these files, ends with the table; started again it has nothing to do', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const plan = await ncpTrain(sweep(data, folder, '--dry_run'));
  expect(plan.status, plan.stderr).toBe(0);
  expect(plan.stdout).toContain('passive/vanilla_session/experiment_1  not started');
  expect(existsSync(join(folder, 'sweep.json'))).toBe(false);

  const { status, stdout, stderr } = await ncpTrain(sweep(data, folder));
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/^passive\/vanilla_session\/experiment_0: finished \(\d\/2\)$/m);
  expect(stdout).toContain('2 runs, 2 finished');
  expect(stdout).toMatch(/^vanilla +2 /m);
  expect(stdout).toContain('test loss');
  expect(readdirSync(folder).sort()).toEqual(['cache', 'passive', 'sweep', 'sweep.json']);
  expect(filesIn(join(folder, 'sweep'))).toEqual([
    ...[0, 1].map((fold) => `logs/passive-vanilla_session-experiment_${fold}.log`),
    ...[0, 1].map((fold) => `outcomes/passive-vanilla_session-experiment_${fold}.json`),
    'summary.json',
    'summary.txt',
  ]);
  expect(read(folder, 'sweep/summary.txt')).toBe(stdout);
  // Frames were cropped once, before the runs.
  expect(read(folder, 'sweep/logs/passive-vanilla_session-experiment_0.log')).not.toContain('cropping');
  expect(readdirSync(join(folder, 'cache')).filter((name) => name.endsWith('.frames'))).toHaveLength(3);

  // The runs are what single runs are.
  const alone = temporaryFolder();
  const single = await ncpTrain(passiveRun(data, alone, 'vanilla', '--epochs', '1', '--final'));
  expect(single.status, single.stderr).toBe(0);
  const run = 'passive/vanilla_session/experiment_0';
  expect(resultsOf(join(folder, run))).toEqual(resultsOf(join(alone, run)));

  const before = resultsOf(join(folder, run));
  const again = await ncpTrain(sweep(data, folder, '--json'));
  expect(again.status, again.stderr).toBe(0);
  expect(again.stderr).toContain('nothing is left to do');
  expect(Object.values(states(again.stdout))).toEqual(['finished', 'finished']);
  expect(JSON.parse(again.stdout).results.tables[0].models[0]).toMatchObject({ model: 'vanilla', n: 2 });
  expect(resultsOf(join(folder, run))).toEqual(before);

  // More epochs make finished runs go on, one more model joins; other options are refused.
  const other = await ncpTrain(sweep(data, folder, '--lr', '0.1'));
  expect(other.status).toBe(2);
  expect(other.stderr).toMatch(/experiment_0: lr is 0.1, the run has 0.0005/);
  const looked = await ncpTrain(['sweep', 'status', folder, '--json']);
  expect(states(looked.stdout)).toEqual(states(again.stdout));
});

test('one failed run stands in the table with its cause, the others finish, status 1', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  // A learning rate with which the weights leave the finite numbers.
  const { status, stdout } = await ncpTrain(
    sweep(data, folder, '--folds', 'auto:3/0', '--set', 'lr=1e-3,1e30', '--json'),
  );
  expect(status).toBe(1);
  expect(states(stdout)).toEqual({
    'passive/vanilla_session-lr-0.001/experiment_0': 'finished',
    'passive/vanilla_session-lr-1e_30/experiment_0': 'failed',
  });
  expect(JSON.parse(stdout).runs[1].cause).toContain('training diverged');
  const text = await ncpTrain(['sweep', 'status', folder]);
  expect(text.stdout).toMatch(/lr-1e_30\/experiment_0 +failed .*training diverged/);
});

test('Ctrl-C writes checkpoints of all; killed -9 and started again nothing is lost or run twice', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const epochs = 6;
  const args = sweep(data, folder, '--epochs', `${epochs}`, '--log_period', '1');
  const first = start(args);
  await seen(
    first.child.stderr,
    /experiment_0: epoch 0 of 6[\s\S]*experiment_1: epoch 0|experiment_1: epoch 0 of 6[\s\S]*experiment_0: epoch 0/,
  );
  signalAll(first.child, 'SIGSTOP'); // it and its runs do not end before another program has looked
  const second = await ncpTrain(args);
  expect(second.status).toBe(2);
  expect(second.stderr).toMatch(/a sweep runs in .* already: process \d+/);
  first.child.kill('SIGINT');
  signalAll(first.child, 'SIGCONT');
  const stopped = await first.ended;
  expect(stopped.status, stopped.stderr).toBe(130);
  expect(stopped.stdout).toContain('2 stopped');
  for (const fold of [0, 1]) {
    expect(read(folder, `passive/vanilla_session/experiment_${fold}/checkpoints/last`)).toMatch(/^epoch_/);
  }

  // Killed: its runs live on; the next sweep waits for them, and starts none twice.
  const killed = start(args);
  await seen(killed.child.stderr, /experiment_\d: epoch/);
  signalAll(killed.child, 'SIGSTOP');
  killed.child.kill('SIGKILL');
  await killed.ended;
  const waiting = start(args);
  await seen(waiting.child.stderr, /process \d+ has it/);
  signalAll(killed.child, 'SIGCONT');
  const last = await waiting.ended;
  expect(last.status, last.stderr).toBe(0);
  expect(last.stdout).toContain('2 finished');
  for (const fold of [0, 1]) {
    const run = join(folder, `passive/vanilla_session/experiment_${fold}`);
    const log = read(run, 'train_log.csv').trimEnd().split('\n').slice(1);
    expect(log.map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: epochs + 1 }, (_, n) => n),
    );
  }
});

test('sweep cancel stops a sweep of this machine with checkpoints', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const running = start(sweep(data, folder, '--epochs', '1000', '--folds', 'auto:3/0', '--log_period', '1'));
  await seen(running.child.stderr, /epoch 0/);
  const cancelled = await ncpTrain(['sweep', 'cancel', folder]);
  expect(cancelled.stdout).toContain('told to stop');
  expect((await running.ended).status).toBe(143);
  const status = await ncpTrain(['sweep', 'status', folder, '--json']);
  expect(Object.values(states(status.stdout))).toEqual(['stopped']);
  expect((await ncpTrain(['sweep', 'cancel', folder])).stdout).toContain('nothing runs');
});

test('crossval is all folds of a model; sweep active needs none', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const common = ['--sessions_dir', folder, '--cache_dir', join(folder, 'cache'), ...SMALL, '--epochs', '1'];
  const cross = await ncpTrain([
    'crossval',
    '--model',
    'vanilla',
    '--data',
    data,
    '--folds',
    'auto:3',
    ...common,
  ]);
  expect(cross.status, cross.stderr).toBe(0);
  expect(cross.stdout).toContain('3 runs, 3 finished');
  const active = await writeRecordings(temporaryFolder(), ACTIVE_NAMES);
  const models = ['--models', 'vanilla,gru'];
  const swept = await ncpTrain(['sweep', 'active', ...models, '--data', active, ...common, '--json']);
  expect(swept.status, swept.stderr).toBe(0);
  // Both stand in one sweep.json.
  expect(Object.values(states(swept.stdout))).toEqual(Array(5).fill('finished'));
});

test('what cannot be is refused before anything starts', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const refused = async (status: number, message: RegExp, ...more: string[]) => {
    const ended = await ncpTrain(sweep(data, join(folder, 's'), ...more));
    expect(ended.status, ended.stderr).toBe(status);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toContain('    at ');
  };
  await refused(2, /unknown model "vanila"; did you mean "vanilla"/, '--models', 'vanila');
  await refused(
    2,
    /folds "auto:3\/7": fold 7 is not there; these recordings have folds 0 to 2/,
    '--folds',
    'auto:3/7',
  );
  await refused(3, /no test recording of fold 0.*--folds auto:K/, '--folds', '0-9');
  await refused(2, /expected numbers such as 0-9/, '--folds', 'none');
  await refused(3, /there is no such folder/, '--data', join(data, 'nowhere'));
  await refused(2, /lrr/, '--lrr', '1');
  await refused(2, /unknown executor "slrm"; did you mean "slurm"/, '--executor', 'slrm');
  await refused(2, /--memory 1000000: this machine has/, '--memory', '1000000');
  const ended = await ncpTrain(sweep(data, join(folder, 's'), '--executor', 'slurm'), { PATH: '/nowhere' });
  expect(ended.status).toBe(2);
  expect(ended.stderr).toContain('sbatch, which is not on the PATH');
  expect(existsSync(join(folder, 's/passive'))).toBe(false);

  writeFileSync(join(folder, 'file'), '');
  const unwritable = await ncpTrain(sweep(data, join(folder, 'file/s')));
  expect(unwritable.status).toBe(3);
  expect(unwritable.stderr).toContain('cannot be written');
  expect((await ncpTrain(['sweep', 'status', folder])).stderr).toContain('holds no sweep');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('');
});

/** To a command and all that it started, which are a process group. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(-(child.pid as number), signal);
}

/** Waits for a text on a stream. @throws Error if it ends before */
async function seen(stream: NodeJS.ReadableStream | null, pattern: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((found, fail) => {
    stream?.on('data', (more: string) => {
      text += more;
      if (pattern.test(text)) found();
    });
    stream?.on('end', () => fail(new Error(`not seen: ${pattern} in ${text}`)));
  });
}
