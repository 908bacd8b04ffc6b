/**
 * Single bits flipped in every file that a resume, `results`, the frame cache or a training reads: each is noticed, by a refusal
 * that says which file or by a warning, or changes no number. What would go on is compared in this process, down to the
 * weights and the optimiser's memory, so that a thousand flips take seconds.
 *
 * NCP_FLIPS: how many of each file; NCP_FLIP_SEED draws them.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { openCached } from '../../src/data/frames/frame-cache.ts';
import { createRecording } from '../../src/data/recordings/recording-writer.ts';
import { NcpTrainError } from '../../src/errors.ts';
import { acquireLock, lockFolder } from '../../src/files/lock.ts';
import { buildModel } from '../../src/models/registry.ts';
import { loadWeights } from '../../src/models/weights-file.ts';
import { modelOptions, passiveOptions } from '../../src/options/schema.ts';
import { stream } from '../../src/random/stream.ts';
import { readResults } from '../../src/results/results.ts';
import { adamState } from '../../src/train/optimizer/optimizer.ts';
import { bestCheckpoint, loadCheckpoint } from '../../src/train/run/checkpoint.ts';
import { WEIGHTS_FILE } from '../../src/train/run/checkpoint-folder.ts';
import { openMetrics } from '../../src/train/run/metrics-log.ts';
import { openRun } from '../../src/train/run/run-folder.ts';
import {
  compare,
  configIn,
  FORMAT,
  type RunFacts,
  type RunRecord,
  recordText,
} from '../../src/train/run/run-record.ts';
import { EVENT_FILE, openEvents } from '../../src/train/tensorboard/event-file.ts';
import { dataFingerprint } from '../../src/train/training-data.ts';
import { folderOfFile, ncpTrain } from '../e2e/command-line.ts';
import { filesIn, passiveFolder, passiveRun, writeRecordings } from '../tiny-runs.ts';
import { expectStatus0 } from './commands.ts';

const FLIPS = Number(process.env.NCP_FLIPS ?? 1000);
const SEED = Number(process.env.NCP_FLIP_SEED ?? 20200413);

const parent = folderOfFile();
const sessions = join(parent, 'sessions');
const folder = passiveFolder(sessions, 'wm');
const kept = join(parent, 'kept');
let words: string[] = [];
const totals = { flips: 0, noticed: 0, harmless: 0 };

beforeAll(async () => {
  await useBackend('wasm');
  const data = await writeRecordings(join(parent, 'recordings'), ['a', 'b', 'c'], 0, 48);
  expectStatus0(await ncpTrain(passiveRun(data, sessions, 'wm', '--tensorboard', '--final')));
  rmSync(join(sessions, 'cache'), { recursive: true });
  cpSync(sessions, kept, { recursive: true });
});
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => words.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() =>
  console.log(
    `${totals.flips} flips: ${totals.noticed} noticed, ${totals.harmless} without effect on any number`,
  ),
);

/** What came of reading: a digest of all numbers, or the refusal; and what was said. */
interface Outcome {
  readonly numbers?: string;
  readonly words: string;
}

/** @throws what is none of the errors that are said without a stack */
async function outcomeOf(read: () => Promise<string>): Promise<Outcome> {
  words = [];
  try {
    const numbers = await read();
    return { numbers, words: words.join('') };
  } catch (error) {
    if (!(error instanceof NcpTrainError)) throw error;
    return { words: words.join('') + error.message };
  }
}

/**
 * Flips bits of one file, one at a time.
 *
 * @param read - what goes on from the file; the first time it is as it was written
 * @param restore - puts back what reading changed
 * @returns what was not noticed although numbers are others, and what would end in a stack
 */
