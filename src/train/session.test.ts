/** A run's start and its paths, by the command line: mistakes leave nothing, and its paths hold from anywhere. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { passiveFolder, passiveRun, read, writeRecordings } from '../../test/tiny-runs.ts';
import { main } from '../cli/main.ts';
import { recordText } from './run/run-record.ts';

const home = process.cwd();
let root: string;
let stdout: string[];
let stderr: string[];

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'session-')));
  mkdirSync(join(root, 'project'));
  mkdirSync(join(root, 'elsewhere'));
  process.chdir(join(root, 'project'));
  await writeRecordings('drives', ['a', 'b', 'c']);
});
beforeEach(() => {
  process.chdir(join(root, 'project'));
  stdout = [];
  stderr = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void stdout.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error'); // of main
});
afterAll(() => {
  process.chdir(home);
  rmSync(root, { recursive: true });
});

const run = (...more: string[]) =>
  main([
    ...passiveRun('drives', 'sessions', 'vanilla'),
    ...(more.includes('wm') ? [] : ['--lstm_size', '2']),
    ...more,
  ]);
const FOLDER = passiveFolder('sessions', 'vanilla');

describe('a mistake at the start leaves no run', () => {
  it.each([
    [['--data', 'nowhere'], 3, 'nowhere: there is no such folder'],
    [['--experiment_id', '7'], 2, 'there are 3 folds'],
    [['--folds', 'nowhere.yaml'], 3, 'folds file nowhere.yaml'],
    [['--folds', 'auto:9'], 3, 'needs at least 9 recordings'],
    [['--model', 'wm', '--wiring', 'nowhere.json'], 2, 'the wiring nowhere.json cannot be used'],
    [['--seq_len', '500'], 3, 'a batch of 2 sequences of 500 frames needs 1000 training frames'],
    [['--batch_size', '1', '--seq_len', '75'], 3, 'no sequence of 75 frames'],
    [['--label_scale', '1e30'], 2, 'too large to compute with; give a smaller --label_scale'],
    [['--curve_factor', '1000'], 2, 'its weight in the loss, exp(1000·0.9999), is too large'],
    [['--precision', 'bf16'], 2, 'bf16'],
  ])('%j: status %i, %s', async (flags, status, message) => {
    expect([await run(...flags), stderr.join('')]).toEqual([status, expect.stringContaining(message)]);
    expect(existsSync('sessions/passive')).toBe(false);
  });
});

describe('a run that was trained in another folder', () => {
  const there = join('..', 'project', FOLDER);
  const resume = (...more: string[]) =>
    main([
      'passive',
      '--model',
      'vanilla',
      '--experiment_id',
      '0',
      '--resume',
      '--quiet',
      '--sessions_dir',
      '../project/sessions',
      ...more,
    ]);
  const startedIn = (cwd?: string) => {
    const path = join(root, 'project', FOLDER, 'run.json');
    writeFileSync(path, recordText({ ...JSON.parse(read(path)), cwd }));
  };
  const test = async (run: string) => {
    stdout = [];
    return [await main(['test', run, '--json']), stderr.splice(0).join('')];
  };

  it('is tested and resumed from anywhere', async () => {
    await run('--quiet', '--epochs', '0', '--loaders', '0');

    // As a project that was moved from another machine, runs and recordings.
    startedIn('/gone/with/its/machine');
    expect(await test(FOLDER)).toEqual([0, '']);

    // As a run of an earlier version, which does not record where it was started.
    startedIn(undefined);
    expect(await test(FOLDER)).toEqual([0, '']);
    process.chdir(join(root, 'elsewhere'));
    const words = /was trained with --data drives, which is not here.*does not record which that is/;
    expect(await test(there)).toEqual([2, expect.stringMatching(words)]);
    expect([await resume(), stderr.splice(0).join('')]).toEqual([2, expect.stringMatching(words)]);

    startedIn(join(root, 'project'));
    expect(await test(there)).toEqual([0, '']);
    expect(JSON.parse(stdout[0]).data).toBe(join(root, 'project', 'drives'));
    expect([await resume('--final'), stderr.join('')]).toEqual([0, '']);
    expect(read(there, 'final.csv')).toMatch(/test_loss.*\n0,/); // the test split was found too
    expect(readdirSync('.')).toEqual([]); // neither a run nor a cache

    process.chdir(join(root, 'project'));
    // A renamed folder of runs is where it is, not where config.yaml says.
    renameSync('sessions', 'renamed');
    const renamed = ['--sessions_dir', 'renamed', '--resume', '--quiet'];
    expect(await main(['passive', '--model', 'vanilla', '--experiment_id', '0', ...renamed])).toBe(0);
    expect(stdout.at(-1)).toContain(`${passiveFolder('renamed', 'vanilla')}: already finished`);
  });
});
