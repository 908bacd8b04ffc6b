/** All runs below some folders, of this program and of the published scripts, each once. */

import { reading } from '../../files/reading.ts';
import { compareNames, FolderWalk } from '../../files/walk-folders.ts';
import { FINAL_FILE } from '../../train/run/final.ts';
import { TRAIN_LOG_FILE } from '../../train/run/metrics-log.ts';
import { CONFIG_FILE, RECORD_FILE } from '../../train/run/run-record.ts';
import { readArchiveActive, readArchivePassive } from './archive-run.ts';
import { readOwnRun } from './own-run.ts';
import type { RunReading } from './run-reading.ts';

export interface FoundRuns {
  /** By folder, `experiment_10` after `experiment_9`. */
  readonly runs: readonly RunReading[];
  /** Folders that are not there or cannot be read, a sentence each. */
  readonly faults: readonly string[];
}

export async function findRuns(given: readonly string[]): Promise<FoundRuns> {
  const runs: RunReading[] = [];
  const walk = new FolderWalk();
  await walk.into(given, async (folder, files, folders) => {
    const run = await reading(folder, () => readRunIn(folder, [...files, ...folders]));
    if (run) runs.push(run);
    return run ? [] : folders.filter((name) => name !== 'node_modules');
  });
  return { runs: runs.sort((a, b) => compareNames(a.folder, b.folder)), faults: walk.faults };
}

/** Undefined if the folder is no run. */
async function readRunIn(folder: string, files: readonly string[]): Promise<RunReading | undefined> {
  const has = (name: string) => files.includes(name);
  const logged = has(TRAIN_LOG_FILE) || has(FINAL_FILE);
  if (has(RECORD_FILE) || (has(CONFIG_FILE) && (logged || has('checkpoints')))) return readOwnRun(folder);
  if (logged) return readArchivePassive(folder);
  const activeLog = files.find((name) => /^train_.+\.csv$/.test(name));
  return activeLog === undefined ? undefined : readArchiveActive(folder, activeLog);
}
