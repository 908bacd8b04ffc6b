/** A run's folder: made whole, never overwritten, resumed only as what it was, locked while it is open. */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { save, trainee } from '../../../test/programs/train-by-name.ts';
import { useBackend } from '../../backend/choose.ts';
import { ConfigError, DataError } from '../../errors.ts';
import { passiveOptions } from '../../options/schema.ts';
import { openRun, type Run, type RunRequest } from './run-folder.ts';
import type { RunFacts } from './run-record.ts';

let parent: string;
let folder: string;
let stderr: string[];
const runs: Run[] = [];

beforeAll(async () => {
  await useBackend('wasm');
});
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'runs-'));
  folder = join(parent, 'passive', 'wm_session', 'experiment_4');
  stderr = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr.push(String(text));
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const run of runs.splice(0)) await run.close();
  await rm(parent, { recursive: true });
});

const CONFIG = passiveOptions.parse({ model: 'wm', experiment_id: 4, epochs: 2 });
const FACTS: RunFacts = { argv: ['passive'], fingerprint: 'abc', backend: 'wasm', versions: { node: '20' } };

async function open(request: Partial<RunRequest> = {}): Promise<Run> {
  const run = await openRun({ folder, resume: 'no', fresh: false, config: CONFIG, facts: FACTS, ...request });
  runs.push(run);
  return run;
}

/** Opens, does something, closes. */
async function with_(request: Partial<RunRequest>, action: (run: Run) => Promise<void> = async () => {}) {
  const run = await open(request);
  await action(run);
  await runs.pop()?.close();
  return run;
}

const record = async (of = folder) => JSON.parse(await readFile(join(of, 'run.json'), 'utf8'));
const listed = async (of: string) => (await readdir(of)).sort();

describe('a new run', () => {
  it('has its options, its facts and a log from the first moment', async () => {
    const run = await open();
    expect(run.state).toBe('new');
    expect(run.checkpoint).toBeUndefined();
    expect(await listed(folder)).toEqual(['config.yaml', 'log.jsonl', 'run.json']);
    expect(passiveOptions.parse(parse(await readFile(join(folder, 'config.yaml'), 'utf8')))).toEqual(CONFIG);
    expect(await record()).toEqual({
      format: 'ncp-train run 1',
      state: 'running',
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      cwd: process.cwd(),
      ...FACTS,
      resumed: [],
      digest: expect.stringMatching(/^[\da-f]{64}$/),
    });
    await run.setState('failed', { error: 'training diverged' });
    expect(await record()).toMatchObject({
      state: 'failed',
      ended: expect.any(String),
      error: 'training diverged',
    });
  });

  it('may begin in an empty folder', async () => {
    await mkdir(folder, { recursive: true });
    expect((await open()).state).toBe('new');
  });

  it('sweeps away what one killed while it was made left', async () => {
    const left = join(folder, '..', '.experiment_4.00000000-0000-4000-8000-000000000000.tmp');
    await mkdir(left, { recursive: true });
    await with_({});
    expect(await listed(join(folder, '..'))).toEqual(['experiment_4']);
  });

  it('its notes go to stderr and to the log', async () => {
    await with_({}, async (run) => run.note('the road is wet'));
    await with_({ resume: 'must' }, async (run) => run.log.info({ epoch: 3 }, 'validated'));
    const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, msg: 'the road is wet', time: expect.stringMatching(/Z$/) },
      { level: 30, msg: 'validated', epoch: 3 },
    ]);
    expect(stderr).toEqual(['warning: the road is wet\n']);
  });

  it('half a line that a killed process left in the log stays a line of its own', async () => {
    await with_({});
    await appendFile(join(folder, 'log.jsonl'), '{"level":30,"ms');
    await with_({ resume: 'must' }, async (run) => run.log.info('again'));
    const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('{"level":30,"ms');
    expect(JSON.parse(lines[1])).toMatchObject({ msg: 'again' });
  });

  it('in a place that cannot be written is a data error, and nothing is left', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(open({ folder: join(parent, 'file', 'wm', 'experiment_4') })).rejects.toThrow(DataError);
    expect(await listed(parent)).toEqual(['file']);
  });
});

