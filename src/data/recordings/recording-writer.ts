/**
 * Writes recordings in the paper's format (docs/pipeline.md §1): `camera_front` uint8 [N,H,W,3] with one frame a chunk,
 * `inverse_r` float64 [N,1] in 1/m, `timestamp` float64 [N] in s, and further datasets that readers of the paper's files
 * ignore. Frames go to disk as they come; the columns are kept until the end, in their own type.
 * A file has a temporary name until `finish` and is then complete; see whole-file.ts.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Dataset, File } from 'h5wasm/node';
import { adoptFileSync, notWritten, removeQuietlySync, temporaryFileSync } from '../../files/whole-file.ts';
import { BlockBuffer, hdf5Reason, loadHdf5 } from './hdf5.ts';

export interface RecordingFormat {
  /** Of every frame, pixels. */
  readonly height: number;
  readonly width: number;
  /** Compress the frames (gzip); off by default, as reading and writing then take several times as long. */
  readonly compress?: boolean;
  /** Attributes of the file: camera, seed and the like. */
  readonly attributes?: Readonly<Record<string, number | string>>;
  /** Further datasets, one row a frame; a name alone means float64 [N]. */
  readonly extras?: readonly (string | ExtraColumn)[];
  /** False: without `camera_front`, for drives of which only the numbers are kept. Frames are then given as empty arrays. */
  readonly frames?: boolean;
}

/** A dataset with a row a frame. */
export interface ExtraColumn {
  /** With `/`, the groups in which it lies: `states/neurons`. */
  readonly name: string;
  readonly type: 'float64' | 'float32' | 'uint8';
  /** Numbers in a row; without it the dataset is [N], else [N,width]. */
  readonly width?: number;
}

/** Numbers as they come and go to disk. */
export type ColumnValues = Float64Array | Float32Array | Int32Array | Uint8Array;

const ARRAYS = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array } as const;

const GZIP_LEVEL = 1;

/**
 * Starts a recording.
 * @param path - its final name; its folder is made; an existing file is replaced when the new one is finished
 * @throws DataError where it cannot be written
 */
export async function createRecording(path: string, format: RecordingFormat): Promise<RecordingWriter> {
  const module = await loadHdf5();
  const final = resolve(path);
  let temporary: string | undefined;
  return attempt(
    final,
    () => {
      mkdirSync(dirname(final), { recursive: true });
      temporary = temporaryFileSync(final);
      return new RecordingWriter(final, temporary, format, new BlockBuffer(module, blockBytes(format)));
    },
    () => temporary !== undefined && removeQuietlySync(temporary),
  );
}

const frameBytes = ({ height, width }: RecordingFormat) => height * width * 3;
const blockBytes = (format: RecordingFormat) => (format.frames === false ? 1 : frameBytes(format));

/** Runs a step; its failure becomes a DataError after `sweep` has removed what was written. */
function attempt<T>(path: string, step: () => T, sweep: () => unknown = () => {}): T {
  try {
    return step();
  } catch (error) {
    sweep();
    if (error instanceof RangeError) throw error;
    throw notWritten(path, hdf5Reason(error));
  }
}

