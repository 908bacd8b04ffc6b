/**
 * `ncp-train widget`: one HTML file to look through drives, frame by frame and model beside model (docs/widget.md). Frames and saliency
 * maps go into the file as they are read, so that memory holds the numbers of one drive and no more; what computes is loaded
 * only where something is computed.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAP_SIZE, saliencyMaps } from '../../analyses/saliency/maps.ts';
import type { BackendChoice } from '../../backend/names.ts';
import {
  type ChannelOrder,
  CROP_BYTES,
  CROP_HEIGHT,
  CROP_WIDTH,
  cropBox,
  parseCrop,
} from '../../data/frames/crop.ts';
import type { CroppedFrames } from '../../data/frames/cropped-frames.ts';
import { readDatasetConfig } from '../../data/recordings/dataset-config.ts';
import { UsageError } from '../../errors.ts';
import { type GrowingFile, growingFile } from '../../files/growing-file.ts';
import { type OpenReplay, type OpenSource, openReplay, openSource } from '../../replay/open.ts';
import { resets, seenFrames } from '../../replay/seen-frames.ts';
import { tracedFrames } from '../../replay/trace.ts';
import { type CameraFrames, openCameraFrames } from './camera-frames.ts';
import { BLOCK_END, base64, blockJson, blockStart, neuronLevels } from './data-blocks.ts';
import { type DriveNumbers, recordedNumbers, replayedNumbers } from './drive-numbers.ts';
import { driveTimes, framesWithin } from './drive-times.ts';
import type { FoundDrive, FoundDrives } from './find-drives.ts';
import type { PageBox, PageDrive } from './layout.ts';
import { framePicture, mapPicture, type PictureFormat, pictureSize } from './pictures.ts';
import { pageEnd, pageStart } from './shell.ts';

export interface WidgetRequest {
  /** At least one drive; their checkpoints are there, or `requireCheckpoint` has let them pass. */
  readonly found: FoundDrives;
  /** The page; one that is there is replaced. */
  readonly out: string;
  /** A picture every so many frames, at least 1; numbers are of every frame. */
  readonly every: number;
  readonly format: PictureFormat;
  /** s from each drive's start, both included. */
  readonly from: number;
  readonly to: number;
  readonly saliency: boolean;
  readonly backend: BackendChoice;
  readonly channelOrder?: ChannelOrder;
  readonly cacheDir?: string;
  /** The page's script, bundled (page/). */
  readonly script: string;
  /** @param what - the drive at work, in words unlike those of any other */
  readonly onProgress?: (what: string, done: number, all: number) => void;
  /** Ends it between some frames and the next; then there is no page. */
  readonly signal?: AbortSignal;
}

export interface WidgetResult {
  readonly out: string;
  readonly bytes: number;
  /** Frames in the page; drives over one recording share them. */
  readonly pictures: number;
  /** Bytes of the page that are frames, and saliency maps. */
  readonly frame_bytes: number;
  readonly map_bytes: number;
  readonly drives: readonly {
    readonly title: string;
    readonly group: string;
    readonly recording: string;
    readonly checkpoint: string | null;
    readonly frames: number;
    readonly pictures: number;
    readonly saliency: boolean;
    readonly neurons: number;
    readonly crashes: number;
    readonly remarks: readonly string[];
  }[];
  /** What was found and is not in the page, with the reason. */
  readonly notes: readonly string[];
}

/** Frames whose activations and pictures are in memory at once; with more of them a page is not made faster. */
const SLICE = 8;

/**
 * @throws DataError, ConfigError for drives, checkpoints or a page that cannot be read or written; then there is no page
 * @throws UsageError for a range of time that no drive has
 * @throws the signal's reason
 */
