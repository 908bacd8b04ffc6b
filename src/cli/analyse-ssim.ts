/** `ncp-train analyse ssim`: see src/analyses/ssim/ssim.ts. */
import type { SsimResult } from '../analyses/ssim/ssim.ts';
import { PAPER_SIGMAS } from '../augment/pixel-noise.ts';
import { ssimOptions } from '../options/commands/analyses.ts';
import { aligned } from '../text/aligned.ts';
import { type Bar, defineCommand } from './command.ts';
import { several } from './operands.ts';

export default defineCommand({
  operands: { checkpoint: several('runs, checkpoints or weights files, a line each') },
  options: ssimOptions,
  async run(options, { checkpoint: checkpoints }, { print, progress }) {
    const { recording, noise, noise_seed: seed, frames, drives, out, backend } = options;
    const { ssim } = await import('../analyses/ssim/ssim.ts'); // TensorFlow.js, which --help does not need
    let bar: Bar | undefined;
    let current: string | undefined;
    const result = await ssim({
      checkpoints,
      recording,
      drives,
      frames,
      out,
      backend,
      seed,
      channelOrder: options.channel_order,
      cacheDir: options.cache_dir,
      sigmas: noise === undefined ? PAPER_SIGMAS : sigmasOf(noise),
      onProgress(checkpoint, done, maps) {
        if (current !== checkpoint) {
          bar?.finish();
          bar = progress(`saliency maps of ${checkpoint}`, 'maps');
          current = checkpoint;
        }
        bar?.update(done, maps);
      },
    });
    bar?.finish();
    print(result, text(result));
  },
});

const sigmasOf = (levels: string): number[] =>
  levels
    .split(',')
    .map(Number)
    .sort((a, b) => a - b);

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