async function flipped(
  path: string,
  read: () => Promise<string>,
  restore: () => void,
  altered: (n: number) => void = () => {},
): Promise<string[]> {
  const bytes = readFileSync(path);
  const draws = stream(SEED, 'flips', basename(path));
  const whole = await outcomeOf(read);
  expect(whole.numbers, whole.words).toBeDefined();
  restore();
  expect(await outcomeOf(read)).toEqual(whole);
  restore();
  const faults: string[] = [];
  let noticed = 0;
  for (let n = 0; n < FLIPS && bytes.length > 0; n++) {
    const [at, bit] = [draws.integer(0, bytes.length), draws.integer(0, 8)];
    const copy = Buffer.from(bytes);
    copy[at] ^= 1 << bit;
    writeFileSync(path, copy);
    altered(n);
    const where = `${path.slice(parent.length + 1)}, byte ${at} of ${bytes.length}, bit ${bit}`;
    try {
      const { numbers, words: said } = await outcomeOf(read);
      if (said !== whole.words) noticed += 1;
      else if (numbers !== whole.numbers) faults.push(`${where}: other numbers without a word`);
      if (/\n {4}at /.test(said)) faults.push(`${where}: a stack: ${said}`);
    } catch (error) {
      faults.push(`${where}: ${(error as Error).stack}`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    restore();
  }
  totals.flips += FLIPS;
  totals.noticed += noticed;
  totals.harmless += FLIPS - noticed - faults.length;
  return faults;
}

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
};

/** As a run that was killed leaves it, and as one that ended. */
function restore(state: 'finished' | 'killed'): void {
  rmSync(sessions, { recursive: true, force: true });
  cpSync(kept, sessions, { recursive: true });
  if (state === 'finished') return;
  const path = join(folder, 'run.json');
  const { ended: _, files: __, ...record }: RunRecord = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, recordText({ ...record, state: 'running' }));
  rmSync(join(folder, 'final.csv'));
}

/** All that a resumed run goes on with. */
function resuming(): () => Promise<string> {
  const config = passiveOptions.parse({
    ...configIn(readFileSync(join(folder, 'config.yaml'), 'utf8')),
    epochs: 3,
  });
  const {
    format: _,
    state: __,
    started: ___,
    resumed: ____,
    ...facts
  } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  const { batches } = JSON.parse(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n')[0]);
  const model = buildModel(modelOptions.parse({ model: 'wm' }), 0);
  const best = buildModel(modelOptions.parse({ model: 'wm' }), 0);
  const adam = adamState(model);
  const bytesOf = (values: Float32Array) =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const weightsOf = (of: typeof model) =>
    [...of.weights.values()].map((weight) => bytesOf(weight.dataSync<'float32'>()));
  return async () => {
    const run = await openRun({ folder, resume: 'must', fresh: false, config, facts });
    const ends: (() => void)[] = [];
    try {
      const from = run.checkpoint && (await loadCheckpoint(run.checkpoint.path, model, adam));
      const metrics = await openMetrics(folder, from?.epoch, run.checkpoint?.log);
      ends.push(metrics.close);
      if (metrics.restored || metrics.lost.length > 0) run.note('rows of train_log.csv');
      const place = from ?? { epoch: 0, batch: 0, valid: null };
      const events = await openEvents(folder, place, batches);
      ends.push(events.close);
      if (events.missing.length > 0) run.note(`${EVENT_FILE} lacks epochs`);
      const found = await bestCheckpoint(folder);
      if (found) await loadWeights(join(found.path, WEIGHTS_FILE), best);
      return sha256(
        JSON.stringify([run.checkpoint?.name, from, metrics.digest(), found?.name, found?.state, adam.t]),
        ...weightsOf(model),
        ...weightsOf(best),
        ...[...adam.m.values(), ...adam.v.values()].map(bytesOf),
        readFileSync(join(folder, EVENT_FILE)),
      );
    } finally {
      for (const end of ends) end();
      await run.close();
    }
  };
}

/** All numbers of the table; notes and warnings are said. */
async function results(): Promise<string> {
  const read = await readResults([sessions]);
  return JSON.stringify(read, (key, value) => {
    if (key !== 'notes' && key !== 'warnings') return value;
    words.push(...value.map((note: string) => `${note}\n`));
    return undefined;
  });
}

test.each(['killed', 'finished'] as const)('a %s run: what a resume goes on with', async (state) => {
  restore(state);
  const faults: string[] = [];
  // Checkpoints are the same in both.
  const names = filesIn(folder).filter((name) => state === 'killed' || !name.startsWith('checkpoints/epoch'));
  for (const name of names) {
    restore(state);
    faults.push(...(await flipped(join(folder, name), resuming(), () => restore(state))));
  }
  expect(faults).toEqual([]);
});

test.each(['killed', 'finished'] as const)('a %s run: what `results` tells', async (state) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  restore(state);
  const faults: string[] = [];
  for (const name of filesIn(folder))
    faults.push(...(await flipped(join(folder, name), results, () => undefined)));
  vi.useRealTimers();
  expect(faults).toEqual([]);
});