describe('a run that is there', () => {
  it('is refused without --resume or --new, naming both and --base_path', async () => {
    await with_({});
    await save(folder, trainee(), 0);
    await expect(open()).rejects.toThrow(ConfigError);
    await expect(open()).rejects.toThrow(/\(a run, interrupted\)\. --resume .* --new .* --base_path NAME/);
  });

  it('files that are no run are not written over either', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'thesis.tex'), '');
    await expect(open()).rejects.toThrow(/\(something else\)/);
    await expect(open({ resume: 'auto' })).rejects.toThrow(/config\.yaml is missing/);
  });

  it('is moved aside by --new, each time to the next number', async () => {
    for (const seed of [1, 2, 3]) await with_({ fresh: true, config: { ...CONFIG, seed } });
    expect(await listed(join(folder, '..'))).toEqual(['experiment_4', 'experiment_4.1', 'experiment_4.2']);
    const seeds = await Promise.all(
      ['.1', '.2', ''].map(
        async (end) => parse(await readFile(join(folder + end, 'config.yaml'), 'utf8')).seed,
      ),
    );
    expect(seeds).toEqual([1, 2, 3]);
    expect(stderr.at(-1)).toBe(`warning: the run that was in ${folder} is now ${folder}.2\n`);
  });

  it('is kept from a second process, and let go of', async () => {
    const run = await open();
    await expect(open({ resume: 'auto' })).rejects.toThrow(`in use by process ${process.pid}`);
    await expect(open({ fresh: true })).rejects.toThrow(ConfigError);
    await run.close();
    expect((await open({ resume: 'auto' })).state).toBe('resumed');
  });
});

