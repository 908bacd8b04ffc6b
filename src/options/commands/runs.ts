/** Options of the commands on runs that are there: `test`, `active select`, `runs`, `results`, `sweep status`, `sweep cancel`, `sweep run`. */
import { z } from 'zod';
import {
  backend,
  cacheDir,
  channelOrder,
  compat,
  data,
  experimentId,
  field,
  flag,
  folds,
  matching,
  outFolder,
  safeCsv,
  text,
} from '../fields.ts';

/** `test`. */
export const testOptions = z.strictObject({
  data: data.open('the run’s'),
  split: field(
    z.enum(['all', 'train', 'validation', 'test']),
    'which frames; all but "all" need a fold',
  ).open('the run’s test split, of an active run the validation split'),
  experiment_id: experimentId.open('the run’s', { description: 'the fold whose split is meant' }),
  active: flag('the split of the active recordings'),
  folds: folds.open('as the run, or dataset.yaml, says'),
  chunk: field(z.int().min(1), 'frames that are judged together').open('as in the run, or 16'),
  compat: compat.open('as in the run'),
  channel_order: channelOrder.open('as dataset.yaml says'),
  backend: backend.or('auto'),
  cache_dir: cacheDir.open('as in the run'),
});

/** `active select`. */
export const selectOptions = z.strictObject({
  within: field(
    matching(/^\d+(?:\.\d+)? ?%$/, 'a percentage with its sign, such as 5%'),
    'how far above the least validation loss',
  ).or('5%'),
  out: outFolder.open('final_models/NAME beside the folder of active runs'),
});

/** `runs`, which needs none. */
export const runsOptions = z.strictObject({});

/** `results`. */
export const resultsOptions = z.strictObject({
  format: field(z.enum(['text', 'markdown', 'latex', 'csv', 'json']), 'of the table').open('text'),
  verbose: flag('also list the single runs'),
  compare: field(text, 'two models fold by fold, with the p of Wilcoxon’s test, e.g. wm,lstm').open(),
  curves: field(text, 'also draw the learning curves of all models, SVG or PNG by the name’s ending', {
    writes: 'file',
  }).open(),
  safe_csv: safeCsv,
});

/** `sweep status`. */
export const sweepStatusOptions = z.strictObject({
  save: flag('write it to sweep/summary.txt and summary.json in that folder too'),
});

/** `sweep cancel`, which needs none. */
export const sweepCancelOptions = z.strictObject({});

/** `sweep run`. */
export const sweepRunOptions = z.strictObject({
  cores: field(z.int().min(0), 'threads or replicas, where the plan leaves them open; 0: all').or(0),
  signal_ahead: field(z.int().min(0), 'seconds before the time limit at which Slurm’s signal comes').or(0),
});
