/** `ncp-train replay CHECKPOINT RECORDING`: see src/replay/replay.ts. */
import { basename } from 'node:path';
import { replayOptions } from '../options/commands/analyses.ts';
import type { ReplayResult } from '../replay/replay.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { noiseOf, replayOperands, stem } from './replay-operands.ts';

export default defineCommand({
  operands: replayOperands,
  options: replayOptions,
  faults: ({ video, frames }) =>
    video === true && frames === true ? ['--video and --frames are the same pictures; leave one out'] : [],
  async run(options, { checkpoint, recording }, { print, progress }) {
    const { replay } = await import('../replay/replay.ts'); // TensorFlow.js, which --help does not need
    const { backend, compat, plot } = options;
    const bar = progress(`replaying ${basename(recording)}`, 'frames');
    const result = await replay({
      checkpoint,
      recording,
      out: options.out ?? `replay-${stem(checkpoint)}-${stem(recording)}`,
      channelOrder: options.channel_order,
      cacheDir: options.cache_dir,
      backend,
      compat,
      plot,
      noise: noiseOf(options),
      pictures: options.video ? 'video' : options.frames ? 'frames' : undefined,
      onProgress: bar.update,
    });
    bar.finish();
    print(result, text(result));
  },
});

function text(result: ReplayResult): string {
  const { model, recording, frames, rate_hz, first_autonomous, crashes, error, noise } = result;
  const unknown = 'the recording does not say';
  const rows = [
    ['model', `${model} (${result.checkpoint}), on ${result.backend}`],
    ['recording', `${recording}: ${frames} frames, ${rate_hz.toFixed(1)} a second`],
    ...(noise ? [['noise', `σ ${noise.sigma}, seed ${noise.seed}`]] : []),
    [
      'autonomous',
      crashes === null ? unknown : first_autonomous === null ? 'never' : `from frame ${first_autonomous}`,
    ],
    [
      'crashes',
      crashes === null
        ? unknown
        : crashes.length === 0
          ? 'none'
          : `${crashes.length}: frames ${crashes.join(', ')}`,
    ],
    ['driver', error ? `mean absolute difference ${error.mae.toFixed(3)} 1/km` : unknown],
    ['files', `${result.out}: ${result.files.join(', ')}`],
  ];
  return aligned(rows);
}
