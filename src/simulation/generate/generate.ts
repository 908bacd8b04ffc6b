/**
 * Makes a folder of simulated drives, one recording a thread at a time. Recordings that are there already, from a run with
 * the same options that was interrupted, are kept; `dataset.yaml` says what was asked for. Every recording follows from
 * the options alone, so the number of threads changes nothing.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { readDatasetConfig, writeDatasetConfig } from '../../data/recordings/dataset-config.ts';
import { DataError, receivedError, UsageError } from '../../errors.ts';
import { isOwnTemporaryName, isTemporaryName } from '../../files/whole-file.ts';
import { reasonOf } from '../../text/reason.ts';
import { startWorker } from '../../threads/thread.ts';
import type { RoadKind } from '../road/road-kind.ts';
import type { GenerateReply, GenerateTask } from './generate-worker.ts';
import { recordingNames } from './recording-names.ts';

export interface GenerateOptions {
  readonly kind: RoadKind;
  readonly out: string;
  /** Of every recording. */
  readonly frames: number;
  /** How many of the kind's names. */
  readonly recordings: number;
  /** Of the frames, pixels. */
  readonly height: number;
  readonly width: number;
  readonly compress: boolean;
  readonly seed: number;
  /** Threads. */
  readonly workers: number;
  /** Deletes the set's recordings that are there already, and makes them anew. */
  readonly force: boolean;
}

/** What is to be done, known before anything is written. */
export interface GeneratePlan {
  readonly options: GenerateOptions;
  /** Names of the recordings to make, and of those that are there already. */
  readonly missing: readonly string[];
  readonly kept: readonly string[];
  /** On disk, without compression. */
  readonly bytes: number;
  /** Free where they go. */
  readonly free: number;
}

/** What HDF5 adds to a frame and to a file, about. */
const FRAME_OVERHEAD = 160;
const FILE_OVERHEAD = 20_000;

/**
 * Looks at the folder and at the disk.
 * @throws UsageError where the folder holds something else, or there are fewer names than recordings asked for
 * @throws DataError where the disk has no room
 */
export async function planGeneration(options: GenerateOptions): Promise<GeneratePlan> {
  const { kind, out, recordings, frames, height, width } = options;
  const known = recordingNames(kind);
  if (recordings > known.length) {
    throw new UsageError(
      `${recordings} recordings: the ${kind} set has ${known.length} names, so at most as many`,
    );
  }
  const names = known.slice(0, recordings);
  const there = recordingsThere(options, names);
  const missing = names.filter((name) => options.force || !there.includes(name));
  const bytes = missing.length * (frames * (height * width * 3 + FRAME_OVERHEAD) + FILE_OVERHEAD);
  const { bavail, bsize } = await statfs(nearestFolder(resolve(out)));
  const freed = options.force ? there.reduce((sum, name) => sum + statSync(join(out, name)).size, 0) : 0;
  const plan = {
    options,
    missing,
    kept: names.filter((name) => !missing.includes(name)),
    bytes,
    free: bavail * bsize + freed,
  };
  if (!options.compress && plan.bytes > plan.free) {
    throw new DataError(
      `${out}: ${gigabytes(bytes)} are needed and ${gigabytes(plan.free)} are free. ` +
        'Give another folder, or less with --frames, --recordings or --size; --compress saves about a third',
    );
  }
  return plan;
}

export const gigabytes = (bytes: number) =>
  bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** What determines the recordings; what may differ between a run and its continuation is left out. */
function sourceOf({ kind, seed, frames, height, width }: GenerateOptions): string {
  return `ncp-train data generate ${kind} --seed ${seed} --frames ${frames} --size ${height}x${width}`;
}

/** The recordings of an earlier run in the folder. */
function recordingsThere(options: GenerateOptions, names: readonly string[]): string[] {
  const { out, force } = options;
  const status = existsSync(out) ? statSync(out) : undefined;
  if (status === undefined) return [];
  if (!status.isDirectory()) throw new UsageError(`--out ${out}: this is a file; give a folder`);
  const entries = readdirSync(out).filter((name) => !isTemporaryName(name));
  if (entries.length === 0) return [];
  const recordings = entries.filter((name) => name.endsWith('.h5'));
  const other = recordings.find((name) => !recordingNames(options.kind).includes(name));
  if (other !== undefined) {
    throw new UsageError(`--out ${out}: ${other} there is no recording of this set; give another folder`);
  }
  if (force) return recordings;
  const source = entries.includes('dataset.yaml') ? readDatasetConfig(out).source : undefined;
  if (source !== sourceOf(options)) {
    const what = source?.startsWith('ncp-train data generate')
      ? `made by \`${source}\``
      : `with ${entries[0]}`;
    throw new UsageError(
      `--out ${out}: the folder is not empty (${what}); this run is \`${sourceOf(options)}\`. ` +
        'Give another folder, or --force to make its recordings anew',
    );
  }
  return recordings.filter((name) => names.includes(name));
}

/** The folder, or the nearest one above it that exists. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/**
 * Makes what the plan says is missing.
 * @param onFrames - called with the number of frames made since the last call
 * @param signal - ends the work; finished recordings stay, nothing else does
 * @throws DataError when the disk is full or fails; finished recordings stay
 * @throws the signal's reason
 */
export async function generateDrives(
  plan: GeneratePlan,
  onFrames: (count: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { options, missing } = plan;
  try {
    mkdirSync(options.out, { recursive: true });
  } catch (error) {
    throw new DataError(`--out ${options.out} cannot be made: ${reasonOf(error)}`);
  }
  if (options.force) {
    // All of the set, also what is not made anew: drives of two runs do not belong together.
    for (const name of recordingNames(options.kind)) rmSync(join(options.out, name), { force: true });
  }
  writeDatasetConfig(options.out, {
    crop: 'paper',
    channel_order: 'rgb',
    label_sign: 1,
    folds: 'paper',
    source: sourceOf(options),
  });
  const queue = [...missing];
  const workers: Worker[] = [];
  try {
    await new Promise<void>((done, fail) => {
      if (signal?.aborted) fail(signal.reason);
      signal?.addEventListener('abort', () => fail(signal.reason), { once: true });
      const threads = Math.min(options.workers, queue.length);
      if (threads === 0) done();
      let busy = threads;
      for (let n = 0; n < threads; n++) {
        const worker = startWorker('generate-worker', import.meta.url, undefined);
        workers.push(worker);
        const next = () => {
          const name = queue.shift();
          if (name !== undefined) worker.postMessage(taskOf(options, name));
          else if (--busy === 0) done();
        };
        worker.on('error', fail);
        worker.on('exit', (status) => fail(new Error(`a thread ended with status ${status}`)));
        worker.on('message', (reply: GenerateReply) => {
          if (reply.kind === 'frames') onFrames(reply.count);
          else if (reply.kind === 'done') next();
          else fail(receivedError(reply.error));
        });
        next();
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    sweep(options.out);
  }
}

function taskOf(
  { kind, seed, frames, height, width, compress, out }: GenerateOptions,
  name: string,
): GenerateTask {
  return { path: join(out, name), compress, job: { kind, seed, name, frames, height, width } };
}

/** Removes what threads that were ended had begun. */
function sweep(out: string): void {
  for (const name of readdirSync(out)) {
    if (isOwnTemporaryName(name)) rmSync(join(out, name), { force: true });
  }
}
