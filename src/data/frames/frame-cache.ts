/**
 * Every recording cropped once: a flat file of frames, 46,800 bytes each, and a small header beside it with labels, times
 * and what it was made from. Later runs read these two and never open the HDF5; several processes may do so, or make the
 * same entry, at once. An entry is made anew when source or crop changes, and when header or frames do not fit their digests.
 *
 *   ~/.cache/ncp-train/frames/                     (XDG_CACHE_HOME is honoured)
 *     drive.0f3a….json                             the header; `0f3a…` tells recording (by path), crop and channel order
 *     drive.0f3a….77be….frames                     the frames it names; `77be…` tells the state of the source
 *     drive.0f3a….checked                          when the frames were last found to fit their digest
 *
 * Both are written under temporary names, the header last, so a header never names frames that are not whole.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DataError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { bootOfHost } from '../../files/owner.ts';
import {
  adoptFileSync,
  notWritten,
  removeQuietlySync,
  replaceFileSync,
  temporaryFileSync,
} from '../../files/whole-file.ts';
import { say } from '../../terminal.ts';
import { reasonOf } from '../../text/reason.ts';
import { RecordingError } from '../recordings/defect.ts';
import { openRecording, type Recording } from '../recordings/recording.ts';
import { fingerprintOf, type SourceFingerprint } from '../recordings/source-fingerprint.ts';
import {
  CACHE_VERSION,
  cacheFolder,
  fromBase64,
  type Header,
  headerText,
  READ_NO_LINK,
  readHeader,
  toBase64,
} from './cache-header.ts';
import { type ChannelOrder, CROP_BYTES, type CropSpec, cropInto, cropPlan, cropText } from './crop.ts';

/** Not through a link that another user of a shared folder has put there. */
const WRITE_NO_LINK = constants.O_WRONLY | constants.O_NOFOLLOW;

export interface CacheOptions {
  readonly crop: CropSpec;
  readonly channelOrder: ChannelOrder;
  /** Folder of the entries; by default the user's, `cacheFolder` of cache-header.ts. */
  readonly cacheDir?: string;
  /** Called now and then while a recording is cropped, not when its entry is there. */
  readonly onProgress?: (framesDone: number, frames: number) => void;
}

export interface CachedRecording {
  /** Base name of the recording, with `.h5`. */
  readonly name: string;
  /** N. */
  readonly frames: number;
  /** [N], curvature in 1/m, as stored. */
  readonly labels: Float64Array;
  /** [N], s. */
  readonly timestamps: Float64Array;
  /** Numbers of frames before which others are missing, if any; see recording-layout.ts. */
  readonly sequenceStarts?: readonly number[];
  /** Of the recording's content: hexadecimal SHA-256. */
  readonly fingerprint: string;
  /** Of what is trained on, every cropped frame, label and time: hexadecimal SHA-256. */
  readonly digest: string;
  /** Path of the cropped frames: uint8 [N,78,200,3], RGB. */
  readonly frameFile: string;
}

/**
 * The cropped frames of a recording, from the cache, where they are put first if need be. Within one process, not to be
 * called again for the same recording before it has ended.
 * @param path - of the recording
 * @throws DataError for a recording that cannot be used, or whose every frame is of one colour, and when the disk is full
 * @throws UsageError for a crop that leaves less than 2×2 pixels
 */
export async function openCached(path: string, options: CacheOptions): Promise<CachedRecording> {
  const { folder, identity, stem, state, entry } = lookUp(path, options);
  if (entry) return entry;
  const recording = await openRecording(path);
  try {
    const frameFile = `${stem}.${shortHash([state])}.frames`;
    const framesDigest = await writeFrames(recording, join(folder, frameFile), options);
    const { frames, labels, timestamps, sequenceStarts } = recording.info;
    const columns = {
      labels: toBase64(labels),
      timestamps: toBase64(timestamps),
      sequenceStarts,
    };
    const made: Header = {
      version: CACHE_VERSION,
      ...identity,
      ...state,
      frames,
      frameFile,
      ...columns,
      framesDigest,
    };
    await whole(join(folder, `${stem}.json`), async (file) => {
      const descriptor = openSync(file, WRITE_NO_LINK);
      try {
        writeFileSync(descriptor, headerText(made));
      } finally {
        closeSync(descriptor);
      }
    });
    removeOutdated(folder, stem, frameFile);
    removeVersion1(folder, identity);
    return fromHeader(made, folder);
  } finally {
    recording.close();
  }
}

/**
 * The cropped frames of a recording if they are in the cache; nothing is put there.
 * @throws DataError for a recording that cannot be read
 */
export function cachedAlready(path: string, options: CacheOptions): CachedRecording | undefined {
  return lookUp(path, options).entry;
}

/** Where a recording's entry is or belongs, and the entry if it is there and of the recording as it is. */
function lookUp(path: string, options: CacheOptions) {
  const folder = resolve(options.cacheDir ?? cacheFolder());
  const source = resolve(path);
  const identity = { source, crop: cropText(options.crop), channelOrder: options.channelOrder };
  const stem = stemOf(CACHE_VERSION, identity);
  const state = stateOf(path);
  const header = readHeader(folder, `${stem}.json`);
  const isCurrent = header?.fingerprint === state.fingerprint && header.changed === state.changed;
  const isWhole = isCurrent && framesAreWhole(folder, stem, header);
  if (isCurrent ? !isWhole : header === undefined && existsSync(join(folder, `${stem}.json`))) {
    say(`warning: the cropped frames kept of ${path} are damaged, and are made anew`);
  }
  return { folder, identity, stem, state, entry: isWhole ? fromHeader(header, folder) : undefined };
}

