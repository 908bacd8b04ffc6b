/**
 * Frames that lie in image files, one each: which of those a log names are there, and their decoding with sharp, a few
 * at a time. Any picture that sharp reads (JPEG, PNG, WebP, …) becomes RGB, 8 bits a channel, turned as its EXIF
 * orientation says: as a viewer shows it.
 */

import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import sharp from 'sharp';
import { DataError } from '../../errors.ts';
import { oversizePicture } from '../../files/limits.ts';
import type { ImagePlaces } from './image-places.ts';
import { fileNumbers } from './logs/file-numbers.ts';
import { type FrameSource, type Log, type ReadOptions, type Size, UnreadableFrame } from './source.ts';

/** A line of a log that names an image. */
export interface Entry {
  /** Path of the image, there or not. */
  image: string;
  /** Curvature in 1/m, positive to the left. */
  label: number;
  /** Seconds, as recorded. */
  time?: number;
  /** The frame’s number when it was recorded. */
  ordinal: number;
  session?: string;
}

/** Images decoded at the same time. */
const TOGETHER = 8;
/** Names shown of those that are absent. */
const SHOWN = 3;

/**
 * The log of some entries.
 * @param given - in the order of the file; undefined for a record that is left out
 * @param file - the log’s path, for messages
 * @param places - in which the entries’ images were looked for
 * @throws DataError where there is no entry, or an image is absent and the options do not say to go on
 */
export function logOfImages(
  name: string,
  given: readonly (Entry | undefined)[],
  file: string,
  places: ImagePlaces,
  { skipMissing, skipBroken }: Pick<ReadOptions, 'skipMissing' | 'skipBroken'>,
  notes: string[],
): Log {
  const entries = given.filter((entry) => entry !== undefined);
  if (entries.length === 0) throw new DataError(`${file}: no frame that can be used`);
  const absent = entries.filter(({ image }) => !places.has(image));
  const kept = absent.length === 0 ? entries : entries.filter(({ image }) => places.has(image));
  if (absent.length > 0) {
    const names = absent.slice(0, SHOWN).map(({ image }) => basename(image));
    const more = absent.length > SHOWN ? ', …' : '';
    const what =
      `${file} names ${absent.length} of ${entries.length} images that are not in ` +
      `${dirname(absent[0].image)}: ${names.join(', ')}${more}`;
    if (!(skipMissing || skipBroken) || kept.length === 0) {
      const remedy = kept.length === 0 ? '' : ', or go on without them: --skip_missing';
      throw new DataError(`${what}; put them there${remedy}`);
    }
    notes.push(`${what}; left out`);
  }
  const timed = kept.every(({ time }) => time !== undefined);
  return {
    name,
    labels: Float64Array.from(kept, ({ label }) => label),
    times: timed ? Float64Array.from(kept, ({ time }) => time as number) : undefined,
    ordinals: Float64Array.from(kept, ({ ordinal }) => ordinal),
    sessions: kept.some(({ session }) => session !== undefined)
      ? kept.map(({ session }) => session)
      : undefined,
    frames: new ImageFrames(kept.map(({ image }) => image)),
  };
}

/**
 * Entries of a log that has no numbers of its own: where it has no times either, the numbers in its images’ names say which
 * frames follow one another.
 */
export function numberedByName(
  entries: readonly (Entry | undefined)[],
  file: string,
  notes: string[],
): (Entry | undefined)[] {
  const there = entries.filter((entry) => entry !== undefined);
  if (there.length < 2 || there.every(({ time }) => time !== undefined)) return [...entries];
  const numbers = fileNumbers(there.map(({ image }) => image));
  if (numbers === undefined) {
    notes.push(`${file}: neither times nor file names number its frames; rows are taken for neighbours`);
    return [...entries];
  }
  const numbered = new Map(
    there.map((entry, i) => [entry, { ...entry, ordinal: numbers.ordinals[i], session: numbers.series[i] }]),
  );
  return entries.map((entry) => entry && numbered.get(entry));
}

/** The last part of a path, whether it was written on Windows or elsewhere. */
export function foreignBase(path: string): string {
  return path.trim().split(/[\\/]/).at(-1) ?? '';
}

class ImageFrames implements FrameSource {
  #paths: readonly string[];
  #size: Size | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async size(): Promise<Size> {
    this.#size ??= await sizeOf(this.#paths[0]);
    return this.#size;
  }

  async read(first: number, count: number, size?: Size): Promise<Uint8Array> {
    const stored = await this.size();
    const { height, width } = size ?? stored;
    const bytes = height * width * 3;
    const out = new Uint8Array(count * bytes);
    for (let at = 0; at < count; at += TOGETHER) {
      const batch = this.#paths.slice(first + at, first + Math.min(at + TOGETHER, count));
      const frames = await Promise.all(batch.map((path) => decode(path, stored, size)));
      for (const [i, frame] of frames.entries()) out.set(frame, (at + i) * bytes);
    }
    return out;
  }

  async unreadable(onChecked: (frames: number) => void): Promise<Map<number, UnreadableFrame>> {
    const found = new Map<number, UnreadableFrame>();
    for (let at = 0; at < this.#paths.length; at += TOGETHER) {
      const batch = this.#paths.slice(at, at + TOGETHER);
      const results = await Promise.allSettled(
        batch.map((path) => readable(path, pixelsOf(path).toBuffer())),
      );
      for (const [i, result] of results.entries()) {
        if (result.status === 'rejected') found.set(at + i, result.reason);
      }
      onChecked(batch.length);
    }
    return found;
  }

  keep(indices: readonly number[]): void {
    this.#paths = indices.map((i) => this.#paths[i]);
    this.#size = undefined;
  }

  close(): void {}
}

/** The size is looked at here, with a limit that can be raised. */
const UNLIMITED = { limitInputPixels: false } as const;

async function sizeOf(path: string): Promise<Size> {
  const { autoOrient } = await readable(path, sharp(path, UNLIMITED).metadata());
  const claim = oversizePicture(autoOrient);
  if (claim !== undefined) throw new DataError(`${path}: ${claim}`);
  return autoOrient;
}

/** Raw pixels, uint8 [H,W,3]. */
function pixelsOf(path: string, size?: Size) {
  const image = sharp(path, UNLIMITED).autoOrient().removeAlpha().toColourspace('srgb');
  const scaled = size === undefined ? image : image.resize(size.width, size.height, { fit: 'fill' });
  return scaled.raw({ depth: 'uchar' });
}

/** One image as uint8 [H,W,3]. */
async function decode(path: string, stored: Size, size: Size | undefined): Promise<Uint8Array> {
  const { data, info } = await readable(path, pixelsOf(path, size).toBuffer({ resolveWithObject: true }));
  const wanted = size ?? stored;
  if (info.height !== wanted.height || info.width !== wanted.width) {
    throw new DataError(
      `${path} is ${info.height}×${info.width}, the first image ${wanted.height}×${wanted.width}; ` +
        `scale all to one size: --size ${wanted.height}x${wanted.width}`,
    );
  }
  return data;
}

async function readable<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw new UnreadableFrame(path, whyNot(path, (error as Error).message.split('\n')[0]));
  }
}

/** In place of the words that the library has for what is no picture at all. */
function whyNot(path: string, message: string): string {
  if (!/unsupported image format/.test(message)) return message;
  return statSync(path).size === 0 ? 'it is empty' : 'it is no picture in a format that is read';
}
