/**
 * An import from beginning to end: read the foreign logs, plan the recordings, write them, choose the label scale and
 * write dataset.yaml, all into a folder that appears only when it is complete. Knows no format, and prints nothing.
 */
import { existsSync, statfsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../errors.ts';
import { deviation } from '../../text/statistics.ts';
import { type CropSpec, cropPlan } from '../frames/crop.ts';
import { suggestScale } from '../inspect/label-scale.ts';
import { writeDatasetConfig } from '../recordings/dataset-config.ts';
import { SEQUENCE_STARTS } from '../recordings/recording-layout.ts';
import { createRecording } from '../recordings/recording-writer.ts';
import { steeringText } from './curvature.ts';
import { readerOf } from './formats/formats.ts';
import { frameBytes, type Planned, type PlanOptions, planImport } from './plan.ts';
import { type Log, type ReadOptions, type Source, UnreadableFrame } from './source.ts';
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
  /** Where frames that cannot be read are left out: each is tried before anything is written. */
  onChecking(done: number, total: number): void;
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

/** Pictures named beside the first that cannot be read. */
const SHOWN = 3;
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
    if (options.skipMissing || options.skipBroken) {
      const unreadable = await tryAll(sources, options.onChecking);
      leaveOut(sources, unreadable);
    }
    return await fillFolder(out, (folder) => writeDataset(format, sources, out, folder, options));
  } catch (error) {
    if (!(error instanceof UnreadableFrame)) throw error;
    const unreadable = await tryAll(sources, () => {});
    throw unreadable.size === 0 ? error : new DataError(unreadableText(sources, unreadable));
  } finally {
    for (const { frames } of sources.flatMap(({ logs }) => logs)) frames.close();
  }
}

/** The frames of each log that cannot be read, by their index. */
type Unreadable = Map<Log, Map<number, UnreadableFrame>>;

const logsOf = (sources: readonly Source[]) => sources.flatMap(({ logs }) => logs);
const framesOf = (logs: readonly Log[]) => logs.reduce((sum, { labels }) => sum + labels.length, 0);

/** Reads every frame; logs whose frames can all be read have no entry. */
async function tryAll(
  sources: readonly Source[],
  onChecking: (done: number, total: number) => void,
): Promise<Unreadable> {
  const logs = logsOf(sources);
  const total = framesOf(logs);
  const found: Unreadable = new Map();
  let done = 0;
  for (const log of logs) {
    const frames = await log.frames.unreadable((more) => {
      done += more;
      onChecking(done, total);
    });
    if (frames.size > 0) found.set(log, frames);
  }
  return found;
}

/**
 * Takes frames that cannot be read out of their logs, and says so in the notes of their source.
 * @throws DataError where a log has no other
 */
function leaveOut(sources: readonly Source[], unreadable: Unreadable): void {
  for (const source of sources) {
    const here = new Map([...unreadable].filter(([log]) => source.logs.includes(log)));
    if (here.size > 0) source.notes.push(`${countText([source], here)}; left out`);
    source.logs = source.logs.map((log) => {
      const frames = here.get(log);
      if (frames === undefined) return log;
      const kept = Array.from(log.labels.keys()).filter((i) => !frames.has(i));
      if (kept.length === 0) throw new DataError(unreadableText(sources, unreadable));
      log.frames.keep(kept);
      const column = (values: Float64Array) => Float64Array.from(kept, (i) => values[i]);
      return {
        ...log,
        labels: column(log.labels),
        times: log.times && column(log.times),
        ordinals: column(log.ordinals),
        sessions: log.sessions && kept.map((i) => log.sessions?.[i]),
      };
    });
  }
}

/** How many frames cannot be read, the first and why, and the names of some more. */
function countText(sources: readonly Source[], unreadable: Unreadable): string {
  const [first, ...others] = [...unreadable.values()].flatMap((frames) => [...frames.values()]);
  const names = others.slice(0, SHOWN).map(({ frame }) => basename(frame));
  const more = others.length > SHOWN ? ', …' : '';
  const count = `${others.length + 1} of ${framesOf(logsOf(sources))} pictures cannot be read`;
  return `${count}: ${[`${first.frame} (${first.reason})`, ...names].join(', ')}${more}`;
}

function unreadableText(sources: readonly Source[], unreadable: Unreadable): string {
  const found = [...unreadable.values()].flatMap((frames) => [...frames.values()]);
  if (found.length === 1) return found[0].message;
  const way = found.length === framesOf(logsOf(sources)) ? '' : ', or go on without them: --skip_broken';
  return `${countText(sources, unreadable)}; restore them${way}`;
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
    const pieces = Math.min(FOLDS, Math.floor(recordings[0].range.count / options.shortest));
    const way = pieces > 1 ? `--pieces ${pieces} cuts it` : 'it is too short to be cut by --pieces';
    options.onNote(`a single recording cannot be cross-tested: ${way}`);
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
  { name, log, range, times, gaps, height, width }: Planned,
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
    await writer.finish(gaps.length === 0 ? {} : { [SEQUENCE_STARTS]: Int32Array.from(gaps) });
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