const stemOf = (version: number, identity: { source: string; crop: string; channelOrder: ChannelOrder }) =>
  `${basename(identity.source, '.h5')}.${shortHash([version, identity])}`;

/**
 * Compares the frames with their digest, once after each boot and whenever the file was written to: what was found right
 * stands in a small file beside the header, `….checked`. Where the system does not tell its boots, every time.
 */
function framesAreWhole(folder: string, stem: string, { frameFile, framesDigest }: Header): boolean {
  const path = join(folder, frameFile);
  const { ino, mtimeNs } = lstatSync(path, { bigint: true });
  const boot = bootOfHost();
  const now = [boot, framesDigest, ino, mtimeNs].join(' ');
  const marker = join(folder, `${stem}.checked`);
  if (boot !== '' && textOf(marker) === now) return true;
  if (fileDigest(path) !== framesDigest) return false;
  try {
    replaceFileSync(marker, now);
  } catch {
    // A folder that can only be read: it is compared again the next time.
  }
  return true;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Bytes hashed at once. */
const BLOCK_BYTES = 4 * 2 ** 20;

function fileDigest(path: string): string {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const descriptor = openSync(path, READ_NO_LINK);
  try {
    for (let count = -1; count !== 0; ) {
      count = readSync(descriptor, block);
      hash.update(block.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

const shortHash = (parts: unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);

function stateOf(path: string): SourceFingerprint {
  try {
    return fingerprintOf(path);
  } catch (error) {
    throw new DataError(`${path} cannot be read: ${reasonOf(error)}. Check the path`);
  }
}

function fromHeader(header: Header, folder: string): CachedRecording {
  return {
    name: basename(header.source),
    frames: header.frames,
    labels: fromBase64(header.labels),
    timestamps: fromBase64(header.timestamps),
    sequenceStarts: header.sequenceStarts,
    fingerprint: header.fingerprint,
    digest: digestOf(
      header.framesDigest,
      header.labels,
      header.timestamps,
      JSON.stringify(header.sequenceStarts ?? []),
    ),
    frameFile: join(folder, header.frameFile),
  };
}

/** Crops all frames of a recording into one flat file. @returns the file's digest */
async function writeFrames(recording: Recording, path: string, options: CacheOptions): Promise<string> {
  const { path: source, frames, height, width } = recording.info;
  const plan = cropPlan(options.crop, height, width);
  const out = new Uint8Array(recording.framesAtOnce * CROP_BYTES);
  const read = new Uint8Array(recording.framesAtOnce * plan.sourceBytes);
  let constant = 0;
  const hash = createHash('sha256');
  await whole(path, async (file) => {
    const descriptor = openSync(file, WRITE_NO_LINK);
    try {
      for (let first = 0; first < frames; first += recording.framesAtOnce) {
        const count = Math.min(recording.framesAtOnce, frames - first);
        recording.readFrames(first, count, read);
        for (let n = 0; n < count; n++) {
          cropInto(plan, read, n * plan.sourceBytes, out, n * CROP_BYTES, options.channelOrder);
          if (isConstant(out, n * CROP_BYTES)) constant++;
        }
        const cropped = out.subarray(0, count * CROP_BYTES);
        hash.update(cropped);
        writeAll(descriptor, cropped);
        options.onProgress?.(first + count, frames);
        await setImmediate(); // lets a signal or another recording have its turn
      }
    } finally {
      closeSync(descriptor);
    }
    if (constant === frames) {
      throw new RecordingError({
        severity: 'error',
        file: source,
        dataset: 'camera_front',
        index: 0,
        count: frames,
        message: `cropped by ${cropText(options.crop)}, every frame is of one colour`,
        remedy: 'Choose another --crop; if the camera was off, remove the file from the folder',
      });
    }
  });
  return hash.digest('hex');
}

/** A write may take only a part, before the disk is full for instance. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

/** Whether a cropped frame is of one colour, but for the crop's rounding; no camera that works records that. */
function isConstant(frames: Uint8Array, at: number): boolean {
  for (let i = 3; i < CROP_BYTES; i++) {
    if (Math.abs(frames[at + i] - frames[at + (i % 3)]) > 1) return false;
  }
  return true;
}

/** Has a file written under a temporary name and then gives it its own; where that fails, nothing is left. */
async function whole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  let temporary: string | undefined;
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    temporary = temporaryFileSync(path);
    await write(temporary);
    adoptFileSync(temporary, path);
  } catch (error) {
    if (temporary !== undefined) removeQuietlySync(temporary);
    if (error instanceof DataError) throw error;
    throw notWritten(path, reasonOf(error), 'name another folder with --cache_dir');
  }
}

/** What 0.1.0 kept of the recording, which has no digest. */
function removeVersion1(folder: string, identity: Parameters<typeof stemOf>[1]): void {
  const stem = stemOf(1, identity);
  rmSync(join(folder, `${stem}.json`), { force: true });
  removeOutdated(folder, stem, '');
}

/** Frames of earlier states of the same source. Who still reads them may do so until it closes them. */
function removeOutdated(folder: string, stem: string, kept: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${stem}.`) && name.endsWith('.frames') && name !== kept) {
      rmSync(join(folder, name), { force: true });
    }
  }
}
