/** `ncp-train bag export`: see src/bags/export.ts and docs/bags.md. */

import { type Command, Option } from 'commander';
import { YUV_RANGES } from '../bags/camera/yuv.ts';
import { type Exported, exportBag, FRAMES } from '../bags/export.ts';
import { ROLES } from '../bags/roles.ts';
import { parseCrop } from '../data/frames/crop.ts';
import { print, say } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { addBagOptions, bagOptions, onlyOneFile } from './bag-options.ts';
import { heightAndWidth, wholeNumber } from './number-flags.ts';
import { outFolder } from './out-path.ts';
import { type Progress, startProgress } from './progress.ts';

export function define(command: Command): void {
  command
    .argument('<file>', 'ROS 1 bag, MCAP file, or a folder as ROS 2 records it')
    .allowExcessArguments() // refused in words of our own
    .requiredOption('--out <dir>', 'folder to make', outFolder);
  addBagOptions(command, ROLES)
    .addOption(new Option('--format <format>', 'of the columns').choices(['csv', 'npy']).default('csv'))
    .addOption(
      new Option('--frames <where>', 'pictures go into a recording, an array, both or nowhere')
        .choices(FRAMES)
        .default('auto'),
    )
    .option(
      '--size <HxW>',
      'scale the pictures, e.g. 250x400 (default: as they are)',
      heightAndWidth('250x400'),
    )
    .addOption(
      new Option(
        '--yuv-range <range>',
        'of pictures in YUV (BT.601): studio, brightness 16 to 235, or full, 0 to 255 (default: what the first pictures tell)',
      ).choices(YUV_RANGES),
    )
    .option(
      '--bits <n>',
      'of pictures of 16 bits: how many the camera fills, from the lowest (default: 16)',
      wholeNumber(9, 16),
    )
    .option('--crop <crop>', 'of the recording: paper, full, or left,top,right,bottom in fractions', (text) =>
      parseCrop(text),
    )
    .option('--compress', 'compress the frames of the recording; slower to read')
    .option('--json', 'print JSON')
    .action(async (path: string, options) => {
      onlyOneFile(command);
      let bar: Progress | undefined;
      const exported = await exportBag(path, options.out, {
        ...bagOptions(options),
        format: options.format,
        frames: options.frames,
        size: options.size,
        yuvRange: options.yuvRange,
        bits: options.bits,
        crop: options.crop,
        compress: options.compress ?? false,
        onNote: say,
        onProgress(done, total) {
          bar ??= startProgress('exporting', total, 'pictures');
          bar.update(done);
        },
      }).finally(() => bar?.finish());
      print(options.json ? JSON.stringify(exported, null, 2) : text(exported));
    });
}

function text({ out, files, sources, notes }: Exported): string {
  const rows = files.map((file) =>
    'shape' in file
      ? [file.file, `${file.shape[0]}`, `frames of ${file.shape[1]}×${file.shape[2]}`]
      : [file.file, `${file.rows}`, file.columns.join(', ')],
  );
  const recording = files.some(({ file }) => file.endsWith('.h5'));
  return [
    aligned([['file', 'rows', 'what'], ...rows]),
    '',
    ...Object.entries(sources).map(([quantity, from]) => `${quantity} from ${from}`),
    ...notes,
    ...(recording ? [`to look at it: ncp-train data inspect ${out}`] : []),
  ].join('\n');
}