describe('a run that ended before its first checkpoint', () => {
  const corrected = { ...CONFIG, lr: 0.1 };

  it.each(['no', 'auto', 'must'] as const)(
    'is started over with other options (resume %s); nothing of it is lost',
    async (resume) => {
      await with_({}, async (run) => {
        run.log.error('the engine is cold');
        await run.setState('failed', { cause: 'the engine is cold' });
      });
      const run = await with_({ resume, config: corrected, facts: { ...FACTS, fingerprint: 'xyz' } });
      expect([run.state, run.checkpoint]).toEqual(['new', undefined]);
      expect(stderr).toEqual([
        expect.stringMatching(
          /^warning: the run in .* ended before its first checkpoint \(failed: the engine is cold\) and is started over; its log/,
        ),
      ]);
      expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8')).lr).toBe(0.1);
      const { before, ...now } = await record();
      expect(now).toMatchObject({ state: 'running', fingerprint: 'xyz', resumed: [] });
      expect(now).not.toHaveProperty('cause');
      expect(before).toEqual([
        expect.objectContaining({
          state: 'failed',
          cause: 'the engine is cold',
          fingerprint: 'abc',
          options: expect.objectContaining({ lr: 0.0005 }),
        }),
      ]);
      expect(await readFile(join(folder, 'log.jsonl'), 'utf8')).toMatch(
        /the engine is cold"\}\n.*started over/,
      );
      await with_({ config: CONFIG });
      expect((await record()).before.map(({ options }: { options: object }) => options)).toMatchObject([
        { lr: 0.0005 },
        { lr: 0.1 },
      ]);
      expect(await listed(join(folder, '..'))).toEqual(['experiment_4']);
    },
  );

  it('is not started over while a process has it', async () => {
    await open();
    await expect(open({ config: corrected })).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('with a log of epochs it did train: its checkpoints were deleted, and its log is kept', async () => {
    await with_({});
    const log = 'epoch,train_loss,train_mae,valid_loss,valid_mae\n0,1,1,1,1\n';
    await writeFile(join(folder, 'train_log.csv'), log);
    await expect(open()).rejects.toThrow(/is there already/);
    await expect(open({ resume: 'auto' })).rejects.toThrow(/no checkpoint any more to go on from; --new/);
    expect(await readFile(join(folder, 'train_log.csv'), 'utf8')).toBe(log);
  });
});

describe('from another folder', () => {
  const home = process.cwd();
  afterEach(() => process.chdir(home));

  it('the same paths are the same; what is typed there is recorded as absolute', async () => {
    await mkdir(join(parent, 'project'));
    await mkdir(join(parent, 'elsewhere'));
    process.chdir(join(parent, 'project'));
    const project = process.cwd();
    const config = { ...CONFIG, data: 'drives', folds: 'mine.yaml', sessions_dir: parent };
    await with_({ config });
    await save(folder, trainee(), 0);
    process.chdir(join(parent, 'elsewhere'));
    await with_({
      resume: 'must',
      config: { ...config, data: '../project/drives', folds: join(project, 'mine.yaml') },
    });
    expect((await record()).resumed[0].changed).toEqual({});
    await expect(open({ resume: 'must', config })).rejects.toThrow('folds is "mine.yaml"');
    await with_({ resume: 'must', config: { ...config, data: 'here', folds: join(project, 'mine.yaml') } });
    expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8')).data).toBe(join(process.cwd(), 'here'));
    expect((await record()).cwd).toBe(project);
  });

  it('a run of an earlier version records where it is resumed', async () => {
    await with_({});
    const { cwd: _, digest: __, ...old } = await record();
    await writeFile(join(folder, 'run.json'), JSON.stringify(old));
    await with_({ resume: 'must' });
    expect((await record()).cwd).toBe(home);
  });
});

describe('resume', () => {
  it('must have something to resume; auto begins', async () => {
    await expect(open({ resume: 'must' })).rejects.toThrow(/there is no run to resume in .*experiment_4/);
    expect((await open({ resume: 'auto' })).state).toBe('new');
  });

  it('of nothing leaves nothing', async () => {
    await expect(open({ resume: 'must' })).rejects.toThrow(/no run to resume/);
    expect(await listed(parent)).toEqual([]);
  });

  it('with fewer epochs than it has trained is refused, saying how many', async () => {
    await with_({ config: { ...CONFIG, epochs: 9 } });
    await save(folder, trainee(), 3);
    const less = { ...CONFIG, epochs: 2 };
    await expect(open({ resume: 'must', config: less })).rejects.toThrow(
      /^--epochs 2: the run in .* has trained 3 epochs already, and cannot go back; leave --epochs out, or give at least 3/,
    );
    await save(folder, trainee(), 3, 1);
    await expect(open({ resume: 'auto', config: { ...CONFIG, epochs: 3 } })).rejects.toThrow(
      /3 epochs already and 1 batches of another.* at least 4/,
    );
    expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8')).epochs).toBe(9);
    expect((await with_({ resume: 'must', config: { ...CONFIG, epochs: 4 } })).state).toBe('resumed');
  });

  it('contradicts --new', async () => {
    await expect(open({ resume: 'must', fresh: true })).rejects.toThrow(/contradict/);
  });

  it('gives the last checkpoint; before the first there is none', async () => {
    expect((await with_({})).state).toBe('new');
    const before = await with_({ resume: 'must' });
    expect([before.state, before.checkpoint]).toEqual(['resumed', undefined]);
    await save(folder, trainee(), 1, 2);
    const run = await with_({ resume: 'must' });
    expect(run.checkpoint).toMatchObject({ name: 'epoch_001_batch_0002', state: { epoch: 1, batch: 2 } });
    expect(stderr).toEqual([]);
    expect((await record()).resumed).toHaveLength(2);
  });

  it('a damaged checkpoint is named aloud and the one before used', async () => {
    const config = { ...CONFIG, epochs: 3 };
    await with_({ config });
    const who = trainee();
    for (const epoch of [0, 1, 2, 3]) await save(folder, who, epoch);
    await truncate(join(folder, 'checkpoints', 'epoch_003', 'weights.safetensors'), 1000);
    const run = await with_({ resume: 'auto', config });
    expect(run.checkpoint?.name).toBe('epoch_002');
    expect(stderr).toHaveLength(2);
    expect(stderr[0]).toMatch(/^warning: checkpoint epoch_003 cannot be used: .*weights\.safetensors/);
    expect(stderr[1]).toBe('warning: going on from epoch_002 instead\n');
    expect(await readFile(join(folder, 'checkpoints', 'last'), 'utf8')).toBe('epoch_002\n');
    expect(await readFile(join(folder, 'checkpoints', 'best'), 'utf8')).toBe('epoch_000\n');
  });

  it('other options and other data are refused, each named with both values', async () => {
    await with_({});
    await save(folder, trainee(), 0);
    const config = { ...CONFIG, lr: 0.1, model: 'lstm', label_scale: 100, epochs: 3 };
    const message = await open({ resume: 'must', config, facts: { ...FACTS, fingerprint: 'xyz' } }).then(
      () => '',
      (error) => (error instanceof ConfigError ? error.message : String(error)),
    );
    expect(message.split('\n  ').slice(1)).toEqual([
      'model is "lstm", the run has "wm"',
      'lr is 0.1, the run has 0.0005',
      'label_scale is 100, the run has not given',
      'the recordings are others: fingerprint "xyz", the run has "abc"',
    ]);
    expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8')).lr).toBe(0.0005);
  });

  it('an option without effect on it, and one that is younger than the run, keep no run from going on', async () => {
    const { precision: _younger, ...older } = passiveOptions.parse({
      model: 'lstm',
      experiment_id: 4,
      solver: 'rk4',
    });
    await with_({ config: older });
    await save(folder, trainee(), 0);
    const config = passiveOptions.parse({ model: 'lstm', experiment_id: 4 });
    expect((await with_({ resume: 'must', config })).state).toBe('resumed');
    await expect(open({ resume: 'must', config: { ...config, precision: 'bf16' } })).rejects.toThrow(
      'precision is "bf16", the run has "float32"',
    );
  });

  it('which option says the label scale does not matter, only the scale itself', async () => {
    const input = (label_scale: number) => ({ ...FACTS, input: { label_scale } }) as unknown as RunFacts;
    await with_({ config: { ...CONFIG, label_scale: 150 }, facts: input(150) });
    await save(folder, trainee(), 0);
    const config = { ...CONFIG, default_label_scale: 150 };
    expect((await with_({ resume: 'must', config, facts: input(150) })).state).toBe('resumed');
    await expect(open({ resume: 'must', config, facts: input(1000) })).rejects.toThrow(
      'label_scale is not given, the run has 150',
    );
  });

  it('how long it goes on, where things lie and what computes may change, and is recorded', async () => {
    await with_({});
    const config = { ...CONFIG, epochs: 9, data: '/elsewhere', loaders: 0, workers: 1, log_period: 1 };
    expect((await with_({ resume: 'must', config, facts: { ...FACTS, argv: ['again'] } })).state).toBe(
      'resumed',
    );
    expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8'))).toMatchObject({
      epochs: 9,
      workers: 1,
    });
    expect((await record()).resumed).toEqual([
      {
        at: expect.any(String),
        changed: {
          epochs: [2, 9],
          data: ['training_data_passive', '/elsewhere'],
          loaders: [1, 0],
          workers: [0, 1],
          log_period: [5, 1],
        },
        ...FACTS,
        argv: ['again'],
      },
    ]);
  });

  it('what only the last bits depend on is said', async () => {
    await with_({});
    const facts = { ...FACTS, backend: 'tensorflow', versions: { node: '22' } };
    await with_({ resume: 'must', facts });
    expect(stderr).toHaveLength(2);
    expect(stderr[0]).toMatch(
      /^warning: backend: "tensorflow", until now "wasm"; results go on equal to rounding/,
    );
    await with_({ resume: 'must', facts });
    expect(stderr).toHaveLength(2); // compared with the resume before
  });

  it('a finished run is finished, and stays as it is', async () => {
    await with_({}, (run) => run.setState('finished'));
    const before = await record();
    expect((await with_({ resume: 'must' })).state).toBe('finished');
    expect(await record()).toEqual(before);
  });

  it.each([{ epochs: 3 }, { patience: 5 }, { final: true }])('but goes on with %j', async (change) => {
    await with_({}, (run) => run.setState('finished'));
    expect((await with_({ resume: 'must', config: { ...CONFIG, ...change } })).state).toBe('resumed');
    expect(await record()).toMatchObject({ state: 'running' });
    expect(await record()).not.toHaveProperty('ended');
  });

  it('a damaged run.json is named, with what can be done', async () => {
    await with_({});
    await truncate(join(folder, 'run.json'), 10);
    await expect(open({ resume: 'must' })).rejects.toThrow(
      /run\.json cannot be read .*--base_path, or --new/,
    );
    expect((await open({ fresh: true })).state).toBe('new');
  });
});

it('a recording whose frames are others is refused, though the fingerprint has nothing of them; 0.1.0 recorded no digests', async () => {
  const recordings = (digest?: string) => ({
    ...FACTS,
    recordings: [
      { name: 'a.h5', frames: 9, digest: 'a' },
      { name: 'b.h5', frames: 9, digest },
    ],
  });
  await with_({ facts: recordings('b') });
  await save(folder, trainee(), 1);
  const resume = (digest: string) => with_({ resume: 'must', facts: recordings(digest) });
  await expect(resume('c')).rejects.toThrow(
    /cannot be resumed.*\n {2}b\.h5 was altered since the run was started: its frames, labels or times are others/s,
  );
  expect((await resume('b')).state).toBe('resumed');
  const before = join(parent, 'passive', 'wm_session', 'experiment_5');
  await with_({ folder: before, facts: recordings() });
  await save(before, trainee(), 1);
  const run = await with_({ folder: before, resume: 'must', facts: recordings('c') });
  expect(run.state).toBe('resumed');
});
