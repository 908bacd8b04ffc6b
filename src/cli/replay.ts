/** `ncp-train replay CHECKPOINT RECORDING`: see src/replay/replay.ts. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { ReplayResult } from '../replay/replay.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { outFolder } from './out-path.ts';
import { addReplayFlags, noiseOf, openProgress, stem } from './replay-flags.ts';

export function define(command: Command): void {
  addReplayFlags(command)
    .option('--out <folder>', 'where files go (default: replay-CHECKPOINT-RECORDING)', outFolder)
    .addOption(
      new Option(
        '--compat <which>',
        'paper: states before each frame, resets and noise as the published scripts have them',
      )
        .choices(['none', 'paper'])
        .default('none'),
    )
    .option('--plot', 'also draw the model’s steering beside the driver’s')
    .option('--video', 'also make a video of the frames as the model sees them (PNG files without ffmpeg)')
    .option('--frames', 'also write these frames as PNG files')
    .action(async (checkpoint: string, recording: string, options) => {
      if (options.video && options.frames) {
        throw new UsageError('--video and --frames are the same pictures; leave one out');
      }
      const out: string = options.out ?? `replay-${stem(checkpoint)}-${stem(recording)}`;
      const { channelOrder, cacheDir, backend, compat } = options;
      const { replay } = await import('../replay/replay.ts'); // TensorFlow.js, which --help does not need
      const progress = openProgress(`replaying ${basename(recording)}`, 'frames');
      const result = await replay({
        checkpoint,
        recording,
        out,
        channelOrder,
        cacheDir,
        backend,
        compat,
        noise: noiseOf(options),
        pictures: options.video ? 'video' : options.frames ? 'frames' : undefined,
        plot: options.plot === true,
        onProgress: progress.update,
      }).finally(progress.finish);
      print(options.json ? JSON.stringify(result, null, 2) : text(result));
    });
}

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