export async function writeWidget(request: WidgetRequest): Promise<WidgetResult> {
  const { drives: found, notes } = request.found;
  const titles = titlesOf(found);
  const page = await growingFile(request.out);
  const pages: Written = { page, framesOf: new Map(), pictures: 0, frameBytes: 0, mapBytes: 0 };
  const drives: WidgetResult['drives'][number][] = [];
  const leftOut: string[] = [...notes];
  try {
    await page.add(pageStart(`Drives of ${[...new Set(found.map(({ model }) => model))].join(', ')}`));
    for (const [n, drive] of found.entries()) {
      const opened = await openDrive(drive, request);
      try {
        const written = await writeDrive(pages, drives.length, titles[n], opened, request);
        if (typeof written === 'string') leftOut.push(written);
        else drives.push(written);
      } finally {
        opened.close();
      }
    }
    if (drives.length === 0) throw new UsageError(leftOut.slice(notes.length).join('; '));
    await page.add(pageEnd(request.script));
    await page.finish();
  } finally {
    await page.discard();
  }
  const { pictures, frameBytes, mapBytes } = pages;
  return {
    out: request.out,
    bytes: page.bytes,
    pictures,
    frame_bytes: frameBytes,
    map_bytes: mapBytes,
    drives,
    notes: leftOut,
  };
}

/** The page so far. */
interface Written {
  readonly page: GrowingFile;
  /** By which pictures of which recording: the drive in whose block they are. */
  readonly framesOf: Map<string, number>;
  pictures: number;
  frameBytes: number;
  mapBytes: number;
}

/** The model's name; where a group has it more than once, with a number. */
function titlesOf(drives: readonly FoundDrive[]): string[] {
  return drives.map(({ model, group }, n) => {
    const before = drives.slice(0, n).filter((one) => one.model === model && one.group === group).length;
    return before === 0 ? model : `${model} (${before + 1})`;
  });
}

interface OpenDrive {
  readonly drive: FoundDrive;
  readonly camera: CameraFrames;
  readonly channelOrder: ChannelOrder;
  /** What its checkpoint says of it, where there is one. */
  readonly seen?: OpenSource;
  /** The same with the model, where it is run. */
  readonly replay?: OpenReplay;
  close(): void;
}

async function openDrive(drive: FoundDrive, request: WidgetRequest): Promise<OpenDrive> {
  const { kind, recording, checkpoint } = drive;
  const { backend, cacheDir } = request;
  let replay: OpenReplay | undefined;
  let seen: OpenSource | undefined;
  if (checkpoint !== undefined && existsSync(checkpoint)) {
    const asked = { checkpoint, recording, cacheDir, channelOrder: request.channelOrder };
    const isRun = kind === 'replayed' || request.saliency;
    if (isRun) replay = await openReplay({ ...asked, backend });
    seen = replay ?? (await openSource(asked));
  }
  try {
    const channelOrder =
      request.channelOrder ??
      readDatasetConfig(dirname(recording)).channel_order ??
      seen?.input.channel_order ??
      'rgb';
    const camera = await openCameraFrames(recording, channelOrder);
    const close = () => {
      camera.close();
      seen?.close();
    };
    return { drive, camera, channelOrder, seen, replay, close };
  } catch (error) {
    seen?.close();
    throw error;
  }
}

