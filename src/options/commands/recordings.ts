/** Options of `ncp-train data …`: how recordings are made, taken from other formats, looked at and checked. */
import { z } from 'zod';
import {
  cacheDir,
  cameraSize,
  channelOrder,
  compress,
  crop,
  field,
  flag,
  folds,
  force,
  labelScale,
  labelSign,
  outFile,
  outFolder,
  scaledSize,
  steeringRatio,
  steeringSign,
  text,
  wheelbase,
  workers,
} from '../fields.ts';

const count = z.int().min(1);
const positive = z.number().gt(0);

/** `data cache list` and `data cache clear`. */
export const dataCacheOptions = z.strictObject({ cache_dir: cacheDir.open('the user’s cache folder') });

/** `data check`, which needs none. */
export const dataCheckOptions = z.strictObject({});

/** `data generate`. */
export const dataGenerateOptions = z.strictObject({
  out: outFolder.required,
  frames: field(count, 'frames of each recording').open('passive 600, active 1200'),
  recordings: field(count, 'recordings to make, at most passive 19, active 6').open('all'),
  size: cameraSize.or('250x400'),
  compress,
  seed: field(z.int(), 'another seed, other roads').or(0),
  workers: workers.open('one a core'),
  force,
});

/** Units of steering angles, as `--angle_unit` takes them. */
export const ANGLE_UNITS = ['share', 'deg', 'rad'] as const;
/** Units of times, as `--time_unit` takes them. */
export const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const;

/** `data import`. */
export const dataImportOptions = z.strictObject({
  out: outFolder.required,
  wheelbase: wheelbase.open('that of the format'),
  steering_range: field(positive, 'angle of the front wheels at a steering of 1, degrees').open(),
  steering_ratio: steeringRatio.open('that of the format'),
  sign: steeringSign.open('that of the format'),
  rate: field(positive, 'frames a second, in place of the recorded times').open(),
  pause: field(positive, 'a step in time that ends a drive, s').or(1),
  min_frames: field(count, 'leave out drives of fewer frames').or(64),
  pieces: field(count, 'cut the drives into so many recordings, for cross-testing').or(1),
  size: scaledSize.open('as they are'),
  crop: crop.open('what suits the format'),
  label_scale: labelScale.open('what brings the labels’ deviation near 1'),
  skip_missing: flag('leave out entries whose image is absent or cannot be read'),
  skip_broken: flag(
    'leave out whatever cannot be used: such entries, and records cut off or without a number',
  ),
  compress,
  columns: field(text, 'images: role=column, …; roles file, time, curvature, angle').open(),
  log: field(text, 'images: the log, where the folder has several').open(),
  follow: flag(
    'take also pictures outside the folder of their log, or of --images, and links that lead there',
  ),
  images: field(text, 'images: folder of the images').open('that of the log'),
  camera: field(text, 'images: the camera to keep, where a column frame_id names several').open(),
  angle_unit: field(z.enum(ANGLE_UNITS), 'images: unit of the angles').open(),
  time_unit: field(z.enum(TIME_UNITS), 'images: unit of the times').open(),
});

/** `data inspect`. */
export const dataInspectOptions = z.strictObject({
  out: outFile.open('NAME-contact-sheet.png here, by the name of the path'),
  crop: crop.open('as dataset.yaml says, else paper'),
  channel_order: channelOrder.open('as dataset.yaml says, else rgb'),
  label_scale: labelScale.open('as dataset.yaml says, else 1000'),
  label_sign: labelSign.open('as dataset.yaml says, else 1'),
  folds: folds.open('as dataset.yaml says, else paper'),
});
