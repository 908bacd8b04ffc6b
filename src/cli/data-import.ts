/** `ncp-train data import`: see src/data/import/import-drives.ts and docs/data.md. */

import { cropText, parseCrop } from '../data/frames/crop.ts';
import { FORMATS, formatsText } from '../data/import/formats/formats.ts';
import { type Imported, importDrives } from '../data/import/import-drives.ts';
import { dataImportOptions } from '../options/commands/recordings.ts';
import { sizeOf } from '../options/fields.ts';
import type { Given } from '../options/flags.ts';
import { aligned } from '../text/aligned.ts';
import { unknownName } from '../text/nearest.ts';
import { type Bar, defineCommand } from './command.ts';
import { one, several } from './operands.ts';

export default defineCommand({
  operands: {
    format: one(FORMATS.join(', ')),
    path: several('folder of the drive (images: or its log); several become one data set'),
  },
  options: dataImportOptions,
  notes: () => `Formats, and how they take a steering angle by default:\n${formatsText()}`,
  faults: (given, { format }) => [...unknownFormat(format), ...foreignOptions(format, given)],
  async run(options, { format, path: paths }, { print, say, progress }) {
    const checking = progress('checking', 'frames');
    const importing = progress('importing', 'frames');
    const imported = await importDrives(format, paths, options.out, {
      ...options,
      crop: options.crop === undefined ? undefined : parseCrop(options.crop),
      size: options.size === undefined ? undefined : sizeOf(options.size),
      labelScale: options.label_scale,
      timeUnit: options.time_unit,
      steering: {
        unit: options.angle_unit,
        range: options.steering_range,
        ratio: options.steering_ratio,
        wheelbase: options.wheelbase,
        sign: options.sign,
      },
      skipMissing: options.skip_missing,
      skipBroken: options.skip_broken,
      shortest: options.min_frames,
      onNote: say,
      onProgress: (done, total) => ended(importing, done, total),
      onChecking: (done, total) => ended(checking, done, total),
    });
    print(asJson(imported), text(imported));
  },
});

/** A bar that ends as soon as all is done. */
function ended(bar: Bar, done: number, total: number): void {
  bar.update(done, total);
  if (done === total) bar.finish();
}

function unknownFormat(format: string | undefined): string[] {
  if (format === undefined || FORMATS.includes(format)) return [];
  return [unknownName('format', format, FORMATS)];
}

/** Options that only `images` knows would do nothing elsewhere. */
function foreignOptions(format: string | undefined, given: Given): string[] {
  if (format === undefined || !FORMATS.includes(format)) return [];
  const ofImages = ['columns', 'log', 'images', 'camera', 'angle_unit', 'time_unit'];
  const faults =
    format === 'images'
      ? []
      : ofImages
          .filter((name) => given[name] !== undefined)
          .map((name) => `--${name} is an option of the format images, not of ${format}`);
  if (given.follow === true && format === 'comma2016') {
    faults.push('--follow is for logs that name pictures; comma2016 has its frames in files of its own');
  }
  return faults;
}

function text({ out, recordings, frames, crop, labelScale, deviation }: Imported): string {
  const rows = recordings.map((each) => [
    each.name,
    `${each.frames}`,
    each.seconds.toFixed(1),
    each.deviation.toFixed(2),
  ]);
  return [
    aligned([['recording', 'frames', 'seconds', 'deviation'], ...rows]),
    '',
    `${out}: ${frames} frames, label scale ${labelScale} (labels deviate by ${deviation.toFixed(2)}), crop ${cropText(crop)}`,
    `to look at it: ncp-train data inspect ${out}`,
  ].join('\n');
}

const asJson = ({ crop, labelScale, ...rest }: Imported) => ({
  ...rest,
  crop: cropText(crop),
  label_scale: labelScale,
});
