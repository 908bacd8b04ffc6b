/**
 * Options that name files and folders. They are recorded as they were typed, with the folder that they were typed in beside
 * them (`cwd` in run.json and sweep.json), and mean the same files from wherever they are read.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { ConfigError } from '../../errors.ts';

/** Of these `folds` may be a word too, see {@link isPath}. */
const PATH_OPTIONS: ReadonlySet<string> = new Set(['data', 'cache_dir', 'sessions_dir', 'wiring', 'folds']);

const isPath = (name: string, value: unknown): value is string =>
  typeof value === 'string' && PATH_OPTIONS.has(name) && (name !== 'folds' || /\.ya?ml$/.test(value));

/**
 * Options as they are to be read from here: relative paths count from the folder they were recorded in. Where that folder
 * is no more (the project was moved, runs and all), from here.
 *
 * @param cwd - the folder they were recorded in; undefined: not recorded, as by version 0.1.0
 */
export function fromHere<Options extends object>(options: Options, cwd: string | undefined): Options {
  return cwd !== process.cwd() && isThere(cwd) ? anchored(options, cwd) : options;
}

/** The same with absolute paths: equal where they name the same files. */
export function anchored<Options extends object>(options: Options, cwd?: string): Options {
  const from = isThere(cwd) ? cwd : process.cwd();
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isPath(name, value) ? resolve(from, value) : value,
    ]),
  ) as Options;
}

const isThere = (cwd: string | undefined): cwd is string => cwd !== undefined && existsSync(cwd);

/**
 * Explains relative paths that are not there and of which it was not recorded from where they count.
 *
 * @param run - its folder, and the one it was started in
 * @param recorded - options of the run that are read now
 * @throws ConfigError naming the first such path, and what to do
 */
export function requireKnownPlace(
  run: { readonly folder: string; readonly cwd: string | undefined },
  recorded: object,
): void {
  if (run.cwd !== undefined) return;
  for (const [name, value] of Object.entries(recorded)) {
    if (!isPath(name, value) || !['data', 'wiring', 'folds'].includes(name)) continue;
    if (isAbsolute(value) || existsSync(value)) continue;
    throw new ConfigError(
      `${run.folder} was trained with --${name} ${value}, which is not here. The path counts from the folder that the run was ` +
        `started in, and this run of an earlier version does not record which that is: go there, or name it with --${name}`,
    );
  }
}
