/**
 * The one place that knows h5wasm: HDF5 compiled to WebAssembly, on the real file system. Its reads and writes report
 * failure by a status that its own convenience methods ignore, so blocks of a dataset are moved here, and checked.
 * Fills and drains a buffer in WebAssembly's memory, which never grows with the file. Knows nothing of recordings.
 */
import { BrokenSoftLink, type Dataset, type Entity, type File, type Group, ready } from 'h5wasm/node';
import { oversize } from '../../files/limits.ts';

type Module = Awaited<typeof ready>;

/** What HDF5 is asked for at once, in bytes; one read of more than about 0.5 GB comes back as zeros. */
export const BLOCK_BYTES = 8 * 2 ** 20;

let loading: Promise<Module> | undefined;

/** Loads HDF5, once. From then on its failures are thrown as errors with its own words, and not printed. */
export function loadHdf5(): Promise<Module> {
  loading ??= ready.then((module) => {
    module.activate_throwing_error_handler();
    return module;
  });
  return loading;
}

/** A buffer for blocks on their way between a dataset and JavaScript. */
export class BlockBuffer {
  readonly #module: Module;
  readonly #at: number;
  readonly bytes: number;

  /**
   * @param module - of {@link loadHdf5}
   * @throws Error when WebAssembly's memory has no room for it
   */
  constructor(module: Module, bytes: number) {
    this.#module = module;
    this.bytes = bytes;
    this.#at = module._malloc(bytes);
    if (this.#at === 0) throw new Error(`no memory for a block of ${bytes} bytes`);
  }

  /**
   * Reads rows `first` … `first + count − 1` of a dataset, in its own type.
   * @returns a view that the next call overwrites
   * @throws Error in the words of HDF5
   */
  read(dataset: Dataset, first: number, count: number): Uint8Array {
    const { size, shape } = dataset.metadata;
    const [, ...rest] = shape as number[];
    const bytes = rest.reduce((product, n) => product * n, count * size);
    if (bytes > this.bytes) throw new RangeError(`${bytes} bytes do not fit a block of ${this.bytes}`);
    const { counts, offsets, strides } = hyperslab(first, count, rest);
    const { file_id, path } = dataset;
    check(this.#module.get_dataset_data(file_id, path, counts, offsets, strides, BigInt(this.#at)));
    return this.#module.HEAPU8.subarray(this.#at, this.#at + bytes); // taken now: the memory may just have moved
  }

  /**
   * Writes rows from `first` on; the dataset already has room for them.
   * @param data - of the dataset's type, as bytes; a whole number of rows
   * @throws Error in the words of HDF5
   */
  write(dataset: Dataset, first: number, count: number, data: Uint8Array): void {
    this.#module.HEAPU8.set(data, this.#at);
    const [, ...rest] = dataset.metadata.shape as number[];
    const { counts, offsets, strides } = hyperslab(first, count, rest);
    const { file_id, path } = dataset;
    check(this.#module.set_dataset_data(file_id, path, counts, offsets, strides, BigInt(this.#at)));
  }

  free(): void {
    this.#module._free(this.#at);
  }
}

function hyperslab(first: number, count: number, rest: readonly number[]) {
  const counts = [count, ...rest].map(BigInt);
  return {
    counts,
    offsets: counts.map((_, axis) => BigInt(axis === 0 ? first : 0)),
    strides: counts.map(() => 1n),
  };
}

function check(status: number): void {
  if (status < 0) throw new Error(`HDF5 gave status ${status}`);
}

/** What went wrong, out of HDF5's list of functions: the system's word where there is one, else the innermost. */
export function hdf5Reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const system = /error message = '([^']+)'/.exec(text);
  if (system) return system[1];
  const innermost = [...text.matchAll(/ in H5\w+\(\): (.+)/g)].at(-1);
  return innermost?.[1] ?? text.split('\n', 1)[0];
}

/**
 * The filter without which HDF5 could not unpack what it read, by the name that its file gives it, e.g. `lzf`;
 * undefined for
 * any other failure.
 */
export function missingFilter(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : String(error);
  // Some names go on with where they are described: `HDF5 zstd filter; see https://…`.
  const name = /required filter '?([^';\n]+)[^\n]* is not registered/.exec(text)?.[1].trim();
  return name?.replace(/^HDF5 | filter$/g, '');
}

/** What stands under a name of a file or group; null where there is nothing. */
export function entityOf(group: Group, name: string): Entity | null {
  if (!group.keys().includes(name)) return null;
  try {
    return group.get(name);
  } catch {
    // h5wasm finds out that a link is broken where only its last part is absent, and fails where more of it is.
    return new BrokenSoftLink(group.get_link(`${group.path}/${name}`));
  }
}

/** HDF5's classes of types, as h5wasm gives them. */
const INTEGER = 0;
const FLOAT = 1;
const BITS = 4;
const ENUMERATION = 8;
const CLASSES: Readonly<Record<number, string>> = {
  [INTEGER]: 'integers',
  2: 'times',
  3: 'text',
  [BITS]: 'bits',
  5: 'opaque bytes',
  6: 'compound values',
  7: 'references',
  [ENUMERATION]: 'an enumeration',
  9: 'lists',
  10: 'arrays',
};

/**
 * What a dataset holds, as people say it: `uint8`, `int64`, `float16`; undefined where it is not plain numbers. Enumerations
 * (h5py's form of bool among them) are the integers that they are stored as, bit fields unsigned ones.
 */
