/**
 * A recording to drive over: its frames, its path and its camera, as the file and the `dataset.yaml` beside it say; what they do
 * not say is the paper's (docs/pipeline.md §2).
 */
import { dirname } from 'node:path';
import { addPixelNoise } from '../augment/pixel-noise.ts';
import { CROP_BYTES, cropBox, cropInto, cropPlan, parseCrop } from '../data/frames/crop.ts';
import { readDatasetConfig } from '../data/recordings/dataset-config.ts';
import { type DriveRecording, openDriveRecording } from '../data/recordings/drive-recording.ts';
import { openRecording, type Recording } from '../data/recordings/recording.ts';
import { ConfigError, DataError } from '../errors.ts';
import { camera } from '../simulation/picture/camera.ts';
import type { Sight } from './closed-loop.ts';
import type { Pilot } from './pilot.ts';
import { RecordedCourse, type RecordedPath } from './recorded-course.ts';
import { type RecordedCamera, RoadWarp } from './warp.ts';

export interface RecordedDrive {
  readonly recording: Recording;
  readonly path: RecordedPath;
  readonly warp: RoadWarp;
  readonly camera: RecordedCamera;
  /** Of the camera's numbers those that the file does not give: the paper's stand in. */
  readonly assumed: readonly string[];
  readonly channelOrder: 'rgb' | 'bgr';
  /** Frames a second, the median. */
  readonly rate: number;
  close(): void;
}

/** Frames come at nearly the same pace everywhere, so that only what is another rate is refused. */
const RATE_TOLERANCE = 0.2;

/**
 * @param file - of the recording
 * @param speed - m/s, where the recording does not say
 * @throws DataError for a file that is no recording, and where nothing says how fast the car drove
 */
export async function openRecordedDrive(file: string, speed: number | undefined): Promise<RecordedDrive> {
  const recording = await openRecording(file);
  const { height, width, labels, timestamps } = recording.info;
  let drive: DriveRecording | undefined;
  try {
    const { label_sign = 1, channel_order = 'rgb' } = readDatasetConfig(dirname(file));
    drive = await openDriveRecording(file);
    const steps = requireGrowing(file, timestamps);
    const attributes = recording.attributes();
    const eye = cameraOf(attributes, height, width);
    return {
      recording,
      path: {
        times: timestamps,
        curvature: labels.map((label) => label * label_sign),
        speed: speedOf(file, drive, timestamps, speed),
        offset: drive.column('lateral_offset'),
        roadWidth: typeof attributes.road_width === 'number' ? attributes.road_width : undefined,
      },
      warp: new RoadWarp(eye.camera, height, width),
      ...eye,
      channelOrder: channel_order,
      rate: 1 / steps[steps.length >> 1],
      close: () => recording.close(),
    };
  } catch (error) {
    recording.close();
    throw error;
  } finally {
    drive?.close();
  }
}

/** @returns the steps in time, sorted @throws DataError for times that stand still or go back */
function requireGrowing(file: string, times: Float64Array): Float64Array {
  if (times.length < 2) throw new DataError(`${file}: one frame is no drive`);
  const back = times.findIndex((time, n) => n > 0 && time <= times[n - 1]);
  if (back !== -1) {
    throw new DataError(
      `${file}: timestamp[${back}] is ${times[back]} s, which is not later than the ${times[back - 1]} s before it; ` +
        'a drive needs times that grow',
    );
  }
  return times
    .slice(1)
    .map((time, n) => time - times[n])
    .sort();
}

function speedOf(
  file: string,
  drive: DriveRecording,
  times: Float64Array,
  given: number | undefined,
): Float64Array {
  const own = drive.column('speed');
  if (own) return finite(file, 'speed', own);
  const at = drive.position();
  if (at) {
    const { x, y } = at;
    const last = times.length - 1;
    const speeds = times.map((_, n) => {
      const [a, b] = [Math.max(n - 1, 0), Math.min(n + 1, last)];
      return Math.hypot(x[b] - x[a], y[b] - y[a]) / (times[b] - times[a]);
    });
    return finite(file, 'position', speeds);
  }
  if (given !== undefined) return times.map(() => given);
  throw new DataError(
    `${file}: there is neither speed nor position, so nobody knows how far the car drove between two frames; ` +
      'give its speed with --speed (m/s)',
  );
}

