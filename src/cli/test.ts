/** `ncp-train test CHECKPOINT`: see src/train/test-checkpoint.ts. */
import { testOptions } from '../options/commands/runs.ts';
import type { TestResult } from '../train/test-checkpoint.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';
import { trainingView } from './training-view.ts';

/** Of a checkpoint that lies in its run, what is left out is as the run recorded it. */
export default defineCommand({
  operands: {
    checkpoint: one('a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file'),
  },
  options: testOptions,
  faults: ({ active, experiment_id }) =>
    active === true && experiment_id !== undefined
      ? ['--active and --experiment_id are two splits; leave one out']
      : [],
  async run(options, { checkpoint }, { quiet, print }) {
    const { data, split, folds, chunk, compat, backend } = options;
    const { caching, ended } = trainingView(1, quiet);
    const { testCheckpoint } = await import('../train/test-checkpoint.ts'); // TensorFlow.js, which --help does not need
    const result = await testCheckpoint({
      checkpoint,
      data,
      split,
      folds,
      chunk,
      compat,
      backend,
      channelOrder: options.channel_order,
      cacheDir: options.cache_dir,
      fold: options.active ? 'active' : options.experiment_id,
      onProgress: caching,
    }).finally(ended);
    print(result, text(result));
  },
});

function text(result: TestResult): string {
  const { weights, model, data, split, fold, frames, chunks, loss, mae } = result;
  const { labelVariance, maePerKilometre } = result;
  const of =
    fold === null ? 'all recordings' : `${split} split${fold === 'active' ? '' : ` of fold ${fold}`}`;
  return [
    `${model} ${weights}`,
    `${data}, ${of}: ${frames} frames in ${chunks} chunks`,
    `loss ${loss.toFixed(4)} (a constant: ${labelVariance.toFixed(4)})`,
    `mae  ${mae.toFixed(4)}, ${maePerKilometre.toFixed(4)} 1/km`,
  ].join('\n');
}
