/** What `passive` and `active` share: the run, its result and exit status. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { type Given, typedFlags } from '../options/flags.ts';
import type { ActiveOptions, activeOptions, PassiveOptions, passiveOptions } from '../options/schema.ts';
import { trainingControl } from '../options/schema.ts';
import { exitStatusOf } from '../stop-signals.ts';
import { fromHere, requireKnownPlace } from '../train/run/run-paths.ts';
import { runFolder } from '../train/run/run-place.ts';
import { CONFIG_FILE, readRun } from '../train/run/run-record.ts';
import { noRun, untrainedRun } from '../train/run/trained-so-far.ts';
import type { SessionResult } from '../train/session.ts';
import { defineCommand } from './command.ts';
import { trainingView } from './training-view.ts';

type Control = z.output<typeof trainingControl>;

/** @returns the command that trains runs of a kind */
export function trainingCommand<Schema extends typeof passiveOptions | typeof activeOptions>(
  kind: 'passive' | 'active',
  schema: Schema,
) {
  const folderOf = (options: z.output<Schema>) =>
    kind === 'passive'
      ? runFolder('passive', options as PassiveOptions)
      : runFolder('active', options as ActiveOptions);
  return defineCommand({
    options: schema as z.ZodObject,
    control: trainingControl,
    // Which run it is, is said by options that need not have an effect, if the run was started with them.
    judgedElsewhere: ({ resume }) => (resume === undefined ? [] : Object.keys(schema.shape)),
    async recorded(given, { resume }, config) {
      const folder = folderOf(given as z.output<Schema>);
      if (resume === 'must') requireRun(folder, String(given.sessions_dir), config);
      const recorded = await recordedOptions(folder, resume);
      if (recorded === undefined) return undefined;
      return { ...recorded, options: { ...recorded.options, ...pick(given, NAMING) } };
    },
    async run(options, _, { control, quiet, print }) {
      const folder = folderOf(options as z.output<Schema>);
      const recorded = await recordedOptions(folder, control.resume);
      if (recorded) requireKnownPlace(recorded, unchanged(recorded.options, options));
      const { trainSession } = await import('../train/session.ts'); // TensorFlow.js, which --help does not need
      const result = await trainSession({
        command: kind,
        options,
        argv: process.argv.slice(2),
        resume: control.resume ?? 'no',
        fresh: control.new,
        observer: trainingView(Number(options.log_period), quiet),
      } as unknown as Parameters<typeof trainSession>[0]);
      const { ending } = result;
      const resume = ending.kind === 'stopped' ? resumeCommand(kind, schema, options) : undefined;
      print({ ...result, resume }, text(result, resume));
      if (ending.kind === 'stopped' && ending.by !== 'time') process.exitCode = exitStatusOf(ending.by);
    },
  });
}

/**
 * What a run that is resumed was started with, its paths as they are to be read from here. With `--resume auto` a run that
 * has no checkpoint is not resumed but started over, with what is typed.
 */
async function recordedOptions(folder: string, resume: Control['resume']) {
  const path = join(folder, CONFIG_FILE);
  if (resume === undefined || !existsSync(path)) return undefined;
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

const pick = (options: Given, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : [])));

/** Recorded options that hold still. */
const unchanged = (recorded: Given, options: Given) =>
  Object.fromEntries(Object.entries(recorded).filter(([name, value]) => options[name] === value));

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
