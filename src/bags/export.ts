/**
 * `bag export`: the signals of a bag as columns, its pictures as an array, and where the driven curvature is known a recording
 * in the paper's format. Two passes: the signals, then the pictures, which go to disk as they come; so memory does not grow
 * with the bag. The folder appears whole or not at all.
 */
import { statfsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type CropSpec, cropPlan, cropText, parseCrop } from '../data/frames/crop.ts';
import { wideCrop } from '../data/import/source.ts';
import { fillFolder } from '../data/import/staging.ts';
import { suggestScale } from '../data/inspect/label-scale.ts';
import { writeDatasetConfig } from '../data/recordings/dataset-config.ts';
import { DataError, UsageError } from '../errors.ts';
import { NpyFile } from '../files/npy.ts';
import { measureDrive } from '../metrics/metrics.ts';
import type { FRAMES } from '../options/commands/bags.ts';
import { autonomousMode } from './autonomous-mode.ts';
import { lookText, lookThrough } from './camera/camera-look.ts';
import { type Picture, type PictureReading, type PictureSize, pictureOf } from './camera/picture.ts';
import type { YuvRange } from './camera/yuv.ts';
import {
  type Choice,
  type ChosenTopic,
  chooseTopics,
  listText,
  type NamedTopics,
  topicText,
} from './choose-topics.ts';
import { type ColumnFile, type ColumnFormat, writeColumns } from './column-file.ts';
import { curvatureOf, type Driven, speedOf } from './curvature-source.ts';
import type { Bag } from './read/bag.ts';
import { openBag } from './read/open-bag.ts';
import { type Autonomy, type DriveColumns, RecordedFrames } from './recorded-frames.ts';
import { type Clock, chooseClock, omissionNotes, readSignals, type Signals, timeOf } from './signals.ts';
import { type TraceOptions, traceOf } from './trace.ts';
import { placesOf } from './track.ts';

export interface ExportOptions extends TraceOptions {
  readonly topics: NamedTopics;
  readonly clock?: Clock;
  readonly format: ColumnFormat;
  /** Where pictures go; auto: into a recording, without a curvature into an array. */
  readonly frames: (typeof FRAMES)[number];
  /** Undefined: as they are. */
  readonly size?: PictureSize;
  /** Of pictures in YUV; undefined: as their brightness tells. */
  readonly yuvRange?: YuvRange;
  /** Of pictures of 16 bits: how many the camera fills; undefined: all. */
  readonly bits?: number;
  /** Of the recording; undefined: the paper's for pictures of its shape, else the widest that fits. */
  readonly crop?: CropSpec;
  readonly compress: boolean;
  /** Takes what was chosen, before anything is written. */
  onNote(note: string): void;
  onProgress(done: number, total: number): void;
}