/** A recording that is being written; made by {@link createRecording}. Once a call has thrown, nothing is left of it. */
export class RecordingWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #format: RecordingFormat;
  readonly #block: BlockBuffer;
  readonly #file: File;
  /** Undefined where none are kept. */
  readonly #frames: Dataset | undefined;
  readonly #columns: readonly ExtraColumn[];
  /** By name, in the order in which they came. */
  readonly #values: Map<string, ColumnValues[]>;
  #count = 0;
  #open = true;

  /** @param block - holds one frame */
  constructor(path: string, temporary: string, format: RecordingFormat, block: BlockBuffer) {
    this.#path = path;
    this.#temporary = temporary;
    this.#format = format;
    this.#block = block;
    this.#file = new File(temporary, 'w');
    const { height, width, compress, attributes = {}, extras = [], frames = true } = format;
    this.#columns = [{ name: 'inverse_r', type: 'float64', width: 1 }, 'timestamp', ...extras].map(
      (column) => (typeof column === 'string' ? { name: column, type: 'float64' } : (column as ExtraColumn)),
    );
    this.#values = new Map(this.#columns.map(({ name }) => [name, []]));
    if (frames) {
      this.#frames = this.#file.create_dataset({
        name: 'camera_front',
        data: new Uint8Array(0),
        dtype: '<B',
        shape: [0, height, width, 3],
        maxshape: [null, height, width, 3],
        chunks: [1, height, width, 3],
        ...(compress ? { compression: 'gzip', compression_opts: GZIP_LEVEL } : {}),
      });
    }
    for (const [name, value] of Object.entries(attributes)) {
      this.#file.create_attribute(name, value, null, typeof value === 'number' ? '<d' : null);
    }
  }

  /**
   * Adds n frames.
   * @param frames - uint8 [n,H,W,3]; empty in a recording without frames
   * @param labels - float64 [n], curvature in 1/m
   * @param timestamps - float64 [n], s
   * @param extras - [n] or [n,width] for every further dataset, of its type; copied
   * @throws DataError when the disk is full or fails
   * @throws RangeError for arrays whose lengths do not fit each other
   */
  append(
    frames: Uint8Array,
    labels: Float64Array,
    timestamps: Float64Array,
    extras: Readonly<Record<string, ColumnValues>> = {},
  ): void {
    const bytes = frameBytes(this.#format);
    const given: Record<string, ColumnValues> = { ...extras, inverse_r: labels, timestamp: timestamps };
    const count = this.#frames ? frames.length / bytes : timestamps.length;
    for (const { name, width = 1 } of this.#columns) {
      if (given[name]?.length !== count * width) {
        const each = width === 1 ? '' : ` of ${width} numbers each`;
        throw new RangeError(`${name}: ${given[name]?.length} values for ${count} frames${each}`);
      }
    }
    const stored = this.#frames;
    if (stored) {
      this.#attempt(() => {
        stored.resize([this.#count + count, this.#format.height, this.#format.width, 3]);
        for (let n = 0; n < count; n++) {
          this.#block.write(stored, this.#count + n, 1, frames.subarray(n * bytes, (n + 1) * bytes));
        }
      });
    }
    this.#count += count;
    for (const { name, type } of this.#columns) this.#values.get(name)?.push(ARRAYS[type].from(given[name]));
  }

  /**
   * Completes the file, brings it to disk and gives it its name.
   * @param others - datasets [n] whose length is not that of the frames, such as the numbers of some frames
   * @throws DataError when the disk is full or fails
   */
  async finish(others: Readonly<Record<string, Int32Array>> = {}): Promise<void> {
    this.#attempt(() => {
      for (const column of this.#columns) this.#writeColumn(column);
      for (const [name, data] of Object.entries(others)) {
        this.#file.create_dataset({ name, data, shape: [data.length], dtype: '<i' });
      }
      this.#close();
      adoptFileSync(this.#temporary, this.#path);
    });
  }

  #writeColumn({ name, type, width }: ExtraColumn): void {
    const data = new ARRAYS[type](this.#count * (width ?? 1));
    let at = 0;
    for (const part of this.#values.get(name) ?? []) {
      data.set(part, at);
      at += part.length;
    }
    const groups = name.split('/').slice(0, -1);
    for (let depth = 1; depth <= groups.length; depth++) {
      const group = groups.slice(0, depth).join('/');
      if (this.#file.get(group) === null) this.#file.create_group(group);
    }
    this.#file.create_dataset({
      name,
      data,
      shape: width === undefined ? [this.#count] : [this.#count, width],
    });
  }

  /** Gives up: nothing is left under either name that was not there before. */
  abort(): void {
    try {
      this.#close();
    } catch {
      // What could not be written is deleted next.
    }
    removeQuietlySync(this.#temporary);
  }

  #attempt(step: () => void): void {
    attempt(this.#path, step, () => this.abort());
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#block.free();
    try {
      this.#file.flush();
    } finally {
      this.#file.close();
    }
  }
}
