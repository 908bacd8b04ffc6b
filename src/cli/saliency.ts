/** `ncp-train saliency CHECKPOINT RECORDING`: see src/analyses/saliency/saliency.ts. */
import { basename } from 'node:path';
import type { SaliencyResult } from '../analyses/saliency/saliency.ts';
import { saliencyOptions } from '../options/commands/analyses.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { noiseOf, replayOperands, stem } from './replay-operands.ts';

export default defineCommand({
  operands: replayOperands,
  options: saliencyOptions,
  faults: ({ video, overlays }) =>
    video === true && overlays === true
      ? ['--video and --overlays are the same pictures; leave one out']
      : [],
  async run(options, { checkpoint, recording }, { print, progress }) {
    const { saliency } = await import('../analyses/saliency/saliency.ts'); // TensorFlow.js, which --help does not need
    const { backend, first, count, maps } = options;
    const bar = progress(`saliency of ${basename(recording)}`, 'frames');
    const result = await saliency({
      checkpoint,
      recording,
      out: options.out ?? `saliency-${stem(checkpoint)}-${stem(recording)}`,
      channelOrder: options.channel_order,
      cacheDir: options.cache_dir,
      backend,
      first,
      count,
      maps,
      noise: noiseOf(options),
      overlays: options.video ? 'video' : options.overlays ? 'frames' : undefined,
      onProgress: bar.update,
    });
    bar.finish();
    print(result, text(result));
  },
});

function text({
  model,
  checkpoint,
  backend,
  recording,
  first,
  frames,
  noise,
  out,
  files,
}: SaliencyResult): string {
  return aligned([
    ['model', `${model} (${checkpoint}), on ${backend}`],
    ['recording', `${recording}, frames ${first} to ${first + frames - 1}`],
    ...(noise ? [['noise', `σ ${noise.sigma}, seed ${noise.seed}`]] : []),
    ['files', `${out}: ${files.join(', ')}`],
  ]);
}
