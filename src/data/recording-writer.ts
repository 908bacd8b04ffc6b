/**
 * Writes recordings in the paper's format (docs/pipeline.md §1): `camera_front` uint8 [N,H,W,3] with one frame a chunk,
 * `inverse_r` float64 [N,1] in 1/m, `timestamp` float64 [N] in s, and further float64 [N] datasets that readers of the
 * paper's files ignore. Frames go to disk as they come; the columns are kept until the end, 8 bytes a frame each.
 * A file has a temporary name until `finish` and is then complete; see temporary-file.ts.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Dataset, File } from 'h5wasm/node';
import { BlockBuffer, hdf5Reason, loadHdf5 } from './hdf5.ts';
import { adoptFile, temporaryName, writeFailure } from './temporary-file.ts';

export interface RecordingFormat {
  /** Of every frame, pixels. */
  readonly height: number;
  readonly width: number;
  /** Compress the frames (gzip); off by default, as reading and writing then take several times as long. */
  readonly compress?: boolean;
  /** Attributes of the file: camera, seed and the like. */
  readonly attributes?: Readonly<Record<string, number | string>>;
  /** Names of further float64 [N] datasets. */
  readonly extras?: readonly string[];
}

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
      temporary = temporaryName(final);
      return new RecordingWriter(final, temporary, format, new BlockBuffer(module, frameBytes(format)));
    },
    () => temporary !== undefined && rmSync(temporary, { force: true }),
  );
}

const frameBytes = ({ height, width }: RecordingFormat) => height * width * 3;

/** Runs a step; its failure becomes a DataError after `sweep` has removed what was written. */
function attempt<T>(path: string, step: () => T, sweep: () => unknown = () => {}): T {
  try {
    return step();
  } catch (error) {
    sweep();
    if (error instanceof RangeError) throw error;
    throw writeFailure(path, hdf5Reason(error));
  }
}

/** A recording that is being written; made by {@link createRecording}. Once a call has thrown, nothing is left of it. */
export class RecordingWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #format: RecordingFormat;
  readonly #block: BlockBuffer;
  readonly #file: File;
  readonly #frames: Dataset;
  readonly #columns: Map<string, number[]>;
  #open = true;

  /** @param block - holds one frame */
  constructor(path: string, temporary: string, format: RecordingFormat, block: BlockBuffer) {
    this.#path = path;
    this.#temporary = temporary;
    this.#format = format;
    this.#block = block;
    this.#file = new File(temporary, 'w');
    const { height, width, compress, attributes = {}, extras = [] } = format;
    this.#columns = new Map(['inverse_r', 'timestamp', ...extras].map((name) => [name, []]));
    this.#frames = this.#file.create_dataset({
      name: 'camera_front',
      data: new Uint8Array(0),
      dtype: '<B',
      shape: [0, height, width, 3],
      maxshape: [null, height, width, 3],
      chunks: [1, height, width, 3],
      ...(compress ? { compression: 'gzip', compression_opts: GZIP_LEVEL } : {}),
    });
    for (const [name, value] of Object.entries(attributes)) {
      this.#file.create_attribute(name, value, null, typeof value === 'number' ? '<d' : null);
    }
  }

  /**
   * Adds n frames.
   * @param frames - uint8 [n,H,W,3]
   * @param labels - float64 [n], curvature in 1/m
   * @param timestamps - float64 [n], s
   * @param extras - float64 [n] for every further dataset
   * @throws DataError when the disk is full or fails
   * @throws RangeError for arrays whose lengths do not fit each other
   */
  append(
    frames: Uint8Array,
    labels: Float64Array,
    timestamps: Float64Array,
    extras: Readonly<Record<string, Float64Array>> = {},
  ): void {
    const bytes = frameBytes(this.#format);
    const given: Record<string, Float64Array> = { ...extras, inverse_r: labels, timestamp: timestamps };
    const count = frames.length / bytes;
    for (const name of this.#columns.keys()) {
      if (given[name]?.length !== count) {
        throw new RangeError(`${name}: ${given[name]?.length} values for ${count} frames`);
      }
    }
    const first = this.#columns.get('timestamp')?.length ?? 0;
    this.#attempt(() => {
      this.#frames.resize([first + count, this.#format.height, this.#format.width, 3]);
      for (let n = 0; n < count; n++) {
        this.#block.write(this.#frames, first + n, 1, frames.subarray(n * bytes, (n + 1) * bytes));
      }
    });
    for (const [name, column] of this.#columns) {
      for (const value of given[name]) column.push(value);
    }
  }

  /**
   * Completes the file, brings it to disk and gives it its name.
   * @throws DataError when the disk is full or fails
   */
  async finish(): Promise<void> {
    this.#attempt(() => {
      for (const [name, column] of this.#columns) {
        const shape = name === 'inverse_r' ? [column.length, 1] : [column.length];
        this.#file.create_dataset({ name, data: Float64Array.from(column), shape });
      }
      this.#close();
      adoptFile(this.#temporary, this.#path);
    });
  }

  /** Gives up: nothing is left under either name that was not there before. */
  abort(): void {
    try {
      this.#close();
    } catch {
      // What could not be written is deleted next.
    }
    rmSync(this.#temporary, { force: true });
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
