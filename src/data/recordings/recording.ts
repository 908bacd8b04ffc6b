/**
 * Reads recordings in the paper's format (docs/pipeline.md §1): HDF5 with `camera_front` [N,H,W,3], `inverse_r` [N] or [N,1]
 * and `timestamp` [N]; other datasets are ignored. The two columns are read at once, frames in slices, so that memory does
 * not grow with the file. Frames are given as stored: cropping and the order of channels are crop.ts's.
 */
import { basename, resolve } from 'node:path';
import type { Dataset, File } from 'h5wasm/node';
import { reading } from '../../files/reading.ts';
import { RecordingError } from './defect.ts';
import {
  BLOCK_BYTES,
  BlockBuffer,
  entityOf,
  loadHdf5,
  missingFilter,
  readColumn,
  scalarAttributes,
} from './hdf5.ts';
import {
  columnDefect,
  findDatasets,
  openFile,
  SEQUENCE_STARTS,
  sequenceStarts,
  valueDefects,
} from './recording-layout.ts';
import { unreadable } from './unreadable.ts';

export interface RecordingInfo {
  /** Absolute. */
  readonly path: string;
  /** Base name, with `.h5`. */
  readonly name: string;
  /** N, at least 1. */
  readonly frames: number;
  /** Of every frame, pixels. */
  readonly height: number;
  readonly width: number;
  /** [N], curvature in 1/m, as stored. */
  readonly labels: Float64Array;
  /** [N], s. */
  readonly timestamps: Float64Array;
  /** Numbers of frames before which others are missing, if any; see recording-layout.ts. */
  readonly sequenceStarts?: readonly number[];
}

/** More than one frame a chunk is read chunk by chunk, each once, as long as that stays below so many bytes. */
const LARGEST_BLOCK_BYTES = 8 * BLOCK_BYTES;

/**
 * Opens a recording and reads its columns.
 * @param path - of the HDF5 file
 * @param anyValues - also open it where labels or times are not finite, for `data check` and `data inspect`
 * @throws RecordingError (a DataError) for a file that is absent, truncated or no HDF5, for datasets that are missing, of
 *   another shape or type, of different lengths or empty, and for labels and times that are not finite
 */
export async function openRecording(path: string, { anyValues = false } = {}): Promise<Recording> {
  return reading(path, async () => {
    const module = await loadHdf5();
    const file = openFile(path);
    try {
      const { camera_front: frames, inverse_r, timestamp } = findDatasets(path, file);
      const [count, height, width] = frames.shape as number[];
      const read = (column: Dataset, name: string) => {
        try {
          return readColumn(module, column);
        } catch (error) {
          throw unreadable(path, error, name);
        }
      };
      const info = {
        path: resolve(path),
        name: basename(path),
        frames: count,
        height,
        width,
        labels: read(inverse_r, 'inverse_r'),
        timestamps: read(timestamp, 'timestamp'),
        sequenceStarts: sequenceStarts(file, count, (dataset) => read(dataset, SEQUENCE_STARTS)),
      };
      const defects = anyValues ? [] : valueDefects(path, info.labels, info.timestamps);
      if (defects.length > 0) throw new RecordingError(...defects);
      const block = new BlockBuffer(module, framesAtOnce(frames) * rowBytes(frames));
      if (frames.filters.some(({ id }) => id > BUILT_IN)) refuseMissingFilter(path, frames, block);
      return new Recording(info, file, frames, block, (dataset) => readColumn(module, dataset));
    } catch (error) {
      file.close();
      if (error instanceof RecordingError) throw error;
      throw unreadable(path, error);
    }
  });
}

/** Filters up to this number are HDF5's own. */
const BUILT_IN = 6;

/**
 * Reads a frame that is packed by a filter of somebody else's, so that a recording that cannot be unpacked is refused when it is
 * opened. Any other fault is said of the frame that has it, when that is read.
 */
function refuseMissingFilter(path: string, frames: Dataset, block: BlockBuffer): void {
  try {
    block.read(frames, 0, 1);
  } catch (error) {
    if (missingFilter(error) === undefined) return;
    block.free();
    throw unreadable(path, error, 'camera_front');
  }
}

const rowBytes = ({ metadata: { size, shape } }: Dataset) =>
  (shape as number[]).slice(1).reduce((product, n) => product * n, size);

