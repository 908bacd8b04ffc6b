/** The flags of all commands that run a checkpoint over a recording. */
import { basename, extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { PixelNoise } from '../augment/pixel-noise.ts';
import type { BackendChoice } from '../backend/names.ts';
import { fromZero, wholeNumber } from './number-flags.ts';
import { type Progress, startProgress } from './progress.ts';

/** Arguments CHECKPOINT and RECORDING, and what says how frames are read and disturbed and what computes. */
export function addReplayFlags(command: Command): Command {
  return addComputingFlags(
    command
      .argument(
        '<checkpoint>',
        'a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file',
      )
      .argument('<recording>', 'HDF5 (.h5), or a NumPy archive (.npz) with camera [N,H,W,3] and auto [N]')
      .option(
        '--noise <sigma>',
        'Gaussian noise on every pixel, of frames in 0..1; the paper’s: 0.1, 0.2, 0.25, 0.3',
        fromZero,
      ),
  );
}

/** Of those the ones that do not depend on what is run. */
export function addComputingFlags(command: Command): Command {
  return addFrameFlags(
    command.option('--noise-seed <number>', 'of the noise (default: 1)', wholeNumber()),
  ).option('--json', 'print JSON');
}

/**
 * How recorded frames are read, and what computes.
 *
 * @param backend - that computes by default
 */
export function addFrameFlags(command: Command, backend: BackendChoice = 'auto'): Command {
  return command
    .addOption(
      new Option(
        '--channel-order <name>',
        'of the recorded frames; not given: as dataset.yaml beside the recording says, else as in training',
      ).choices(['rgb', 'bgr']),
    )
    .option(
      '--cache-dir <folder>',
      'where cropped frames may lie already; not given: the user’s cache folder',
    )
    .addOption(
      new Option('--backend <name>', 'what computes')
        .choices(['auto', 'tensorflow', 'wasm'])
        .default(backend),
    );
}

export function noiseOf({
  noise,
  noiseSeed = 1,
}: {
  noise?: number;
  noiseSeed?: number;
}): PixelNoise | undefined {
  return noise === undefined || noise === 0 ? undefined : { sigma: noise, seed: noiseSeed };
}

/** A bar that begins with the first update. */
export function openProgress(what: string, unit: string) {
  let bar: Progress | undefined;
  return {
    update(done: number, all: number): void {
      bar ??= startProgress(what, Math.max(1, all), unit);
      bar.update(done);
    },
    finish: () => bar?.finish(),
  };
}

/** Last part of a path without its ending. */
export const stem = (path: string) => basename(path, extname(path));