/** @returns a sentence if the drive has no frame in the range that is asked for */
async function writeDrive(
  written: Written,
  number: number,
  title: string,
  opened: OpenDrive,
  request: WidgetRequest,
): Promise<WidgetResult['drives'][number] | string> {
  const { drive, camera, channelOrder, seen, replay } = opened;
  const { page } = written;
  const { every, from, to, onProgress } = request;
  const N = drive.kind === 'replayed' ? tracedFrames(camera, drive.compat) : camera.frames;
  const { times, gaps } = driveTimes(N, camera.timestamps?.subarray(0, N), seen?.rate ?? 30);
  const range = framesWithin(times, from, to);
  const { first, end } = range;
  if (first === end) {
    return `${drive.recording} has ${(times.at(-1) ?? 0).toFixed(1)} s; asked for was ${from} to ${to} s`;
  }
  const shown = Array.from({ length: Math.ceil((end - first) / every) }, (_, p) => first + p * every);
  const hasMaps = request.saliency && replay !== undefined;
  const all = shown.length * (hasMaps ? 2 : 1) + (drive.kind === 'replayed' ? end : 0);
  let done = 0;
  const advance = (count: number) => {
    request.signal?.throwIfAborted();
    done = Math.min(all, done + count);
    onProgress?.(`${title}, ${drive.group}`, done, all);
  };

  const before = page.bytes;
  const same = [resolve(drive.recording), channelOrder, first, end].join(' ');
  const framesOf = written.framesOf.get(same) ?? number;
  if (framesOf === number) {
    await writeFrames(page, number, camera, shown, request.format, advance);
    written.framesOf.set(same, number);
    written.pictures += shown.length;
  } else {
    advance(shown.length);
  }
  const between = page.bytes;
  if (hasMaps) await writeMaps(page, number, drive, replay, shown, advance);
  written.frameBytes += between - before;
  written.mapBytes += page.bytes - between;

  const numbers =
    drive.kind === 'replayed'
      ? await replayedNumbers(drive, replay as OpenReplay, camera, range, advance)
      : await recordedNumbers(drive, seen, range);
  const remarks = [
    ...numbers.remarks,
    ...notFinite(numbers),
    ...saliencyRemarks(drive, hasMaps, request.saliency),
  ];
  const described: PageDrive = {
    title,
    group: drive.group,
    facts: factsOf(drive),
    remarks,
    frames: end - first,
    first,
    every,
    framesOf,
    hasMaps,
    ...pictureSize(camera, request.format),
    view: seen && viewOf(seen.input.crop, drive.recording, camera),
    times: base64(Float32Array.from(times.subarray(first, end))),
    ...numbersOf(numbers),
    gaps: gaps.filter((frame) => frame > first && frame < end).map((frame) => frame - first),
  };
  await page.add(blockStart('drive', number) + blockJson(described) + BLOCK_END);
  return {
    title,
    group: drive.group,
    recording: drive.recording,
    checkpoint: drive.checkpoint ?? null,
    frames: end - first,
    pictures: shown.length,
    saliency: hasMaps,
    neurons: numbers.neurons?.names.length ?? 0,
    crashes: numbers.crashes.length,
    remarks,
  };
}

async function writeFrames(
  page: GrowingFile,
  number: number,
  camera: CameraFrames,
  shown: readonly number[],
  format: PictureFormat,
  onFrames: (count: number) => void,
): Promise<void> {
  await page.add(blockStart('frames', number));
  // One array a frame would be memory that the garbage collector does not see the size of until late.
  const bytes = camera.width * camera.height * 3;
  const buffers = Array.from({ length: Math.min(SLICE, shown.length) }, () => new Uint8Array(bytes));
  for (let from = 0; from < shown.length; from += SLICE) {
    const some = shown.slice(from, from + SLICE);
    const pictures: Promise<string>[] = [];
    for (const [n, frame] of some.entries()) {
      await camera.read(frame, buffers[n]);
      pictures.push(framePicture(buffers[n], camera, format));
    }
    await page.add(`${(await Promise.all(pictures)).join('\n')}\n`);
    onFrames(some.length);
  }
  await page.add(BLOCK_END);
}

async function writeMaps(
  page: GrowingFile,
  number: number,
  drive: FoundDrive,
  { model, source }: OpenReplay,
  shown: readonly number[],
  onFrames: (count: number) => void,
): Promise<void> {
  await page.add(blockStart('maps', number));
  for await (const frames of chosenFrames(drive, source, shown)) {
    const maps = saliencyMaps(model, frames);
    const pictures: Promise<string>[] = [];
    for (let at = 0; at < maps.length; at += MAP_SIZE)
      pictures.push(mapPicture(maps.subarray(at, at + MAP_SIZE)));
    await page.add(`${(await Promise.all(pictures)).join('\n')}\n`);
    onFrames(pictures.length);
    await nextTurn(); // let signals in
  }
  await page.add(BLOCK_END);
}

