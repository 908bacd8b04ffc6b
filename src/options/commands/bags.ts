/** Options of `ncp-train bag …`: which topic is which, which time counts, how an angle is read. */
import { z } from 'zod';
import {
  compress,
  crop,
  field,
  flag,
  outFolder,
  safeCsv,
  scaledSize,
  steeringRatio,
  steeringSign,
  text,
  wheelbase,
} from '../fields.ts';

const topic = (what: string) => field(text, `${what}; none: leave it out`).open();

const topics = {
  switch: topic('TOPIC or TOPIC.field: whether autonomous mode is on'),
  gps: topic('TOPIC: positions, sensor_msgs/NavSatFix'),
  speed: topic('TOPIC or TOPIC.field: m/s'),
  steering: topic('TOPIC or TOPIC.field: angle of the front wheels or the steering wheel'),
  yaw_rate: topic('TOPIC or TOPIC.field: rad/s, positive to the left'),
  curvature: topic('TOPIC or TOPIC.field: 1/m, positive to the left'),
};

const meanings = {
  on: field(z.number(), 'what the switch says in autonomous mode').open('1 or true'),
  speed_scale: field(z.number().gt(0), 'm/s for one unit of the speed, e.g. 0.277778 for km/h').open(),
  wheelbase: wheelbase.open('the steering gives no curvature'),
  steering_ratio: steeringRatio.open('1'),
  angle_unit: field(z.enum(['deg', 'rad']), 'of the steering').open('rad'),
  sign: steeringSign.open('1'),
  time: field(z.enum(['stamp', 'received']), 'of messages').open('stamp, where the clocks agree'),
};

/** `bag info`, which needs none. */
export const bagInfoOptions = z.strictObject({});

/** Where pictures go, as `--frames` takes it. */
export const FRAMES = ['auto', 'recording', 'npy', 'both', 'none'] as const;
/** Range of the brightness of pictures in YUV. */
export const YUV_RANGES = ['studio', 'full'] as const;

/** `bag export`. */
export const bagExportOptions = z.strictObject({
  out: outFolder.required,
  camera: topic('TOPIC: images, raw or compressed'),
  ...topics,
  ...meanings,
  format: field(z.enum(['csv', 'npy']), 'of the columns').or('csv'),
  frames: field(z.enum(FRAMES), 'pictures go into a recording, an array, both or nowhere').or('auto'),
  size: scaledSize.open('as they are'),
  yuv_range: field(
    z.enum(YUV_RANGES),
    'of pictures in YUV (BT.601): studio, brightness 16 to 235, or full, 0 to 255',
  ).open('what the first pictures tell'),
  bits: field(
    z.int().min(9).max(16),
    'of pictures of 16 bits: how many the camera fills, from the lowest',
  ).open('16'),
  crop: crop.open('what suits the pictures'),
  compress,
});

/** `bag metrics`. */
export const bagMetricsOptions = z.strictObject({
  ...topics,
  ...meanings,
  format: field(z.enum(['text', 'csv', 'json']), 'of the result').open('text'),
  together: flag('the files are runs of one model: mean ± deviation over them'),
  safe_csv: safeCsv,
});
