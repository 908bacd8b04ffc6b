/** `ncp-train saliency CHECKPOINT RECORDING`: see src/analyses/saliency/saliency.ts. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { SaliencyResult } from '../analyses/saliency/saliency.ts';
import { UsageError } from '../errors.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { wholeNumber } from './number-flags.ts';
import { outFolder } from './out-path.ts';
import { addReplayFlags, noiseOf, openProgress, stem } from './replay-flags.ts';

export function define(command: Command): void {
  addReplayFlags(command)
    .option('--out <folder>', 'where files go (default: saliency-CHECKPOINT-RECORDING)', outFolder)
    .option('--first <frame>', 'the first frame, from 0 (default: 0)', wholeNumber())
    .option('--count <frames>', 'how many (default: all from there on)', wholeNumber())
    .option('--maps', 'also write the maps as PNG files')
    .option('--overlays', 'also write the frames with the maps over them as PNG files')
    .option('--video', 'the same as a video (PNG files without ffmpeg)')
    .action(async (checkpoint: string, recording: string, options) => {
      if (options.video && options.overlays) {
        throw new UsageError('--video and --overlays are the same pictures; leave one out');
      }
      const out: string = options.out ?? `saliency-${stem(checkpoint)}-${stem(recording)}`;
      const { channelOrder, cacheDir, backend, first, count } = options;
      const { saliency } = await import('../analyses/saliency/saliency.ts'); // TensorFlow.js, which --help does not need
      const progress = openProgress(`saliency of ${basename(recording)}`, 'frames');
      const result = await saliency({
        checkpoint,
        recording,
        out,
        channelOrder,
        cacheDir,
        backend,
        first,
        count,
        noise: noiseOf(options),
        maps: options.maps === true,
        overlays: options.video ? 'video' : options.overlays ? 'frames' : undefined,
        onProgress: progress.update,
      }).finally(progress.finish);
      print(options.json ? JSON.stringify(result, null, 2) : text(result));
    });
}

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
