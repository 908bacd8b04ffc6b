/** What `passive` and `active` share: flags, the run, its result and exit status. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Given } from '../options/flags.ts';
import { exitStatusOf } from '../stop-signals.ts';
import { print } from '../terminal.ts';
import { fromHere, requireKnownPlace } from '../train/run/run-paths.ts';
import { CONFIG_FILE, readRun } from '../train/run/run-record.ts';
import { noRun, untrainedRun } from '../train/run/trained-so-far.ts';
import type { SessionResult } from '../train/session.ts';
import { addOptionFlags, optionsFrom, typedFlags } from './option-flags.ts';

/** Flags that say how to run, not what: they are not part of a run's configuration. */
export interface Control {
  readonly resume: 'no' | 'must' | 'auto';
  readonly fresh: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * Adds the flags and the action.
 *
 * @param folderOf - where the run of these options lies: what is resumed keeps the options it was started with
 * @param train - runs with checked options
 */
export function defineTraining<Schema extends z.ZodObject>(
  command: Command,
  schema: Schema,
  folderOf: (options: z.output<Schema>) => string,
  train: (options: z.output<Schema>, control: Control) => Promise<SessionResult>,
): void {
  addOptionFlags(command, schema)
    .option('--resume [auto]', 'go on with the run that is there; auto: or start one')
    .option('--new', 'move the run that is there aside and start again')
    .option('--quiet', 'print warnings only')
    .option('--json', 'print the result as JSON')
    .action(async () => {
      const flags = command.opts();
      const control = {
        resume: resumeOf(flags.resume),
        fresh: flags.new === true,
        quiet: flags.quiet === true,
        json: flags.json === true,
      };
      const resumes = control.resume !== 'no';
      // Which run it is, is said by options that need not have an effect, if the run was started with them.
      const given = optionsFrom(command, schema, { judgedElsewhere: resumes ? namesOf(schema) : undefined });
      if (given === undefined) return;
      const folder = folderOf(given);
      if (control.resume === 'must') requireRun(folder, String(given.sessions_dir), flags.config);
      const recorded = await recordedOptions(folder, control.resume);
      const options = optionsFrom(command, schema, {
        recorded: recorded && {
          options: { ...recorded.options, ...pick(given, NAMING) },
          path: recorded.path,
        },
      }) as z.output<Schema>;
      if (recorded) requireKnownPlace(recorded, unchanged(recorded.options, options));
      const result = await train(options, control);
      const resume =
        result.ending.kind === 'stopped' ? resumeCommand(command.name(), schema, options) : undefined;
      print(control.json ? JSON.stringify({ ...result, resume }, null, 2) : text(result, resume));
      const { ending } = result;
      if (ending.kind === 'stopped' && ending.by !== 'time') process.exitCode = exitStatusOf(ending.by);
    });
}

/**
 * What a run that is resumed was started with, its paths as they are to be read from here. With `--resume auto` a run that
 * has no checkpoint is not resumed but started over, with what is typed.
 */
async function recordedOptions(folder: string, resume: Control['resume']) {
  const path = join(folder, CONFIG_FILE);
  if (resume === 'no' || !existsSync(path)) return undefined;
  if (resume === 'auto' && (await untrainedRun(folder))) return undefined;
  const { config, record } = await readRun(folder);
  return { folder, path, cwd: record.cwd, options: fromHere(config, record.cwd) };
}

/**
 * Before data is looked for, which may not be there either.
 *
 * @param config - of `--config`: of a run that lies elsewhere, its folder of sessions is named
 * @throws ConfigError if there is no run to resume
 */
function requireRun(folder: string, sessions: string, config: string | undefined): void {
  if (existsSync(folder)) return;
  const own = config !== undefined && basename(config) === CONFIG_FILE ? resolve(dirname(config)) : undefined;
  const below = join('/', relative(sessions, folder));
  const place = own?.endsWith(below) ? own.slice(0, -below.length) : undefined;
  throw noRun(folder, place && (relative(process.cwd(), place) || '.'));
}

const namesOf = (schema: z.ZodObject) => new Set(Object.keys(schema.shape));

const pick = (options: Given, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : [])));

/** Recorded options that hold still. */
const unchanged = (recorded: Given, options: Given) =>
  Object.fromEntries(Object.entries(recorded).filter(([name, value]) => options[name] === value));

function resumeOf(flag: unknown): Control['resume'] {
  if (flag === undefined) return 'no';
  if (flag === true) return 'must';
  if (flag === 'auto') return 'auto';
  throw new UsageError(`--resume ${flag}: expected --resume, or --resume auto`);
}

/** Options that say which run it is; all others a resumed run has of its own. */
const NAMING = ['model', 'experiment_id', 'base_path', 'sessions_dir'];

/** As typed in a shell. */
function resumeCommand(
  name: string,
  schema: z.ZodObject,
  options: Readonly<Record<string, unknown>>,
): string {
  return ['ncp-train', name, ...typedFlags(schema, options, NAMING), '--resume'].join(' ');
}

function text({ folder, ending, best, test }: SessionResult, resume: string | undefined): string {
  const state = {
    finished: 'finished',
    'already finished': 'already finished, nothing to do',
    stopped: `stopped; to go on: ${resume}`,
  }[ending.kind];
  const lines = [`${folder}: ${state}`];
  if (best) lines.push(`best epoch ${best.epoch}: validation loss ${best.loss.toFixed(4)}`);
  if (test) lines.push(`test of the best epoch: loss ${test.loss.toFixed(4)}, mae ${test.mae.toFixed(4)}`);
  return lines.join('\n');
}
