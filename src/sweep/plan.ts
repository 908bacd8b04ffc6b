/**
 * The plan of a sweep: the product of models, folds and settings as single runs, each an ordinary `passive` or `active`
 * run with all its options. All faults are found here, before anything is started. Where runs stand, and what runs them, is
 * not known here.
 */
import { relative } from 'node:path';
import { ConfigError, NcpTrainError, UsageError } from '../errors.ts';
import { appliesText, hindrance } from '../options/applies.ts';
import { type Given, type OptionDescription, optionsOf } from '../options/flags.ts';
import { mergeOptions } from '../options/merge.ts';
import {
  type ActiveOptions,
  activeOptions,
  MODELS,
  OTHER_MODEL_NAMES,
  type PassiveOptions,
  passiveOptions,
} from '../options/schema.ts';
import { unknownName } from '../text/nearest.ts';
import { runFolder } from '../train/run/run-place.ts';
import { type FoldsAsked, foldsAsked } from './fold-list.ts';
import { labelOf, settings } from './settings.ts';

/** One run of a sweep. */
export type PlannedRun = {
  /** Its folder within the sessions folder, by which it goes in the sweep: `passive/wm_session/experiment_0`. */
  readonly name: string;
} & (
  | { readonly command: 'passive'; readonly options: PassiveOptions }
  | { readonly command: 'active'; readonly options: ActiveOptions }
);

export interface PlanRequest {
  readonly command: 'passive' | 'active';
  /** `wm,lstm`, or `all`. */
  readonly models: string;
  /** See fold-list.ts; of passive runs only. */
  readonly folds?: string;
  /** See settings.ts. */
  readonly set?: string;
  /** Options that all runs have; what a run does not know is left out. */
  readonly training: Given;
  /** Those of them that somebody decided on: each has an effect on some run, or is refused. */
  readonly chosen: ReadonlySet<string>;
  /** @param cut - as the runs' `--folds` @returns how many folds there are */
  readonly foldCount: (cut: string | undefined) => number;
}

/**
 * Every run once: an option that was chosen, or a setting, is left out of the runs of a model on which it has no effect, and combinations
 * that then are the same are one run.
 *
 * @throws UsageError, ConfigError for faults, all of one kind at once; for a plan without runs
 */
export function planRuns(request: PlanRequest): PlannedRun[] {
  const { command, training } = request;
  const models = modelsOf(request.models);
  const asked = foldsAsked(request.folds);
  const schema = command === 'passive' ? passiveOptions : activeOptions;
  const combinations = settings(request.set, schema);
  const options = optionsOf(schema);
  const known = new Set(options.map(({ name }) => name));
  const common = Object.fromEntries(
    Object.entries(training).filter(([name, value]) => known.has(name) && value !== undefined),
  );
  const folds = command === 'active' ? [{}] : foldsOf(asked, request);
  const runs = new Map<string, PlannedRun>();
  const faults = new Set<string>();
  const judged = options.filter(
    ({ name }) => request.chosen.has(name) || combinations[0]?.some((one) => one.name === name),
  );
  const effective = new Set<string>();
  for (const combination of combinations) {
    for (const model of models) {
      for (const fold of folds) {
        const set = Object.fromEntries(combination.map(({ name, value }) => [name, value]));
        const values = { ...common, ...set, model, ...fold };
        const idle = new Set(judged.filter((one) => hindrance(one, values, options)).map(({ name }) => name));
        for (const { name } of judged) if (!idle.has(name)) effective.add(name);
        const label = labelOf(combination.filter(({ name }) => !idle.has(name)));
        const base_path = [common.base_path, label]
          .filter((part) => part !== '' && part !== undefined)
          .join('-');
        const given = Object.fromEntries(Object.entries(values).filter(([name]) => !idle.has(name)));
        try {
          const merged = mergeOptions(
            schema,
            { file: { ...given, base_path }, flags: {} },
            { where: RUNS, judgedElsewhere: known },
          );
          const run = plannedRun(command, merged);
          runs.set(run.name, run);
        } catch (error) {
          if (!(error instanceof NcpTrainError)) throw error;
          faults.add(error.message.replace(`${RUNS}: `, ''));
        }
      }
    }
  }
  if (folds.length === 0) throw new UsageError('the sweep has no runs: there are no folds');
  for (const option of judged) if (!effective.has(option.name)) faults.add(nowhere(option, models));
  if (faults.size > 0) throw new ConfigError(`${RUNS}: ${[...faults].join('\n  ')}`);
  return [...runs.values()];
}

/** For messages. */
const RUNS = 'the runs of the sweep';

function nowhere(option: OptionDescription, models: readonly string[]): string {
  const which = models.length === 1 ? `model ${models[0]}` : `any of the models ${models.join(', ')}`;
  return `${option.name} has no effect on a run of ${which}, ${appliesText(option)}; leave it out`;
}

/** @throws UsageError for folds that are not there */
function foldsOf({ cut, folds }: FoldsAsked, request: PlanRequest): Given[] {
  const count = request.foldCount(cut);
  const beyond = folds?.filter((fold) => fold >= count) ?? [];
  if (beyond.length > 0) {
    throw new UsageError(
      `folds ${JSON.stringify(request.folds)}: fold ${beyond[0]} is not there; these recordings have folds 0 to ${count - 1}`,
    );
  }
  const all = folds ?? Array.from({ length: count }, (_, fold) => fold);
  return all.map((experiment_id) => ({ experiment_id, ...(cut === undefined ? {} : { folds: cut }) }));
}

/** @param options - checked */
export function plannedRun(
  command: 'passive' | 'active',
  options: PassiveOptions | ActiveOptions,
): PlannedRun {
  const folder =
    command === 'passive'
      ? runFolder(command, options as PassiveOptions)
      : runFolder(command, options as ActiveOptions);
  const name = relative(options.sessions_dir, folder).replaceAll('\\', '/');
  return { name, command, options } as PlannedRun;
}

function modelsOf(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === 'all') return [...MODELS];
  const faults = names
    .filter((name) => !(MODELS as readonly string[]).includes(name))
    .map((name) =>
      name === ''
        ? 'a name is empty'
        : unknownName('model', name, [...MODELS, 'all'], { otherNames: OTHER_MODEL_NAMES }),
    );
  if (faults.length > 0) throw new UsageError(`models ${JSON.stringify(text)}: ${faults.join('\n  ')}`);
  return [...new Set(names)];
}
