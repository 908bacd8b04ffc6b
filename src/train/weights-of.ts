/**
 * The weights that a path on the command line means: a run's best checkpoint, a checkpoint's folder, what `last` and `best`
 * name, or a weights file. What is given by mistake is called what it is.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError, UsageError } from '../errors.ts';
import { bestCheckpoint } from './run/checkpoint.ts';
import { checkpointNames, checkpointsOf, readPointer, WEIGHTS_FILE } from './run/checkpoint-folder.ts';
import { RECORD_FILE } from './run/run-record.ts';

/** Told by their endings, before anything is opened. */
export const isRecording = (path: string): boolean => /\.(h5|hdf5|npz)$/i.test(path);

const WANTED = 'a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file';
/** Levels of `sessions/passive/wm_session/experiment_4`. */
const DEPTH = 3;
/** Runs and recordings that a message names. */
const NAMED = 4;

/**
 * @returns path of the weights file
 * @throws DataError naming what was looked for, or that the run has no checkpoint yet
 * @throws UsageError for a recording, and for folders of recordings, of several runs, of all checkpoints of one
 */
export async function weightsOf(path: string): Promise<string> {
  if (isRecording(path))
    throw new UsageError(
      `${path} is a recording (or a model that Keras wrote), by its name; a checkpoint is wanted here: ${WANTED}`,
    );
  if (!existsSync(path)) {
    throw new DataError(
      `${path}: there is no such checkpoint; wanted is ${WANTED}. \`ncp-train runs\` lists the runs`,
    );
  }
  if (!statSync(path).isDirectory()) return namedByPointer(path);
  const own = join(path, WEIGHTS_FILE);
  if (existsSync(own)) return own;
  const best = await bestCheckpoint(path);
  if (best) return join(best.path, WEIGHTS_FILE);
  throw await otherFolder(path);
}

/** A file as it is, but for `checkpoints/best` and `checkpoints/last`, which name a checkpoint beside them. */
async function namedByPointer(path: string): Promise<string> {
  const whole = resolve(path);
  const pointer = basename(whole);
  const run = dirname(dirname(whole));
  if ((pointer !== 'best' && pointer !== 'last') || dirname(whole) !== checkpointsOf(run)) {
    return path;
  }
  const name = await readPointer(run, pointer);
  if (name === undefined) throw new DataError(`${path} names no checkpoint; it is damaged`);
  return join(dirname(path), name, WEIGHTS_FILE);
}

async function otherFolder(path: string): Promise<Error> {
  if (existsSync(join(path, RECORD_FILE))) return new DataError(`the run in ${path} has no checkpoint yet`);
  const whole = resolve(path);
  if (whole === checkpointsOf(dirname(whole))) {
    const names = await checkpointNames(dirname(whole));
    if (names.length > 0) {
      return new UsageError(
        `${path} holds all checkpoints of a run (${some(names)}); name one of them, or the run: ${dirname(path)}`,
      );
    }
  }
  const runs = runsBelow(path, DEPTH);
  if (runs.length > 0) {
    const count = runs.length === 1 ? 'a run' : `${runs.length} runs`;
    return new UsageError(`${path} is a folder with ${count} below it; name one run: ${some(runs)}`);
  }
  const recordings = readdirSync(path).filter(isRecording);
  if (recordings.length > 0) {
    return new UsageError(
      `${path} is a folder of recordings (${some(recordings)}); a checkpoint is wanted here: ${WANTED}`,
    );
  }
  return new DataError(
    `${path} is neither a checkpoint (${WEIGHTS_FILE}) nor a run with one (checkpoints/best)`,
  );
}

/** Folders of runs below one, by path. */
export function runsBelow(folder: string, depth: number = DEPTH): string[] {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name));
  return folders.flatMap((one) => {
    if (existsSync(join(one, RECORD_FILE))) return [one];
    return depth > 1 ? runsBelow(one, depth - 1) : [];
  });
}

const some = (names: readonly string[]) =>
  names.slice(0, NAMED).join(', ') + (names.length > NAMED ? ', …' : '');
