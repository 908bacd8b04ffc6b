/** `ncp-train test CHECKPOINT`: see src/train/test-checkpoint.ts. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { TestResult } from '../train/test-checkpoint.ts';
import { trainingView } from './training-view.ts';

const SPLITS = ['all', 'train', 'validation', 'test'] as const;

export function define(command: Command): void {
  command
    .argument(
      '<checkpoint>',
      'a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file',
    )
    .requiredOption('--data <folder>', 'recordings')
    .addOption(
      new Option('--split <name>', 'which frames; all but "all" need a fold').choices(SPLITS).default('all'),
    )
    .option('--experiment-id <fold>', 'the fold whose split is meant', wholeNumber)
    .option('--active', 'the split of the active recordings')
    .option('--folds <spec>', 'paper, auto:K, or a YAML file; not given: as dataset.yaml says')
    .option('--chunk <frames>', 'frames that are judged together', wholeNumber, 16)
    .addOption(
      new Option('--compat <which>', 'order of the evaluation').choices(['none', 'paper']).default('none'),
    )
    .option('--backend <name>', 'auto, tensorflow or wasm', 'auto')
    .option('--cache-dir <folder>', 'where cropped frames are kept')
    .option('--json', 'print JSON')
    .action(async (checkpoint: string, options) => {
      const fold = options.active ? ('active' as const) : (options.experimentId as number | undefined);
      if (options.split !== 'all' && fold === undefined) {
        throw new UsageError(`--split ${options.split} needs --experiment_id FOLD, or --active`);
      }
      const { split, folds, chunk, compat, backend, cacheDir, data } = options;
      const { caching } = trainingView(1, false);
      const request = {
        checkpoint,
        data,
        split,
        fold,
        folds,
        chunk,
        compat,
        backend,
        cacheDir,
        onProgress: caching,
      };
      const { testCheckpoint } = await import('../train/test-checkpoint.ts'); // TensorFlow.js, which --help does not need
      const result = await testCheckpoint(request);
      console.log(options.json ? JSON.stringify(result, null, 2) : text(result));
    });
}

function text({
  weights,
  model,
  frames,
  chunks,
  loss,
  mae,
  labelVariance,
  maePerKilometre,
}: TestResult): string {
  return [
    `${model} ${weights}`,
    `${frames} frames in ${chunks} chunks`,
    `loss ${loss.toFixed(4)} (a constant: ${labelVariance.toFixed(4)})`,
    `mae  ${mae.toFixed(4)}, ${maePerKilometre.toFixed(4)} 1/km`,
  ].join('\n');
}

function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('expected a whole number');
  return Number(value);
}