test('the claim that a killed process left in a lock', async () => {
  const run = join(parent, 'locked');
  const there = join(lockFolder(run), 'f5c0a4d8-6f0e-4a67-9d3a-2f3c2f1f7a10.json');
  const { release } = await acquireLock(run);
  const [claim] = filesIn(lockFolder(run)).filter((name) => name.endsWith('.json'));
  const owner = JSON.parse(readFileSync(join(lockFolder(run), claim), 'utf8'));
  await release();
  const leave = () => {
    rmSync(lockFolder(run), { recursive: true, force: true });
    cpSync(join(parent, 'claim'), lockFolder(run), { recursive: true });
  };
  cpSync(kept, join(parent, 'claim', 'nothing'), { recursive: true });
  rmSync(join(parent, 'claim', 'nothing'), { recursive: true });
  writeFileSync(join(parent, 'claim', basename(there)), JSON.stringify({ ...owner, pid: 2 ** 22 + 1 }));
  writeFileSync(join(parent, 'claim', basename(there).replace('.json', '.held')), '');
  leave();
  const heartbeat = { everyMs: 2, silenceMs: 20 };
  const read = async () => {
    const lock = await acquireLock(run, { heartbeat });
    await lock.requireHeld();
    await lock.release();
    return 'held';
  };
  expect(await flipped(there, read, leave)).toEqual([]);
});

/** Reads a recording through the cache; all that is trained on. */
async function trainedOn(path: string, cacheDir: string) {
  const recording = await openCached(path, { crop: 'full', channelOrder: 'rgb', cacheDir });
  const { labels, timestamps, sequenceStarts, frameFile } = recording;
  const columns = JSON.stringify([[...labels], [...timestamps], sequenceStarts]);
  return { recording, numbers: sha256(columns, readFileSync(frameFile)) };
}

test('an entry of the frame cache, after a write and after a boot', async () => {
  const [cache, original] = [join(parent, 'cache'), join(parent, 'cache.kept')];
  const path = join(await writeRecordings(join(parent, 'one'), ['a'], 0, 4), 'a.h5');
  const read = async () => (await trainedOn(path, cache)).numbers;
  await read();
  await read(); // makes the marker
  const names = filesIn(cache);
  expect(names).toHaveLength(3);
  cpSync(cache, original, { recursive: true, preserveTimestamps: true });
  const faults: string[] = [];
  for (const name of names) {
    const file = join(cache, name);
    const { atime, mtime } = statSync(file);
    // Every other time as a disk alters it: the file has its old time; what was checked in this boot does not count any more.
    const altered = (n: number) => {
      if (n % 2 === 1 || !name.endsWith('.frames')) return;
      utimesSync(file, atime, mtime);
      for (const marker of names.filter((one) => one.endsWith('.checked'))) rmSync(join(cache, marker));
    };
    const put = () => {
      rmSync(cache, { recursive: true });
      cpSync(original, cache, { recursive: true, preserveTimestamps: true });
    };
    put();
    faults.push(...(await flipped(file, read, put, altered)));
  }
  expect(faults).toEqual([]);
});

test.each([false, true])('a recording that is trained on already (compressed: %s)', async (compress) => {
  // Longer than the ranges that the fingerprint has of it.
  const [height, width, frames] = [40, 64, 400];
  const path = join(parent, `long-${compress}.h5`);
  const writer = await createRecording(path, { height, width, compress });
  const draws = stream(SEED, 'long');
  const pixels = Uint8Array.from({ length: frames * height * width * 3 }, () => draws.integer(0, 256));
  const column = (value: (t: number) => number) => Float64Array.from({ length: frames }, (_, t) => value(t));
  writer.append(
    pixels,
    column((t) => Math.sin(t / 9) / 1000),
    column((t) => t / 30),
  );
  await writer.finish();
  const config = passiveOptions.parse({ model: 'wm', experiment_id: 0 });
  const factsOf = (recording: Awaited<ReturnType<typeof openCached>>): RunFacts => ({
    fingerprint: dataFingerprint([recording]),
    recordings: [{ name: recording.name, frames: recording.frames, digest: recording.digest }],
  });
  const cache = join(parent, 'cache-of-long');
  const { recording } = await trainedOn(path, cache);
  const record: RunRecord = {
    format: FORMAT,
    state: 'running',
    started: '',
    resumed: [],
    ...factsOf(recording),
  };
  const read = async () => {
    const now = await trainedOn(path, cache);
    words.push(...compare({ config, record }, config, factsOf(now.recording)).forbidden);
    return now.numbers;
  };
  expect(await flipped(path, read, () => undefined)).toEqual([]);
});
