/** `ncp-train test CHECKPOINT`: see src/train/test-checkpoint.ts. */
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { print } from '../terminal.ts';
import type { TestResult, TestSplit } from '../train/test-checkpoint.ts';
import { wholeNumber } from './number-flags.ts';
import { trainingView } from './training-view.ts';

const SPLITS: readonly TestSplit[] = ['all', 'train', 'validation', 'test'];

/** Of a checkpoint that lies in its run, what is left out is as the run recorded it. */
export function define(command: Command): void {
  command
    .argument(
      '<checkpoint>',
      'a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file',
    )
    .option('--data <folder>', 'recordings; not given: the run’s')
    .addOption(
      new Option(
        '--split <name>',
        'which frames, all but "all" need a fold; not given: the run’s test split, of an active run the validation split',
      ).choices(SPLITS),
    )
    .option('--experiment-id <fold>', 'the fold whose split is meant; not given: the run’s', wholeNumber())
    .option('--active', 'the split of the active recordings')
    .option('--folds <spec>', 'paper, auto:K, or a YAML file; not given: as the run, or dataset.yaml, says')
    .option(
      '--chunk <frames>',
      'frames that are judged together; not given: as in the run, or 16',
      wholeNumber(1),
    )
    .addOption(
      new Option('--compat <which>', 'order of the evaluation; not given: as in the run').choices([
        'none',
        'paper',
      ]),
    )
    .addOption(
      new Option('--channel-order <name>', 'of the recorded frames; not given: as dataset.yaml says').choices(
        ['rgb', 'bgr'],
      ),
    )
    .addOption(
      new Option('--backend <name>', 'what computes').choices(['auto', 'tensorflow', 'wasm']).default('auto'),
    )
    .option('--cache-dir <folder>', 'where cropped frames are kept; not given: as in the run')
    .option('--json', 'print JSON')
    .action(async (checkpoint: string, options) => {
      if (options.active && options.experimentId !== undefined) {
        throw new UsageError('--active and --experiment_id are two splits; leave one out');
      }
      const { data, split, folds, chunk, compat, channelOrder, backend, cacheDir } = options;
      const { caching, ended } = trainingView(1, false);
      const { testCheckpoint } = await import('../train/test-checkpoint.ts'); // TensorFlow.js, which --help does not need
      const result = await testCheckpoint({
        checkpoint,
        data,
        split,
        folds,
        chunk,
        compat,
        channelOrder,
        backend,
        cacheDir,
        fold: options.active ? 'active' : options.experimentId,
        onProgress: caching,
      }).finally(ended);
      print(options.json ? JSON.stringify(result, null, 2) : text(result));
    });
}

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
