/**
 * From a checkpoint to the run in which it lies, or from which `active select` copied it, and what that recorded of its data:
 * so that a model is tested on what its run kept for the test without being told again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { parseOptions } from '../../options/parse.ts';
import { activeOptions, passiveOptions } from '../../options/schema.ts';
import { fromHere } from './run-paths.ts';
import { CONFIG_FILE, RECORD_FILE, type RunFacts, readRun } from './run-record.ts';
import { SELECTION_FILE } from './select-checkpoint.ts';

/** What a run says of its data and of how it is judged. */
export interface RunData {
  /** Of the run. */
  readonly folder: string;
  /** Where it was started; undefined where it does not say. Paths below are as they are to be read from here. */
  readonly cwd: string | undefined;
  readonly command: 'passive' | 'active';
  readonly data: string;
  readonly fold: number | 'active';
  readonly folds: string | undefined;
  readonly debug: boolean;
  readonly compat: 'none' | 'paper';
  readonly channelOrder: 'rgb' | 'bgr' | undefined;
  /** What its options said of the data, whatever dataset.yaml says there. */
  readonly overridden: readonly ('crop' | 'label_scale' | 'label_sign')[];
  readonly cacheDir: string | undefined;
  /** Of the recordings it was trained on last; undefined if it was not recorded. */
  readonly fingerprint: string | undefined;
  readonly recordings: RunFacts['recordings'];
}

/**
 * @param path - a run's folder, a checkpoint's folder in it, the folder of a selected one, or a file in one of the two
 * @returns undefined if it lies in no run, or was selected from one that is no longer where it was
 * @throws ConfigError if it does, and the run's files are damaged
 */
export async function runOfCheckpoint(path: string): Promise<RunData | undefined> {
  const whole = resolve(path);
  const folder = [
    whole,
    join(whole, '..', '..'),
    join(dirname(whole), '..', '..'),
    ...[whole, dirname(whole)].flatMap(selectedFrom),
  ].find((one) => existsSync(join(one, CONFIG_FILE)) && existsSync(join(one, RECORD_FILE)));
  if (folder === undefined) return undefined;
  const { config, record } = await readRun(folder);
  const { fingerprint, recordings } = { ...record, ...record.resumed.at(-1) };
  const where = join(folder, CONFIG_FILE);
  const { command } = record;
  if (command !== 'passive' && command !== 'active') {
    throw new ConfigError(`${join(folder, RECORD_FILE)}: command is ${JSON.stringify(command)}`);
  }
  const here = fromHere(config, record.cwd);
  const passive = command === 'passive' ? parseOptions(passiveOptions, here, where) : undefined;
  const options = passive ?? parseOptions(activeOptions, here, where);
  return {
    folder,
    cwd: record.cwd,
    command,
    data: options.data,
    fold: passive?.experiment_id ?? 'active',
    folds: passive?.folds,
    debug: options.debug,
    compat: options.compat,
    channelOrder: options.channel_order,
    overridden: (['crop', 'label_scale', 'label_sign'] as const).filter((key) => options[key] !== undefined),
    cacheDir: options.cache_dir,
    fingerprint,
    recordings,
  };
}

/** The run's folder, as selected.json names it; none if there is no such file, or it is damaged. */
function selectedFrom(folder: string): string[] {
  try {
    const { run } = JSON.parse(readFileSync(join(folder, SELECTION_FILE), 'utf8')) as { run: unknown };
    return typeof run === 'string' ? [run] : [];
  } catch {
    return [];
  }
}