/** The frames that are shown, as the model saw them: [·,78,200,3], some at a time. */
async function* chosenFrames(
  { noise, compat }: FoundDrive,
  source: CroppedFrames,
  shown: readonly number[],
): AsyncGenerator<Float32Array> {
  const isShown = new Set(shown);
  const chosen = new Float32Array(SLICE * CROP_BYTES);
  let count = 0;
  for await (const { frame, seen } of eachSeen()) {
    if (!isShown.has(frame)) continue;
    chosen.set(seen, count++ * CROP_BYTES);
    if (count < SLICE) continue;
    yield chosen;
    count = 0;
  }
  if (count > 0) yield chosen.subarray(0, count * CROP_BYTES);

  async function* eachSeen(): AsyncGenerator<{ frame: number; seen: Float32Array }> {
    const end = shown[shown.length - 1] + 1;
    // The published scripts' noise is one running draw, which begins at the start; ours is a function of the frame's number.
    const isRunning = noise !== undefined && compat === 'paper';
    const isContiguous = end - shown[0] === shown.length;
    const start = isRunning ? 0 : shown[0];
    const stretches =
      isRunning || isContiguous
        ? [{ first: start, count: end - start, slice: SLICE }]
        : shown.map((first) => ({ first, count: 1, slice: 1 }));
    const isReset = resets(source, compat);
    for (const stretch of stretches) {
      for await (const slice of seenFrames(source, { noise, compat, ...stretch }, isReset)) {
        for (let n = 0; n < slice.count; n++) {
          const seen = slice.seen.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES);
          yield { frame: slice.first + n, seen };
        }
      }
    }
  }
}

function numbersOf({ curves, autonomous, crashes, neurons }: DriveNumbers) {
  return {
    curves: curves.map(({ name, isModel, values }) => ({ name, isModel, values: base64(values) })),
    autonomous: autonomous && base64(autonomous),
    crashes,
    neurons: neurons && neuronLevels(neurons.values, neurons.names),
  };
}

function factsOf({ kind, recording, checkpoint, noise }: FoundDrive): string[] {
  return [
    kind === 'recorded' ? `test drive ${recording}` : `replayed over ${recording}`,
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
    ...(noise ? [`the model saw it with noise, σ ${noise.sigma}; the picture is without`] : []),
  ];
}

/** Numbers that are none: in the page they are gaps of a curve, and pink. */
function notFinite({ curves, neurons }: DriveNumbers): string[] {
  const count = (values: Float32Array) =>
    values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const counted = [
    ...curves.map(({ name, values }) => ({ what: `of ${name}`, missing: count(values) })),
    { what: 'of neurons', missing: neurons === undefined ? 0 : count(neurons.values) },
  ];
  return counted.flatMap(({ what, missing }) =>
    missing === 0 ? [] : [`${missing === 1 ? 'One value' : `${missing} values`} ${what}: not a number.`],
  );
}

function saliencyRemarks({ checkpoint }: FoundDrive, hasMaps: boolean, isWanted: boolean): string[] {
  if (hasMaps) return [];
  if (!isWanted) return ['There are no saliency maps: the page was made with --no-saliency.'];
  return checkpoint === undefined ? ['There are no saliency maps: no network drove.'] : [];
}

/** What the model sees of a frame; of an `.npz` of cropped frames all of it. */
function viewOf(crop: string, recording: string, { width, height }: CameraFrames): PageBox {
  const isCropped = recording.endsWith('.npz') && width === CROP_WIDTH && height === CROP_HEIGHT;
  const box = cropBox(isCropped ? 'full' : parseCrop(crop), height, width);
  return {
    left: box.left / width,
    top: box.top / height,
    right: box.right / width,
    bottom: box.bottom / height,
  };
}