function finite(file: string, name: string, values: Float64Array): Float64Array {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index === -1) return values;
  throw new DataError(`${file}: ${name} is not known at frame ${index}; --on needs it throughout`);
}

/** The file's numbers, as `data generate` writes them; fx, fy, cx, cy are pixels of its own frames. */
function cameraOf(
  attributes: Readonly<Record<string, number | string>>,
  height: number,
  width: number,
): { camera: RecordedCamera; assumed: string[] } {
  const paper = camera(height, width);
  const names = {
    fx: 'fx',
    fy: 'fy',
    cx: 'cx',
    cy: 'cy',
    cameraHeight: 'camera_height',
    pitch: 'camera_pitch',
  } as const;
  const assumed: string[] = [];
  const number = (key: keyof typeof names): number => {
    const value = attributes[names[key]];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    assumed.push(names[key]);
    return paper[key];
  };
  const [fx, fy, cx, cy] = (['fx', 'fy', 'cx', 'cy'] as const).map(number);
  return {
    camera: { fx, fy, cx, cy, cameraHeight: number('cameraHeight'), pitch: number('pitch') },
    assumed,
  };
}

/** @throws ConfigError for a model that was trained at another rate */
export function refuseOtherRate(pilot: Pilot, file: string, { rate }: RecordedDrive): void {
  if (!pilot.looks || Math.abs(rate / pilot.rate - 1) <= RATE_TOLERANCE) return;
  throw new ConfigError(
    `${pilot.weights} does not fit ${file}: ${rate.toFixed(1)} frames a second, the model was trained with ${pilot.rate}`,
  );
}

export interface RecordedRun {
  readonly course: RecordedCourse;
  readonly noise: number;
  readonly noiseSeed: number;
  readonly isRecorded: boolean;
}

/** A course over the recording, for a model's view of it. @throws UsageError for a crop that leaves nothing */
export function recordedCourse(
  { recording, path, warp }: RecordedDrive,
  pilot: Pilot,
  { unseen, seconds }: { unseen: number; seconds: number },
): RecordedCourse {
  const { height, width } = recording.info;
  const box = cropBox(parseCrop(pilot.crop), height, width);
  return new RecordedCourse({ path, warp, box, unseen, seconds });
}

/** All runs are at the same frame, so it is read once. */
export function recordedSight(drive: RecordedDrive, runs: readonly RecordedRun[], pilot: Pilot): Sight {
  const { recording, warp, channelOrder } = drive;
  const { height, width } = recording.info;
  const crop = parseCrop(pilot.crop);
  const plan = cropPlan(crop, height, width);
  const box = cropBox(crop, height, width);
  const whole = { left: 0, top: 0, right: width, bottom: height };
  const crops = new Float32Array(runs.length * CROP_BYTES);
  const cropped = new Uint8Array(CROP_BYTES);
  const frame = new Uint8Array(height * width * 3);
  const pictures = runs.map(() => new Uint8Array(frame.length));
  let read = -1;
  return {
    crops,
    picture: (slot) => pictures[slot],
    see: async (slots) => {
      for (const slot of slots) {
        const { course, noise, noiseSeed, isRecorded } = runs[slot];
        if (read !== course.frame) {
          recording.readFrames(course.frame, 1, frame);
          if (channelOrder === 'bgr') swapRedAndBlue(frame);
          read = course.frame;
        }
        warp.apply(frame, course.displacement, isRecorded ? whole : box, pictures[slot]);
        cropInto(plan, pictures[slot], 0, cropped, 0, 'rgb');
        const out = crops.subarray(slot * CROP_BYTES, (slot + 1) * CROP_BYTES);
        if (noise > 0) addPixelNoise(cropped, course.frame, { sigma: noise, seed: noiseSeed }, out);
        else out.set(cropped);
      }
    },
  };
}

function swapRedAndBlue(frame: Uint8Array): void {
  for (let i = 0; i < frame.length; i += 3) [frame[i], frame[i + 2]] = [frame[i + 2], frame[i]];
}
