/** `ncp-train analyse ssim`: see src/analyses/ssim/ssim.ts. */
import { type Command, InvalidArgumentError } from 'commander';
import type { SsimResult } from '../analyses/ssim/ssim.ts';
import { PAPER_SIGMAS } from '../augment/pixel-noise.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { fromZero, wholeNumber } from './number-flags.ts';
import { outFolder } from './out-path.ts';
import { addComputingFlags, openProgress } from './replay-flags.ts';

const FRAMES = 100;

export function define(command: Command): void {
  addComputingFlags(
    command
      .argument('<checkpoint...>', 'runs, checkpoints or weights files, a line each')
      .requiredOption(
        '--recording <file>',
        'whose frames are disturbed: HDF5 (.h5) or a NumPy archive (.npz)',
      )
      .option(
        '--noise <sigmas>',
        `σ of each noise, comma-separated, of frames in 0..1 (default: the paper’s ${PAPER_SIGMAS.join(',')})`,
        sigmaList,
      )
      .option(
        '--frames <number>',
        `frames to take, evenly over the recording (default: ${FRAMES})`,
        wholeNumber(1),
      )
      .option('--drives <path...>', 'recorded test drives, or folders of them, whose crashes are counted')
      .option('--out <folder>', 'where files go', outFolder, 'ssim'),
  ).action(async (checkpoints: string[], options) => {
    const {
      recording,
      noise,
      frames = FRAMES,
      drives = [],
      noiseSeed = 1,
      out,
      channelOrder,
      cacheDir,
      backend,
    } = options;
    const { ssim } = await import('../analyses/ssim/ssim.ts'); // TensorFlow.js, which --help does not need
    let progress = openProgress('saliency maps', 'maps');
    let current: string | undefined;
    const result = await ssim({
      checkpoints,
      recording,
      drives,
      frames,
      out,
      channelOrder,
      cacheDir,
      backend,
      sigmas: noise ?? PAPER_SIGMAS,
      seed: noiseSeed,
      onProgress(checkpoint, done, maps) {
        if (current !== checkpoint) {
          progress.finish();
          progress = openProgress(`saliency maps of ${checkpoint}`, 'maps');
          current = checkpoint;
        }
        progress.update(done, maps);
      },
    }).finally(() => progress.finish());
    print(options.json ? JSON.stringify(result, null, 2) : text(result));
  });
}

function text({ models, crashes, out, files }: SsimResult): string {
  const rows = [
    ['model', 'σ', 'variance', 'similarity'],
    ...models.map((row) => [
      row.model,
      String(row.sigma),
      row.variance.toFixed(4),
      `${row.ssim.toFixed(3)} ± ${row.ssim_std.toFixed(3)}`,
    ]),
  ];
  const crashRows = [
    ['model', 'σ', 'drives', 'crashes'],
    ...(crashes ?? []).map((row) => [row.model, row.sigma, row.drives, row.crashes].map(String)),
  ];
  return [
    aligned(rows),
    ...(crashes ? ['', aligned(crashRows)] : []),
    '',
    `over ${models[0].frames} frames; files in ${out}: ${files.join(', ')}`,
  ].join('\n');
}

function sigmaList(text: string): number[] {
  const sigmas = text.split(',').map(fromZero);
  if (new Set(sigmas).size !== sigmas.length) throw new InvalidArgumentError('expected different numbers');
  return sigmas.sort((a, b) => a - b);
}
