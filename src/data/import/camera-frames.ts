/**
 * The frames of a camera file of comma.ai, HDF5 with channels before rows and columns, as the other importers give
 * theirs: channels last. Read in slices, so memory does not grow with the file.
 */
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Dataset, File } from 'h5wasm/node';
import sharp from 'sharp';
import { DataError } from '../../errors.ts';
import { MOST_FRAMES } from '../../files/limits.ts';
import {
  BLOCK_BYTES,
  BlockBuffer,
  entityOf,
  hdf5Reason,
  type loadHdf5,
  missingFilter,
  numberType,
  otherType,
  oversizeFault,
} from '../recordings/hdf5.ts';
import { readFault } from '../recordings/unreadable.ts';
import { type FrameSource, type Size, UnreadableFrame } from './source.ts';

/** Frames tried between two chances for a signal. */
const PAUSE = 64;

/** @throws DataError where there is no such file or it is no HDF5 */
export function openHdf5(path: string, what: string): File {
  if (!existsSync(path)) throw new DataError(`${path}: not there; expected ${what}`);
  try {
    return new File(path, 'r');
  } catch (error) {
    throw new DataError(
      `${path}: not a readable HDF5 file (${hdf5Reason(error)}); expected ${what}: fetch it again`,
    );
  }
}

/** @throws DataError naming the datasets there are */
export function findDataset(file: File, name: string, path: string): Dataset {
  const found = entityOf(file, name);
  if (found instanceof Dataset) return found;
  throw new DataError(`${path}: no dataset ${name}; the file has ${file.keys().join(', ') || 'none'}`);
}

/** Dataset `X` of a camera file, uint8 [N,3,H,W]. */
export class CameraFrames implements FrameSource {
  readonly #path: string;
  readonly #file: File;
  readonly #frames: Dataset;
  readonly #size: Size;
  readonly #block: BlockBuffer;
  /** N. */
  readonly count: number;
  /** Frame i is the file’s frame #selected[i]. */
  #selected: readonly number[];

  /** @throws DataError where `X` is absent or another kind of thing */
  constructor(module: Awaited<ReturnType<typeof loadHdf5>>, path: string) {
    this.#path = path;
    this.#file = openHdf5(path, 'a file of camera/');
    try {
      this.#frames = findDataset(this.#file, 'X', path);
      const shape = this.#frames.shape ?? [];
      if (shape.length !== 4 || shape[1] !== 3 || numberType(this.#frames) !== 'uint8') {
        throw new DataError(
          `${path}: X is ${numberType(this.#frames) ?? otherType(this.#frames)} [${shape}]; expected uint8 [N,3,H,W]`,
        );
      }
      const claim = oversizeFault(this.#frames);
      if (claim !== undefined) throw new DataError(`${path}: X: ${claim}`);
      this.count = shape[0];
      if (this.count > MOST_FRAMES) {
        throw new DataError(`${path}: X claims ${this.count} frames, at most ${MOST_FRAMES} are read`);
      }
      this.#selected = Array.from({ length: this.count }, (_, i) => i);
      this.#size = { height: shape[2], width: shape[3] };
      this.#block = new BlockBuffer(module, Math.max(BLOCK_BYTES, shape[2] * shape[3] * 3));
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  keep(indices: readonly number[]): void {
    this.#selected = indices.map((i) => this.#selected[i]);
  }

  async unreadable(onChecked: (frames: number) => void): Promise<Map<number, UnreadableFrame>> {
    const found = new Map<number, UnreadableFrame>();
    for (const [i, number] of this.#selected.entries()) {
      try {
        this.#slice(number, 1);
      } catch (error) {
        if (!(error instanceof UnreadableFrame)) throw error;
        found.set(i, error);
      }
      onChecked(1);
      if (i % PAUSE === PAUSE - 1) await setImmediate();
    }
    return found;
  }

  async size(): Promise<Size> {
    return this.#size;
  }

  async read(first: number, count: number, size?: Size): Promise<Uint8Array> {
    const { height, width } = size ?? this.#size;
    const bytes = height * width * 3;
    const out = new Uint8Array(count * bytes);
    for (let at = 0; at < count; ) {
      const run = this.#run(first + at, count - at);
      for (const frame of this.#slice(this.#selected[first + at], run)) {
        out.set(size === undefined ? frame : await this.#scaled(frame, size), at * bytes);
        at++;
      }
    }
    return out;
  }

  /** How many of the next `most` frames follow one another in the file and fit the block. */
  #run(first: number, most: number): number {
    const { height, width } = this.#size;
    const fit = Math.min(most, Math.floor(this.#block.bytes / (height * width * 3)));
    let run = 1;
    while (run < fit && this.#selected[first + run] === this.#selected[first] + run) run++;
    return run;
  }

  /** Frames of the file, each uint8 [H,W,3]. */
  #slice(number: number, count: number): Uint8Array[] {
    let planes: Uint8Array;
    try {
      planes = this.#block.read(this.#frames, number, count);
    } catch (error) {
      const which = count === 1 ? `${number}` : `${number} to ${number + count - 1}`;
      const frame = `${this.#path}: X[${which}]`;
      const { message, remedy } = readFault(this.#path, error, 'Fetch the file again');
      if (missingFilter(error) !== undefined) throw new DataError(`${frame}: ${message}. ${remedy}`);
      throw new UnreadableFrame(frame, hdf5Reason(error));
    }
    const bytes = planes.length / count;
    return Array.from({ length: count }, (_, i) => channelsLast(planes.subarray(i * bytes, (i + 1) * bytes)));
  }

  async #scaled(frame: Uint8Array, { height, width }: Size): Promise<Uint8Array> {
    const raw = { height: this.#size.height, width: this.#size.width, channels: 3 as const };
    return await sharp(frame, { raw }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  }

  close(): void {
    this.#block.free();
    this.#file.close();
  }
}

/** [3,H,W] to [H,W,3]. */
function channelsLast(planes: Uint8Array): Uint8Array {
  const pixels = planes.length / 3;
  const out = new Uint8Array(planes.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < pixels; i++) out[i * 3 + channel] = planes[channel * pixels + i];
  }
  return out;
}