export interface Exported {
  readonly out: string;
  /** The bag's base name. */
  readonly bag: string;
  readonly files: readonly (ColumnFile | ArrayFile)[];
  /** What each quantity was made from, in words. */
  readonly sources: Readonly<Record<string, string>>;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface ArrayFile {
  readonly file: string;
  readonly shape: readonly number[];
}

/**
 * @param out - the folder to make
 * @throws DataError (status 3) for a bag that cannot be read or has nothing to export; UsageError where `out` is not empty
 */
export async function exportBag(path: string, out: string, options: ExportOptions): Promise<Exported> {
  const bag = await openBag(path);
  try {
    const { choice, notes } = chooseTopics(bag, options.topics);
    if (Object.keys(choice).length === 0) {
      const why = notes.map((note) => `\n  ${note}`).join('');
      throw new DataError(`${path}: no topic that could be exported; the bag has ${listText(bag)}${why}`);
    }
    const clock =
      options.clock === undefined ? await chooseClock(bag, choice) : { clock: options.clock, notes: [] };
    for (const note of [...bag.notes, ...notes, ...clock.notes]) options.onNote(note);
    return await fillFolder(out, (folder) => fill(bag, choice, clock.clock, out, folder, options));
  } finally {
    await bag.close();
  }
}

async function fill(
  bag: Bag,
  choice: Choice,
  clock: Clock,
  out: string,
  folder: string,
  options: ExportOptions,
): Promise<Exported> {
  const signals = await readSignals(bag, choice, clock);
  const speed = speedOf(signals, options.speedScale);
  const curvature = curvatureOf(signals, options, speed);
  const notes = omissionNotes(signals);
  const files: (ColumnFile | ArrayFile)[] = writeSignals(folder, signals, options);
  const drive = autonomyOf(bag, signals, options, notes);
  const sources: Record<string, string> = {
    ...Object.fromEntries(Object.entries(choice).map(([role, topic]) => [role, topicText(topic)])),
    ...(speed ? { speed: speed.from } : {}),
    time: clock === 'stamp' ? 'the headers of messages, where they have one' : 'when messages were received',
  };
  if (choice.camera !== undefined && options.frames !== 'none') {
    const wants = sinksFor(options, curvature, bag);
    const { yuvRange, bits } = options;
    const look = await lookThrough(bag, choice.camera.topic, { yuvRange, bits });
    if (look?.remark !== undefined) options.onNote(`camera: ${lookText(look)}`);
    if (bits !== undefined) sources.camera += `, of 16 bits the lower ${bits}`;
    if (look?.yuvRange !== undefined) sources.camera += `, ${look.encoding} in ${look.yuvRange} range`;
    if (wants.recording) options.onNote(`labels: curvature from ${curvature?.from}`);
    const reading = { size: options.size, yuvRange: look?.yuvRange, bits };
    const pictures = await writePictures(bag, choice.camera, reading, clock, folder, out, options, wants, {
      signals,
      speed,
      curvature,
      drive,
    });
    files.push(...pictures.files);
    notes.push(...pictures.notes);
  }
  const isRecorded = files.some(({ file }) => file.endsWith('.h5'));
  const labels: Record<string, string> =
    isRecorded && curvature ? { labels: `curvature, ${curvature.from}` } : {};
  const exported = { out, bag: basename(bag.path), files, sources: { ...sources, ...labels }, notes };
  writeFileSync(join(folder, 'export.json'), `${JSON.stringify({ ...exported, out: undefined }, null, 2)}\n`);
  return exported;
}

/** A file for each signal that is there. */
function writeSignals(
  folder: string,
  { gps, quantities }: Signals,
  { format, on }: ExportOptions,
): ColumnFile[] {
  const files: ColumnFile[] = [];
  if (gps !== undefined) {
    const { time, latitude, longitude, altitude } = gps;
    files.push(
      writeColumns(folder, 'gps', { time, latitude, longitude, altitude, ...placesOf(gps) }, format),
    );
  }
  for (const [role, { time, value }] of Object.entries(quantities)) {
    if (role === 'switch') {
      const autonomous = value.map((v) => Number(on === undefined ? v !== 0 : v === on));
      files.push(writeColumns(folder, role, { time, value, autonomous }, format));
    } else files.push(writeColumns(folder, role, { time, [role]: value }, format));
  }
  return files;
}

/** Undefined where there is no switch, or none from which crashes may be counted; the reason is noted. */
function autonomyOf(
  bag: Bag,
  signals: Signals,
  options: ExportOptions,
  notes: string[],
): Autonomy | undefined {
  const signal = signals.quantities.switch;
  if (signal === undefined) return undefined;
  try {
    const { trace } = traceOf(bag, signals, options);
    const { crashesAt } = measureDrive(trace, { where: bag.path });
    const crashes = crashesAt.map((n) => trace.time[n]);
    return { mode: autonomousMode(bag.path, signal, options.on), crashes };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    notes.push(`no autonomous mode in the recording: ${error.message}`);
    return undefined;
  }
}

interface Sinks {
  readonly recording: boolean;
  readonly npy: boolean;
}

function sinksFor({ frames }: ExportOptions, curvature: Driven | undefined, { path }: Bag): Sinks {
  const isKnown = curvature !== undefined;
  if (!isKnown && (frames === 'recording' || frames === 'both')) {
    throw new DataError(
      `${path}: a recording needs the curvature that was driven: a topic of it (--curvature), the steering with --wheelbase, a ` +
        'yaw rate with a speed, or GPS; without it: --frames npy',
    );
  }
  const recording = frames === 'recording' || frames === 'both' || (frames === 'auto' && isKnown);
  return { recording, npy: frames === 'npy' || frames === 'both' || (frames === 'auto' && !isKnown) };
}

async function writePictures(
  bag: Bag,
  camera: ChosenTopic,
  reading: PictureReading,
  clock: Clock,
  folder: string,
  out: string,
  options: ExportOptions,
  wants: Sinks,
  columns: DriveColumns,
): Promise<{ files: (ColumnFile | ArrayFile)[]; notes: string[] }> {
  const name = `${basename(bag.path).replace(/\.(bag|mcap)$/, '')}.h5`;
  const times: number[] = [];
  const lost = { undecodable: 0, why: '', backwards: 0 };
  let first: Picture | undefined;
  let npy: NpyFile | undefined;
  let recording: RecordedFrames | undefined;
  try {
    let seen = 0;
    let isGap = false;
    for await (const message of bag.messages([camera.topic])) {
      options.onProgress(++seen, camera.count);
      const time = timeOf(message, clock);
      if (times.length > 0 && time <= times[times.length - 1]) {
        lost.backwards++;
        continue;
      }
      const picture = await pictureOf(message.fields, reading).catch((error: Error) => error);
      if (picture instanceof Error) {
        lost.undecodable++;
        isGap = true;
        lost.why ||= picture.message;
        continue;
      }
      if (first === undefined) {
        first = picture;
        checkSpace(out, camera, picture, wants, options.compress);
        const { height, width } = picture;
        if (wants.npy) npy = new NpyFile(join(folder, 'camera.npy'), 'uint8', [height, width, 3]);
        if (wants.recording)
          recording = await recordingFor(bag, join(folder, name), picture, columns, options);
      }
      if (picture.height !== first.height || picture.width !== first.width) {
        throw new DataError(
          `${bag.path}: pictures of ${camera.topic} have several sizes, ${first.height}×${first.width} and ` +
            `${picture.height}×${picture.width}; --size ${first.height}x${first.width} makes them one`,
        );
      }
      times.push(time);
      npy?.append(picture.pixels);
      recording?.append(time, picture.pixels, isGap);
      isGap = false;
    }
    if (first === undefined) {
      throw new DataError(
        `${bag.path}: none of the ${camera.count} pictures of ${camera.topic} can be decoded: ${lost.why}`,
      );
    }
    const files: (ColumnFile | ArrayFile)[] = [];
    const { height, width } = first;
    if (npy !== undefined) {
      npy.finish();
      npy = undefined;
      files.push({ file: 'camera.npy', shape: [times.length, height, width, 3] });
      files.push(writeColumns(folder, 'camera_times', { time: Float64Array.from(times) }, options.format));
    }
    const notes: string[] = [];
    if (recording !== undefined) {
      const { labels, leftOut } = await recording.finish();
      recording = undefined;
      if (leftOut > 0) {
        notes.push(
          `${leftOut} of ${times.length} frames are not in the recording: the curvature is not known there (its messages end, ` +
            'pause, or the car was slower than 1 m/s)',
        );
      }
      describe(folder, first, labels, options);
      files.push({ file: name, shape: [labels.length, height, width, 3] });
    }
    if (lost.undecodable > 0) {
      notes.push(`${lost.undecodable} of ${camera.count} pictures cannot be decoded (${lost.why}): left out`);
    }
    if (lost.backwards > 0) {
      notes.push(`${lost.backwards} of ${camera.count} pictures are not later than the one before: left out`);
    }
    return { files, notes };
  } finally {
    npy?.close();
    recording?.abort();
  }
}

function recordingFor(
  bag: Bag,
  path: string,
  { height, width }: PictureSize,
  columns: DriveColumns,
  options: ExportOptions,
) {
  const { curvature, speed } = columns;
  if (curvature === undefined) throw new UsageError('a recording needs a curvature');
  const attributes = {
    source: basename(bag.path),
    curvature: curvature.from,
    ...(speed ? { speed_source: speed.from } : {}),
  };
  const format = { height, width, compress: options.compress, attributes };
  return RecordedFrames.create(path, format, { ...columns, curvature });
}

/** dataset.yaml, so that the folder trains as it is. */
function describe(
  folder: string,
  size: PictureSize,
  labels: Float64Array,
  { crop: given, onNote }: ExportOptions,
): void {
  const crop = given ?? (isPaperShape(size) ? parseCrop('paper') : wideCrop(size, MIDDLE));
  cropPlan(crop, size.height, size.width); // refuses a crop of nothing
  const scale = suggestScale(labels);
  onNote(`dataset.yaml: crop ${cropText(crop)}, label scale ${scale}`);
  writeDatasetConfig(folder, {
    crop,
    channel_order: 'rgb',
    label_sign: 1,
    label_scale: scale,
    folds: 'auto:2',
    source: 'rosbag',
  });
}

/** Below the middle of the picture: the road rather than the sky. */
const MIDDLE = 0.6;

/** The paper's frames are 1208×1920, or scaled from that. */
const isPaperShape = ({ height, width }: PictureSize) => Math.abs(width / height / (1920 / 1208) - 1) < 0.03;

/** Refuses what the disk has no room for; compressed, it may fit yet. */
function checkSpace(
  out: string,
  { count }: ChosenTopic,
  { pixels }: Picture,
  wants: Sinks,
  compress: boolean,
): void {
  const bytes = count * pixels.length * (Number(wants.npy) + Number(wants.recording && !compress));
  const { bavail, bsize } = statfsSync(dirname(resolve(out)));
  if (bytes <= bavail * bsize) return;
  const gigabytes = (amount: number) => `${(amount / 1e9).toFixed(1)} GB`;
  throw new DataError(
    `--out ${out}: ${count} pictures take ${gigabytes(bytes)} and ${gigabytes(bavail * bsize)} are free; choose another disk, a ` +
      'smaller --size, or --compress',
  );
}
