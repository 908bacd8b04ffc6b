/** `ncp-train data import`: see src/data/import/import-drives.ts and docs/data.md. */

import { type Command, Option } from 'commander';
import { cropText, parseCrop } from '../data/frames/crop.ts';
import { ANGLE_UNITS } from '../data/import/curvature.ts';
import { FORMATS, formatsText } from '../data/import/formats/formats.ts';
import { type Imported, importDrives } from '../data/import/import-drives.ts';
import { TIME_UNITS } from '../data/import/source.ts';
import { UsageError } from '../errors.ts';
import { print, say } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { aboveZero, heightAndWidth, sign, wholeNumber } from './number-flags.ts';
import { type Progress, startProgress } from './progress.ts';

/** A step in time that ends a drive, s: less than the reader’s 5 s, as drives are cut where records were deleted. */
const PAUSE = 1;
/** Frames: a fifth or more of a shorter recording would go to validation at its head and tail. */
const SHORTEST = 64;

export function define(command: Command): void {
  command
    .argument('<format>', FORMATS.join(', '))
    .argument('<path...>', 'folder of the drive (images: or its log); several become one data set')
    .requiredOption('--out <dir>', 'folder to make')
    .option('--wheelbase <m>', 'distance of the axles', aboveZero)
    .option('--steering-range <deg>', 'angle of the front wheels at a steering of 1', aboveZero)
    .option('--steering-ratio <r>', 'degrees of the steering wheel for one of the front wheels', aboveZero)
    .option('--sign <sign>', '1: positive steering is to the left; -1: to the right', sign)
    .option('--rate <hz>', 'put frames so far apart, in place of the recorded times', aboveZero)
    .option('--pause <s>', 'a step in time that ends a drive', aboveZero, PAUSE)
    .option('--min-frames <n>', 'leave out shorter drives', wholeNumber(1), SHORTEST)
    .option('--pieces <k>', 'cut the drives into k recordings, for cross-testing', wholeNumber(1), 1)
    .option(
      '--size <HxW>',
      'scale the frames, e.g. 120x160 (default: as they are)',
      heightAndWidth('120x160'),
    )
    .option(
      '--crop <crop>',
      'paper, full, or left,top,right,bottom in fractions (default: suits the format)',
      cropOf,
    )
    .option('--label-scale <s>', 'factor on the labels (default: brings their deviation near 1)', aboveZero)
    .option('--skip-missing', 'leave out entries whose image is absent or cannot be read')
    .option(
      '--skip-broken',
      'leave out whatever cannot be used: such entries, and records cut off or without a number',
    )
    .option('--compress', 'compress the frames; slower to read')
    .option('--columns <list>', 'images: role=column, …; roles file, time, curvature, angle')
    .option('--log <file>', 'images: the log, where the folder has several')
    .option(
      '--follow',
      'take also pictures outside the folder of their log, or of --images, and links that lead there',
    )
    .option('--images <dir>', 'images: folder of the images (default: that of the log)')
    .option('--camera <name>', 'images: the camera to keep, where a column frame_id names several')
    .addOption(new Option('--angle-unit <unit>', 'images: unit of the angles').choices(ANGLE_UNITS))
    .addOption(new Option('--time-unit <unit>', 'images: unit of the times').choices(Object.keys(TIME_UNITS)))
    .option('--json', 'print JSON')
    .addHelpText('after', () => `\nFormats, and how they take a steering angle by default:\n${formatsText()}`)
    .action(async (format: string, paths: string[], options) => {
      refuseForeign(format, options);
      const checking = lazyProgress('checking');
      const progress = lazyProgress('importing');
      const imported = await importDrives(format, paths, options.out, {
        ...options,
        steering: {
          unit: options.angleUnit,
          range: options.steeringRange,
          ratio: options.steeringRatio,
          wheelbase: options.wheelbase,
          sign: options.sign,
        },
        skipMissing: options.skipMissing ?? false,
        skipBroken: options.skipBroken ?? false,
        compress: options.compress ?? false,
        shortest: options.minFrames,
        onNote: say,
        onProgress: progress.update,
        onChecking: checking.update,
      }).finally(() => {
        checking.finish();
        progress.finish();
      });
      print(options.json ? json(imported) : text(imported));
    });
}

/** A bar that begins with the first frames, once everything before them was said; an interrupt ends it, too. */
function lazyProgress(what: string) {
  let bar: Progress | undefined;
  const stop = () => {
    bar?.finish();
    bar = undefined;
  };
  process.once('exit', stop);
  return {
    update(done: number, total: number) {
      bar ??= startProgress(what, total, 'frames');
      bar.update(done);
      if (done === total) stop();
    },
    finish() {
      process.off('exit', stop);
      stop();
    },
  };
}

/** Options that only `images` knows would do nothing elsewhere. */
function refuseForeign(format: string, options: Record<string, unknown>): void {
  const own = {
    columns: '--columns',
    log: '--log',
    images: '--images',
    camera: '--camera',
  };
  const units = { angleUnit: '--angle_unit', timeUnit: '--time_unit' };
  const given = Object.entries({ ...own, ...units }).find(([name]) => options[name] !== undefined);
  if (given !== undefined && format !== 'images') {
    throw new UsageError(`${given[1]} is an option of the format images, not of ${format}`);
  }
  if (options.follow !== undefined && format === 'comma2016') {
    throw new UsageError(
      '--follow is for logs that name pictures; comma2016 has its frames in files of its own',
    );
  }
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

function json({ crop, labelScale, ...rest }: Imported): string {
  return JSON.stringify({ ...rest, crop: cropText(crop), label_scale: labelScale }, null, 2);
}

/** A function of its own, as commander passes more than the text. */
function cropOf(text: string) {
  return parseCrop(text);
}