export function numberType(dataset: Dataset): string | undefined {
  const { type, size, signed, littleEndian } = dataset.metadata;
  if (type === FLOAT) return size === 2 || size === 4 || size === 8 ? `float${size * 8}` : undefined;
  const isWhole = type === INTEGER || type === BITS || type === ENUMERATION;
  if (!isWhole || ![1, 2, 4, 8].includes(size)) return undefined;
  // h5wasm turns the bytes of integers round, but HDF5 refuses it for an enumeration.
  if (type === ENUMERATION && size > 1 && !littleEndian) return undefined;
  return `${signed ? 'int' : 'uint'}${size * 8}`;
}

/** Whether a dataset holds names for numbers, such as h5py's truth values. */
export const isEnumeration = (dataset: Dataset) => dataset.metadata.type === ENUMERATION;

/** What a dataset holds where {@link numberType} is undefined: `text`, `float128`, `an enumeration of big-endian int32`. */
export function otherType(dataset: Dataset): string {
  const { type, size, signed } = dataset.metadata;
  if (type === FLOAT) return `float${size * 8}`;
  if (type === INTEGER) return `integers of ${size} bytes`;
  if (type === ENUMERATION) return `an enumeration of big-endian ${signed ? 'int' : 'uint'}${size * 8}`;
  return CLASSES[type] ?? `values of HDF5's class ${type}`;
}

const VIEWS: Record<
  string,
  (buffer: ArrayBufferLike, at: number, count: number) => ArrayLike<number | bigint>
> = {
  int8: (...args) => new Int8Array(...args),
  uint8: (...args) => new Uint8Array(...args),
  int16: (...args) => new Int16Array(...args),
  uint16: (...args) => new Uint16Array(...args),
  int32: (...args) => new Int32Array(...args),
  uint32: (...args) => new Uint32Array(...args),
  int64: (...args) => new BigInt64Array(...args),
  uint64: (...args) => new BigUint64Array(...args),
  float16: (...args) => Float64Array.from(new Uint16Array(...args), halfPrecision),
  float32: (...args) => new Float32Array(...args),
  float64: (...args) => new Float64Array(...args),
};

/** The number whose IEEE 754 half-precision bits these are; Node 20 has no Float16Array. */
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Why a dataset is too large to be read piece by piece, by what the file says of it; undefined where it is not. Nothing of it
 * has been read: HDF5 takes memory for a whole chunk, however little of one is asked for.
 *
 * @param dataset - [N,…], read some rows at a time, or a column [N] or [N,1], read as a whole
 */
export function oversizeFault({ metadata: { size, shape, chunks } }: Dataset): string | undefined {
  const product = (numbers: readonly number[]) => numbers.reduce((all, n) => all * n, 1);
  const [rows, ...row] = shape as number[];
  const width = product(row);
  return (
    oversize('a row of it', size * width) ??
    (chunks ? oversize('a chunk of it', size * product(chunks)) : undefined) ??
    (width === 1 ? oversize('it', Float64Array.BYTES_PER_ELEMENT * rows) : undefined)
  );
}

/**
 * A column of numbers of any type as float64.
 * @param dataset - [N] or [N,1], for which {@link numberType} is defined
 * @throws Error in the words of HDF5
 */
export function readColumn(module: Module, dataset: Dataset): Float64Array {
  return readRows(module, dataset, 0, (dataset.metadata.shape as number[])[0]);
}

/**
 * Rows `first` … `first + count − 1` of a table of numbers of any type as float64, block by block.
 * @param dataset - [N,…], for which {@link numberType} is defined
 * @returns [count,…]
 * @throws Error in the words of HDF5
 */
export function readRows(module: Module, dataset: Dataset, first: number, count: number): Float64Array {
  const { size, shape } = dataset.metadata;
  const width = (shape as number[]).slice(1).reduce((product, n) => product * n, 1);
  const fault = oversizeFault(dataset) ?? oversize('it', Float64Array.BYTES_PER_ELEMENT * count * width);
  if (fault !== undefined) throw new Error(fault);
  const out = new Float64Array(count * width);
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / (size * width)));
  const block = new BlockBuffer(module, Math.max(1, Math.min(count, perBlock)) * size * width);
  try {
    for (let done = 0; done < count; done += perBlock) {
      const part = Math.min(perBlock, count - done);
      const bytes = block.read(dataset, first + done, part);
      const values = VIEWS[numberType(dataset) as string](bytes.buffer, bytes.byteOffset, part * width);
      for (let n = 0; n < values.length; n++) out[done * width + n] = Number(values[n]);
    }
  } finally {
    block.free();
  }
  return out;
}

/** A file's attributes that are one number, truth value or text; those of other kinds are nothing that this project writes. */
export function scalarAttributes(file: File): Record<string, number | string> {
  const scalars: Record<string, number | string> = {};
  for (const [name, attribute] of Object.entries(file.attrs)) {
    const only = scalarOf(() => attribute.value);
    if (only !== undefined) scalars[name] = only;
  }
  return scalars;
}

/** @param read - throws for types that h5wasm does not know, such as float16 */
function scalarOf(read: () => unknown): number | string | undefined {
  let value: unknown;
  try {
    value = read();
  } catch {
    return undefined;
  }
  const isList = ArrayBuffer.isView(value) || Array.isArray(value);
  const list = isList ? Array.from(value as Iterable<unknown>) : [value];
  if (list.length !== 1) return undefined;
  const [only] = list;
  if (typeof only === 'bigint' || typeof only === 'boolean') return Number(only);
  return typeof only === 'string' || typeof only === 'number' ? only : undefined;
}
