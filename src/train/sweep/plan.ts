/**
 * The plan of a sweep: the product of models, folds and settings as single runs, each an ordinary `passive` or `active`
 * run with all its options. All faults are found here, before anything is started. Where runs stand, and what runs them, is
 * not known here.
 */
import { relative } from 'node:path';
import { type Given, mergeOptions, optionsOf } from '../../config/flags.ts';
import {
  type ActiveOptions,
  activeOptions,
  MODELS,
  type PassiveOptions,
  passiveOptions,
} from '../../config/schema.ts';
import { ConfigError, NcpTrainError, UsageError } from '../../errors.ts';
import { unknownName } from '../../nearest.ts';
import { runFolder } from '../run-folder.ts';
import { foldsAsked } from './fold-list.ts';
import { settings } from './settings.ts';

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
  /** @param cut - as the runs' `--folds` @returns how many folds there are; asked where none are named */
  readonly foldCount: (cut: string | undefined) => number;
}

/** @throws UsageError, ConfigError for faults, all of one kind at once; for a plan without runs */
export function planRuns(request: PlanRequest): PlannedRun[] {
  const { command, training } = request;
  const models = modelsOf(request.models);
  const asked = foldsAsked(request.folds);
  const schema = command === 'passive' ? passiveOptions : activeOptions;
  const combinations = settings(request.set, schema);
  const known = new Set(optionsOf(schema).map(({ name }) => name));
  const common = Object.fromEntries(
    Object.entries(training).filter(([name, value]) => known.has(name) && value !== undefined),
  );
  const folds =
    command === 'active'
      ? [{}]
      : (asked.folds ?? Array.from({ length: request.foldCount(asked.cut) }, (_, fold) => fold)).map(
          (experiment_id) => ({ experiment_id, ...(asked.cut === undefined ? {} : { folds: asked.cut }) }),
        );
  const runs: PlannedRun[] = [];
  const faults = new Set<string>();
  for (const { options, label } of combinations) {
    const base_path = [common.base_path, label].filter((part) => part !== '' && part !== undefined).join('-');
    for (const model of models) {
      for (const fold of folds) {
        const given = { ...common, ...options, base_path, model, ...fold };
        try {
          runs.push(plannedRun(command, mergeOptions(schema, { flags: given }, 'the runs of the sweep')));
        } catch (error) {
          if (!(error instanceof NcpTrainError)) throw error;
          faults.add(error.message.replace(/^the runs of the sweep: /, ''));
        }
      }
    }
  }
  if (faults.size > 0) throw new ConfigError(`the runs of the sweep: ${[...faults].join('\n  ')}`);
  if (runs.length === 0) {
    throw new UsageError('the sweep has no runs: models, folds and settings have to be at least one each');
  }
  return runs;
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
    .map((name) => (name === '' ? 'a name is empty' : unknownName('model', name, [...MODELS, 'all'])));
  if (faults.length > 0) throw new UsageError(`models ${JSON.stringify(text)}: ${faults.join('\n  ')}`);
  return [...new Set(names)];
}
