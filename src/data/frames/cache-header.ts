/**
 * The headers of the frame cache, and what lies in its folder: reading, checking, listing and clearing; making entries is
 * frame-cache.ts's, which also says how the folder is laid out.
 */
import { constants, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { DataError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { finalName } from '../../files/whole-file.ts';
import { reasonOf } from '../../text/reason.ts';
import type { SourceFingerprint } from '../recordings/source-fingerprint.ts';
import { type ChannelOrder, CROP_BYTES } from './crop.ts';

/** To be raised when the crop's arithmetic or the layout changes: entries of other versions are made anew. */
export const CACHE_VERSION = 2;

/** For reading: where others share the cache's folder, a link could lead to any file. */
export const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW;

/** A header file. Columns are float64, little-endian, in base64. */
export interface Header extends SourceFingerprint {
  readonly version: number;
  /** Absolute path of the recording. */
  readonly source: string;
  readonly crop: string;
  readonly channelOrder: ChannelOrder;
  readonly frames: number;
  /** Base name of the file of frames. */
  readonly frameFile: string;
  readonly labels: string;
  readonly timestamps: string;
  /** As in RecordingInfo; absent where there are none. */
  readonly sequenceStarts?: readonly number[];
  /** Hexadecimal SHA-256 of the file of frames. */
  readonly framesDigest: string;
}

/** The text of a header file, which ends in a digest of all that stands before. */
export function headerText(header: Header): string {
  return JSON.stringify({ ...header, digest: digestOf(JSON.stringify(header)) });
}

/** Where entries are kept by default. A relative XDG_CACHE_HOME is ignored, as its standard asks. */
export function cacheFolder(): string {
  const xdg = process.env.XDG_CACHE_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'ncp-train', 'frames');
}

export function toBase64(column: Float64Array): string {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64');
}

export function fromBase64(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

/**
 * The header, or undefined where there is none, it is damaged, or its frames are not all there. Where several users share the
 * folder, links in it could lead to any file: they are no entries, nor is a header that names frames elsewhere.
 */
export function readHeader(folder: string, name: string): Header | undefined {
  try {
    if (!lstatSync(join(folder, name)).isFile()) return undefined;
    const { digest, ...header }: Header & { digest: string } = JSON.parse(
      readFileSync(join(folder, name), 'utf8'),
    );
    const frames = lstatSync(join(folder, header.frameFile));
    const bytes = frames.size;
    const whole =
      frames.isFile() &&
      basename(header.frameFile) === header.frameFile &&
      header.version === CACHE_VERSION &&
      digest === digestOf(JSON.stringify(header)) &&
      bytes === header.frames * CROP_BYTES &&
      [header.labels, header.timestamps].every((column) => fromBase64(column).length === header.frames);
    return whole ? header : undefined;
  } catch {
    return undefined;
  }
}

/** What `data cache list` shows. */
export interface CacheEntry {
  /** Absolute path of the recording. */
  readonly source: string;
  readonly crop: string;
  readonly channelOrder: ChannelOrder;
  readonly frames: number;
  /** On disk. */
  readonly bytes: number;
  /** False where the recording is gone or no longer what was cropped, as far as its size and time tell. */
  readonly current: boolean;
}

/** Names that this cache gives, so that nothing else is ever deleted. */
const OWN_NAME = /\.[0-9a-f]{16}(\.[0-9a-f]{16}\.frames|\.json|\.checked)$/;

/**
 * The entries in a cache folder, by source; none where there is no such folder. What is not whole is not listed.
 * @throws DataError where the folder cannot be read
 */
export function listCache(folder = cacheFolder()): CacheEntry[] {
  const headers = ownNames(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readHeader(folder, name));
  return headers
    .filter((header) => header !== undefined)
    .map(({ source, crop, channelOrder, frames, size, changed }) => {
      const status = statSync(source, { bigint: true, throwIfNoEntry: false });
      const current =
        status !== undefined && Number(status.size) === size && String(status.mtimeNs) === changed;
      return { source, crop, channelOrder, frames, bytes: frames * CROP_BYTES, current };
    })
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

/**
 * Deletes all entries and what interrupted runs left; other files in the folder stay.
 * @returns how many bytes that freed, and of how many files
 * @throws DataError where the folder cannot be read or written
 */
export function clearCache(folder = cacheFolder()): { files: number; bytes: number } {
  const names = ownNames(folder);
  let bytes = 0;
  for (const name of names) {
    const path = join(folder, name);
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw new DataError(`${path} cannot be deleted: ${reasonOf(error)}`);
    }
  }
  return { files: names.length, bytes };
}

function ownNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => OWN_NAME.test(finalName(name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DataError(`${folder} cannot be read: ${reasonOf(error)}`);
  }
}