/** Frames to read at once: whole chunks, about a block, at least one frame. */
function framesAtOnce(frames: Dataset): number {
  const bytes = rowBytes(frames);
  const perChunk = frames.metadata.chunks?.[0] ?? 1;
  const whole = Math.floor(BLOCK_BYTES / bytes / perChunk) * perChunk;
  return Math.max(1, whole, Math.min(perChunk, Math.floor(LARGEST_BLOCK_BYTES / bytes)));
}

/** An open recording; made by {@link openRecording}, to be closed. */
export class Recording {
  readonly info: RecordingInfo;
  /** Frames that are best read at once. */
  readonly framesAtOnce: number;
  readonly #file: File;
  readonly #frames: Dataset;
  readonly #block: BlockBuffer;
  readonly #readColumn: (dataset: Dataset) => Float64Array;

  constructor(
    info: RecordingInfo,
    file: File,
    frames: Dataset,
    block: BlockBuffer,
    read: (dataset: Dataset) => Float64Array,
  ) {
    this.info = info;
    this.framesAtOnce = framesAtOnce(frames);
    this.#file = file;
    this.#frames = frames;
    this.#block = block;
    this.#readColumn = read;
  }

  /**
   * @param first - index of the first frame
   * @param count - of frames, within the recording
   * @param into - is filled and given back, so that a loop can use one array; at least count·H·W·3 bytes
   * @returns [count,H,W,3] as stored; wider integers become bytes
   * @throws RecordingError for a part of the file that cannot be read, and for values outside 0..255
   */
  readFrames(first: number, count: number, into?: Uint8Array): Uint8Array {
    const { path, frames, height, width } = this.info;
    if (first < 0 || count < 1 || first + count > frames)
      throw new RangeError(`frames ${first} to ${first + count - 1} of ${frames}`);
    const perFrame = height * width * 3;
    const out = into ?? new Uint8Array(count * perFrame);
    for (let done = 0; done < count; done += this.framesAtOnce) {
      const part = Math.min(this.framesAtOnce, count - done);
      let bytes: Uint8Array;
      try {
        bytes = this.#block.read(this.#frames, first + done, part);
      } catch (error) {
        throw unreadable(path, error, 'camera_front', first + done);
      }
      const fault = toBytes(
        bytes,
        this.#frames.metadata,
        out.subarray(done * perFrame, (done + part) * perFrame),
      );
      if (fault !== undefined) {
        throw new RecordingError({
          severity: 'error',
          file: path,
          dataset: 'camera_front',
          index: first + done + Math.floor(fault / perFrame),
          message: 'a value is outside 0..255',
          remedy: 'Scale the frames to bytes',
        });
      }
    }
    return out;
  }

  /** The file's attributes that are one number or one text. */
  attributes(): Record<string, number | string> {
    return reading(this.info.path, () => scalarAttributes(this.#file));
  }

  /**
   * A further dataset of numbers [N] or [N,1], e.g. the simulation's `speed`; undefined where there is none.
   * @throws RecordingError where it is there and of another kind or length, or cannot be read
   */
  readExtra(name: string): Float64Array | undefined {
    const dataset = entityOf(this.#file, name);
    if (dataset === null) return undefined;
    const { path, frames } = this.info;
    const defect = columnDefect(path, name, dataset, frames);
    if (defect !== undefined) throw new RecordingError(defect);
    try {
      return this.#readColumn(dataset as Dataset);
    } catch (error) {
      throw unreadable(path, error, name);
    }
  }

  close(): void {
    this.#block.free();
    this.#file.close();
  }
}

/**
 * Integers of any width, little-endian, to bytes.
 * @returns the index of the first value outside 0..255, if there is one
 */
function toBytes(
  source: Uint8Array,
  { size, signed }: { size: number; signed: boolean },
  out: Uint8Array,
): number | undefined {
  if (size === 1 && !signed) {
    out.set(source);
    return undefined;
  }
  for (let i = 0; i < out.length; i++) {
    out[i] = source[i * size];
    let beyond = size === 1 ? out[i] & 0x80 : 0; // a negative int8
    for (let k = 1; k < size; k++) beyond |= source[i * size + k];
    if (beyond !== 0) return i;
  }
  return undefined;
}
