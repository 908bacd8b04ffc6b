/** What can go wrong with a training run, on the built command line: what is said, the exit status, and what is left. */
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isTemporaryName } from '../../src/files/whole-file.ts';
import { type Ended, ncpTrain, start, temporaryFolder } from '../e2e/command-line.ts';
import { smallDisk } from '../small-disk.ts';
import { filesIn, passiveFolder, passiveRun, read, resultsOf, writeRecordings } from '../tiny-runs.ts';

const recordings = (salt = 0) => writeRecordings(temporaryFolder(), ['a', 'b', 'c'], salt);

/** No stack, ever. */
function expectInWords({ stderr }: Ended): void {
  expect(stderr).not.toMatch(/\n {4}at |This is a bug/);
}

/** Starts a run that would take long, and does something with it when it has trained some batches. */
async function underWay(args: string[], act: (pid: number) => Promise<void> | void): Promise<Ended> {
  const { child, ended } = start([...args, '--log_period', '1']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: string) => {
      // Said after five batches, if there are as many left in the epoch that is resumed, or after it.
      if (/ms a batch|^epoch \d+: /m.test(text)) resolve();
    });
    child.once('exit', () => resolve());
  });
  await act(child.pid as number);
  return ended;
}

/** The words of the command that a stopped run says. */
function resumeCommand({ stdout }: Ended): string[] {
  const [, line] = /to go on: ncp-train (.*)/.exec(stdout) ?? [];
  if (line === undefined) throw new Error(`no resume command in: ${stdout}`);
  return line.split(' ');
}

test('a run in use is refused, a dead one’s lock taken over; SIGTERM and SIGUSR2 end with the command to go on', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  const run = passiveRun(data, folder, 'vanilla', '--epochs', '1000');
  await underWay(run, async (pid) => {
    const second = await ncpTrain([...run, '--resume']);
    expect(second.status).toBe(2);
    expect(second.stderr).toContain(`is in use by process ${pid}`);
    process.kill(pid, 'SIGKILL');
  });
  const terminated = await underWay([...run, '--resume'], (pid) => void process.kill(pid, 'SIGTERM'));
  expect(terminated.status, terminated.stderr).toBe(143);
  const again = resumeCommand(terminated);
  expect(again).toEqual(
    expect.arrayContaining(['passive', '--model', 'vanilla', '--experiment_id', '0', '--resume']),
  );
  const told = await underWay(again, (pid) => void process.kill(pid, 'SIGUSR2'));
  expect(told.status, told.stderr).toBe(143);
  const interrupted = await underWay(resumeCommand(told), (pid) => void process.kill(pid, 'SIGINT'));
  expect(interrupted.status, interrupted.stderr).toBe(130);
});

test('a run is not resumed on other recordings, nor tested on them unasked', async () => {
  const data = await recordings();
  const folder = temporaryFolder();
  expect((await ncpTrain(passiveRun(data, folder, 'vanilla', '--epochs', '0'))).status).toBe(0);
  await writeRecordings(data, ['b'], 77);
  const resumed = await ncpTrain(passiveRun(data, folder, 'vanilla', '--epochs', '1', '--resume'));
  expect(resumed.status).toBe(2);
  expect(resumed.stderr).toContain('the recordings are others');
  const run = passiveFolder(folder, 'vanilla');
  const tested = await ncpTrain(['test', run, '--backend', 'wasm']);
  expect(tested.status).toBe(2);
  expect(tested.stderr).toContain('does not hold the recordings any more');
  expect((await ncpTrain(['test', run, '--data', data, '--backend', 'wasm'])).status).toBe(0);
});

