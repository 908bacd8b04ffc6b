/** How far a run has come, as its folder says. On its own, so that commands know it without loading what trains. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { shellWord } from '../../text/shell-word.ts';
import { checkpointNames, checkpointPlace, readPointer } from './checkpoint-folder.ts';
import { TRAIN_LOG_FILE } from './metrics-log.ts';
import { type Config, type RecordedRun, readRun } from './run-record.ts';

/** What a run recorded that ended before its first checkpoint; undefined for every other folder. */
export async function untrainedRun(folder: string): Promise<RecordedRun | undefined> {
  try {
    const recorded = await readRun(folder);
    const isFinished = recorded.record.state === 'finished';
    const hasTrained = isFinished || hasRows(folder) || (await checkpointNames(folder)).length > 0;
    return hasTrained ? undefined : recorded;
  } catch (error) {
    if (error instanceof ConfigError) return undefined; // damaged, or none of a run
    throw error;
  }
}

/** The log gets its first row after the first checkpoint. */
export function hasRows(folder: string): boolean {
  const path = join(folder, TRAIN_LOG_FILE);
  return existsSync(path) && readFileSync(path, 'utf8').trim().includes('\n');
}

/**
 * @returns a sentence if a run is asked for fewer epochs than it has trained; it cannot go back
 */
export async function fewerEpochs(folder: string, { epochs }: Config): Promise<string | undefined> {
  const name = (await readPointer(folder, 'last')) ?? (await checkpointNames(folder)).at(-1);
  const last = checkpointPlace(name ?? '');
  if (!last || typeof epochs !== 'number') return undefined;
  const done = last.epoch + (last.batch > 0 ? 1 : 0);
  if (done <= epochs) return undefined;
  const begun = last.batch > 0 ? ` and ${last.batch} batches of another` : '';
  return (
    `--epochs ${epochs}: the run in ${folder} has trained ${last.epoch} epochs already${begun}, and cannot go back; ` +
    `leave --epochs out, or give at least ${done}; --base_path NAME or --new starts a run of ${epochs}`
  );
}

/** @param elsewhere - folder of sessions in which the run lies that is probably meant */
export const noRun = (folder: string, elsewhere?: string): ConfigError =>
  new ConfigError(
    elsewhere === undefined
      ? `there is no run to resume in ${folder}; --sessions_dir says where runs lie, and --resume auto starts one`
      : `there is no run to resume in ${folder}; that of the configuration lies elsewhere: give --sessions_dir ${shellWord(elsewhere)}`,
  );
