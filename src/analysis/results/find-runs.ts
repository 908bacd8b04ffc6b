/** All runs below some folders, of this program and of the published scripts, each once. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FINAL_FILE } from '../../train/final.ts';
import { TRAIN_LOG_FILE } from '../../train/metrics-log.ts';
import { CONFIG_FILE, RECORD_FILE } from '../../train/run-record.ts';
import { readArchiveActive, readArchivePassive } from './archive-run.ts';
import { readOwnRun } from './own-run.ts';
import type { RunReading } from './run-reading.ts';

export interface FoundRuns {
  /** By folder, `experiment_10` after `experiment_9`. */
  readonly runs: readonly RunReading[];
  /** Folders that are not there or cannot be read, a sentence each. */
  readonly faults: readonly string[];
}

export async function findRuns(folders: readonly string[]): Promise<FoundRuns> {
  const runs: RunReading[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    let entries: Dirent[];
    try {
      const path = await realpath(folder); // a link may lead back
      if (seen.has(path)) return;
      seen.add(path);
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      faults.push(reason(folder, error as NodeJS.ErrnoException));
      return;
    }
    const run = await readRunIn(
      folder,
      entries.map(({ name }) => name),
    );
    if (run) {
      runs.push(run);
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) await visit(path);
    }
  };
  for (const folder of folders) await visit(folder);
  const { compare } = new Intl.Collator('en', { numeric: true });
  return { runs: runs.sort((a, b) => compare(a.folder, b.folder)), faults };
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

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  );

function reason(folder: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `${folder}: there is no such folder`;
  if (code === 'ENOTDIR') return `${folder} is no folder`;
  return `${folder} cannot be read (${code ?? message})`;
}