test.each([
  ['vanilla', '1'],
  ['wm', '1'],
  ['vanilla', '2'],
])(
  '%s diverges on %s workers: status 4 with batch, gradient norm and the checkpoint that is kept',
  async (model, workers) => {
    const data = await recordings();
    const folder = temporaryFolder();
    const ended = await ncpTrain(passiveRun(data, folder, model, '--lr', '1e37', '--workers', workers));
    expect(ended.status, ended.stderr).toBe(4);
    expect(ended.stderr).toMatch(
      /training diverged in epoch 0, batch \d+ of 12 \(the batch before had .*gradient norm/,
    );
    expect(ended.stderr).toContain('checkpoints/epoch_000 is kept');
    expectInWords(ended);
    const run = passiveFolder(folder, model);
    expect(JSON.parse(read(run, 'run.json')).state).toBe('failed');
    expect((await ncpTrain(['test', run, '--backend', 'wasm'])).status).toBe(0); // the weights are good
  },
);

describe('damage', () => {
  test('a truncated newest checkpoint is passed over and named; what it held is trained again', async () => {
    const data = await recordings();
    const [whole, broken] = [temporaryFolder(), temporaryFolder()];
    const args = (folder: string, ...more: string[]) => passiveRun(data, folder, 'vanilla', ...more);
    expect((await ncpTrain(args(whole))).status).toBe(0);
    const run = passiveFolder(broken, 'vanilla');
    await underWay(args(broken), (pid) => void process.kill(pid, 'SIGINT'));
    const last = read(run, 'checkpoints/last').trim();
    expect(last).not.toBe('epoch_000');
    truncateSync(join(run, 'checkpoints', last, 'weights.safetensors'), 1000);
    const ended = await ncpTrain(args(broken, '--resume'));
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stderr).toMatch(new RegExp(`${last} cannot be used: .*weights`));
    expect(ended.stderr).toContain('going on from epoch_000 instead');
    expect(resultsOf(run)).toEqual(resultsOf(passiveFolder(whole, 'vanilla')));
  });

  test('of config.yaml, run.json and train_log.csv is said in words', async () => {
    const data = await recordings();
    const folder = temporaryFolder();
    const args = passiveRun(data, folder, 'vanilla', '--epochs', '1');
    expect((await ncpTrain(args)).status).toBe(0);
    const run = passiveFolder(folder, 'vanilla');
    const kept = join(folder, 'kept');
    cpSync(run, kept, { recursive: true });
    const damages: [string, (text: Buffer) => string | Buffer, number, RegExp][] = [
      ['config.yaml', (text) => text.subarray(0, 300), 2, /config\.yaml|the run has not given/],
      ['config.yaml', () => 'a: [1,', 2, /config\.yaml cannot be read/],
      ['config.yaml', () => 'lr: much\n', 2, /config\.yaml.*lr/s],
      ['config.yaml', () => '', 2, /config\.yaml cannot be read \(it holds no entries\)/],
      ['run.json', (text) => text.subarray(0, 100), 2, /run\.json cannot be read.*--new/s],
      ['run.json', () => '{"format":"ncp-train run 1"}', 2, /run\.json: state is missing/],
      ['run.json', () => '[]', 2, /run\.json cannot be read/],
      [
        'train_log.csv',
        () => Buffer.of(0, 255, 10, 44, 44),
        0,
        /rows of train_log\.csv had been altered; they were written anew/,
      ],
    ];
    for (const [file, damaged, status, words] of damages) {
      rmSync(run, { recursive: true });
      cpSync(kept, run, { recursive: true });
      writeFileSync(join(run, file), damaged(readFileSync(join(run, file))));
      const where = ['--model', 'vanilla', '--experiment_id', '0', '--sessions_dir', folder, '--resume'];
      const ended = await ncpTrain(['passive', ...where, '--epochs', '2', '--data', data]);
      expect(ended.stderr, file).toMatch(words);
      expect(ended.status, file).toBe(status);
      expectInWords(ended);
    }
  });
});

describe('a full disk', () => {
  const disk = smallDisk(6);
  test.skipIf(!disk.present)(
    disk.title('stops a run with status 3, nothing half-written, and it goes on once there is room'),
    async () => {
      const data = await recordings();
      const [whole, cache] = [temporaryFolder(), temporaryFolder()];
      const args = (folder: string, ...more: string[]) =>
        passiveRun(data, folder, 'vanilla', '--epochs', '4', '--cache_dir', cache, ...more);
      expect((await ncpTrain(args(whole))).status).toBe(0);
      // Room for the first checkpoints, of about 1 MB each, but not for all that are kept at a time.
      const filler = join(disk.path, 'filler');
      writeFileSync(filler, Buffer.alloc(3.2e6));
      const full = await ncpTrain(args(disk.path));
      expect(full.stderr).toContain('the disk is full');
      expect(full.status, full.stderr).toBe(3);
      expectInWords(full);
      const run = passiveFolder(disk.path, 'vanilla');
      expect(filesIn(run).filter((name) => isTemporaryName(basename(name)))).toEqual([]);
      const last = read(run, 'checkpoints/last').trim();
      expect(filesIn(run)).toContain(`checkpoints/${last}/weights.safetensors`);
      rmSync(filler);
      const resumed = await ncpTrain(args(disk.path, '--resume'));
      expect(resumed.status, resumed.stderr).toBe(0);
      expect(resultsOf(run)).toEqual(resultsOf(passiveFolder(whole, 'vanilla')));
    },
  );
});
