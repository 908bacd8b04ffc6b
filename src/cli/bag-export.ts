/** `ncp-train bag export`: see src/bags/export.ts and docs/bags.md. */

import { type Exported, exportBag } from '../bags/export.ts';
import { parseCrop } from '../data/frames/crop.ts';
import { bagExportOptions } from '../options/commands/bags.ts';
import { sizeOf } from '../options/fields.ts';
import { aligned } from '../text/aligned.ts';
import { bagOptions, onlyOneFile } from './bag-options.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';

export default defineCommand({
  operands: { file: one('ROS 1 bag, MCAP file, or a folder as ROS 2 records it') },
  options: bagExportOptions,
  tooMany: (files) => onlyOneFile('export', files),
  async run(options, { file }, { print, say, progress }) {
    const { format, frames, yuv_range: yuvRange, bits, compress } = options;
    const bar = progress('exporting', 'pictures');
    const exported = await exportBag(file, options.out, {
      ...bagOptions(options),
      format,
      frames,
      yuvRange,
      bits,
      compress,
      size: options.size === undefined ? undefined : sizeOf(options.size),
      crop: options.crop === undefined ? undefined : parseCrop(options.crop),
      onNote: say,
      onProgress: bar.update,
    });
    bar.finish();
    print(exported, text(exported));
  },
});

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
