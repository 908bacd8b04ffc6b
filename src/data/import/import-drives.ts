/**
 * An import from beginning to end: read the foreign logs, plan the recordings, write them, choose the label scale and
 * write dataset.yaml, all into a folder that appears only when it is complete. Knows no format, and prints nothing.
 */
import { existsSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../../errors.ts';
import { type CropSpec, cropPlan } from '../crop.ts';
import { writeDatasetConfig } from '../dataset-config.ts';
import { suggestScale } from '../label-scale.ts';
import { createRecording } from '../recording-writer.ts';
import { deviation } from '../statistics.ts';
import { steeringText } from './curvature.ts';
import { readerOf } from './formats.ts';
import { frameBytes, type Planned, type PlanOptions, planImport } from './plan.ts';
import type { Log, ReadOptions, Source } from './source.ts';
import { fillFolder } from './staging.ts';

export interface ImportOptions extends ReadOptions, PlanOptions {
  /** Undefined: what suits the format. */
  crop?: CropSpec;
  /** Undefined: the round number that brings the labels’ deviation near 1. */
  labelScale?: number;
  compress: boolean;
  /** Takes what was left out or assumed, and the size, before anything is written. */
  onNote(note: string): void;
  onProgress(done: number, total: number): void;
}

export interface Imported {
  /** As asked for. */
  out: string;
  recordings: { name: string; frames: number; seconds: number; deviation: number }[];
  frames: number;
  crop: CropSpec;
  labelScale: number;
  /** Standard deviation of the labels times the scale. */
  deviation: number;
}

/** Frames read and written at a time. */
const AT_ONCE = 32;
/** Folds of cross-testing, as the paper’s; fewer where there are fewer recordings. */
const FOLDS = 10;

/**
 * @param format - one of FORMATS
 * @param paths - what is read, at least one
 * @param out - the folder that is made
 * @throws UsageError and DataError, each with file, line and remedy
 */
export async function importDrives(
  format: string,
  paths: readonly string[],
  out: string,
  options: ImportOptions,
): Promise<Imported> {
  const read = readerOf(format);
  const sources: Source[] = [];
  try {
    for (const path of paths) sources.push(await read(path, options));
    return await fillFolder(out, (folder) => writeDataset(format, sources, out, folder, options));
  } finally {
    for (const { frames } of sources.flatMap(({ logs }) => logs)) frames.close();
  }
}

async function writeDataset(
  format: string,
  sources: Source[],
  out: string,
  folder: string,
  options: ImportOptions,
): Promise<Imported> {
  const { recordings, nominalRate, notes } = await planImport(sources, options);
  const crop = options.crop ?? sources[0].crop(await sources[0].logs[0].frames.size());
  for (const { height, width } of recordings) cropPlan(crop, height, width); // refuses a crop of nothing
  const steering = steeringTexts(sources);
  const said = [
    ...sources.flatMap((source) => source.notes),
    ...notes,
    ...Array.from(steering.values(), (text) => `steering: ${text}`),
  ];
  for (const note of new Set(said)) options.onNote(note);
  if (recordings.length === 1) {
    options.onNote('a single recording cannot be cross-tested: --pieces 10 cuts it');
  }
  checkSpace(recordings, out, options);

  const total = recordings.reduce((sum, { range }) => sum + range.count, 0);
  let done = 0;
  for (const recording of recordings) {
    const attributes = { source: format, steering: steering.get(recording.log) as string };
    await writeRecording(recording, folder, attributes, options, (count) => {
      done += count;
      options.onProgress(done, total);
    });
  }
  const labels = recordings.map(labelsOf);
  const all = Float64Array.from(labels.flatMap((each) => Array.from(each)));
  const labelScale = options.labelScale ?? suggestScale(all);
  writeDatasetConfig(folder, {
    crop,
    channel_order: 'rgb',
    label_sign: 1,
    label_scale: labelScale,
    // One recording has no folds; with two asked for, what needs them says so and names the remedy.
    folds: `auto:${Math.max(2, Math.min(FOLDS, recordings.length))}`,
    ...(nominalRate === undefined ? {} : { nominal_rate: nominalRate }),
    source: format,
  });
  return {
    out,
    recordings: recordings.map(({ name, range, times }, i) => ({
      name,
      frames: range.count,
      seconds: times[times.length - 1] - times[0],
      deviation: deviation(labels[i]) * labelScale,
    })),
    frames: total,
    crop,
    labelScale,
    deviation: deviation(all) * labelScale,
  };
}

/** How the labels of each log were made. */
function steeringTexts(sources: Source[]): Map<Log, string> {
  return new Map(
    sources.flatMap(({ logs, steering }) => {
      const text = steering === undefined ? 'curvature as logged' : steeringText(steering);
      return logs.map((log) => [log, text] as const);
    }),
  );
}

async function writeRecording(
  { name, log, range, times, height, width }: Planned,
  folder: string,
  attributes: Record<string, string>,
  { size, compress }: ImportOptions,
  onWritten: (frames: number) => void,
): Promise<void> {
  const writer = await createRecording(join(folder, name), { height, width, compress, attributes });
  try {
    for (let at = 0; at < range.count; at += AT_ONCE) {
      const count = Math.min(AT_ONCE, range.count - at);
      const first = range.first + at;
      const frames = await log.frames.read(first, count, size);
      writer.append(frames, log.labels.subarray(first, first + count), times.subarray(at, at + count));
      onWritten(count);
    }
    await writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** Says how large the import gets and refuses it where the disk has no room for it; compressed, it may fit yet. */
function checkSpace(recordings: Planned[], out: string, { compress, onNote }: ImportOptions): void {
  const bytes = recordings.reduce((sum, recording) => sum + frameBytes(recording), 0);
  const { bavail, bsize } = statfsSync(existing(resolve(out)));
  const free = bavail * bsize;
  const files = recordings.length === 1 ? '1 recording' : `${recordings.length} recordings`;
  onNote(`${files}, ${sizeText(bytes)}${compress ? ' before compression' : ''}`);
  if (!compress && bytes > free) {
    throw new DataError(
      `--out ${out}: ${sizeText(bytes)} are needed and ${sizeText(free)} are free; ` +
        'choose another disk, a smaller --size, or --compress',
    );
  }
}

/** In MB or GB. */
function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The nearest folder above a path that is there. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

function labelsOf({ log, range: { first, count } }: Planned): Float64Array {
  return log.labels.subarray(first, first + count);
}
