/**
 * NumPy's file format for one array (numpy.lib.format, versions 1 to 3): a magic number, a line of text with type and shape, the
 * values, little-endian, in C order. Only what stands before the values is read here; plain arrays are written.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';
import { notWritten } from './whole-file.ts';

export interface NpyHeader {
  /** NumPy's name of the type, e.g. `|u1`, `<f4`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Bytes before the values. */
  readonly length: number;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Enough for any header of a plain array. */
export const NPY_HEADER_BYTES = 4096;

/**
 * @param start - the file's first bytes, {@link NPY_HEADER_BYTES} or all there are
 * @param where - for messages: the file, the array
 * @throws DataError if it is no such file, if its shape is none, or if it is stored column by column
 */
export function parseNpyHeader(start: Uint8Array, where: string): NpyHeader {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (bytes.length < 12 || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new DataError(`${where}: this is no NumPy array`);
  }
  const [textAt, textLength] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  const text = bytes.subarray(textAt, textAt + textLength).toString('latin1');
  const type = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (type === undefined || shape === undefined) {
    throw new DataError(`${where}: the array is of a kind that is not read here: ${text.trim()}`);
  }
  const sizes = shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [wholeNumber(size.trim())]));
  if (!Number.isSafeInteger(sizes.reduce((product, size) => product * size, 1))) {
    throw new DataError(`${where}: the array's shape (${shape}) is none; the file is damaged`);
  }
  if (/'fortran_order':\s*True/.test(text) && sizes.length > 1) {
    throw new DataError(`${where}: the array lies column by column; save numpy.ascontiguousarray of it`);
  }
  return { type, shape: sizes, length: textAt + textLength };
}

/** @returns NaN for what is no size. Python 2 wrote its long integers with an L. */
const wholeNumber = (text: string): number => (/^\d+L?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN);

/**
 * The header of a file with values of this shape.
 * @param type - NumPy's name of it
 * @param least - bytes, a multiple of 64: where the header is to have one length whatever the shape
 */
export function npyHeader(type: '|u1' | '<f4' | '<f8', shape: readonly number[], least = 0): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Magic, version and length take 10 bytes; the whole is padded to a multiple of 64 and ends in a line feed.
  const length = Math.max(least, Math.ceil((10 + text.length + 1) / 64) * 64);
  const header = Buffer.alloc(length, ' ');
  MAGIC.copy(header);
  header[6] = 1;
  header[7] = 0;
  header.writeUInt16LE(length - 10, 8);
  header.write(text, 10, 'latin1');
  header[length - 1] = 0x0a;
  return header;
}

const TYPES = { uint8: '|u1', float64: '<f8' } as const;

/** Bytes of the header of a file whose number of rows is not known when it is begun. */
const GROWING_HEADER = 128;

/** A file that is written row by row, in a folder that is there whole or not at all; its header is filled in at the end. */
export class NpyFile {
  readonly #path: string;
  readonly #type: keyof typeof TYPES;
  /** Of a row; [] for a column of numbers. */
  readonly #shape: readonly number[];
  readonly #file: number;
  #values = 0;

  /** @throws DataError where the file cannot be written */
  constructor(path: string, type: keyof typeof TYPES, shape: readonly number[] = []) {
    this.#path = path;
    this.#type = type;
    this.#shape = shape;
    this.#file = this.#attempt(() => openSync(path, 'wx'));
    this.#write(new Uint8Array(GROWING_HEADER));
  }

  /** @param values - whole rows */
  append(values: Uint8Array | Float64Array): void {
    this.#write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#values += values.length;
  }

  finish(): void {
    const row = this.#shape.reduce((a, b) => a * b, 1);
    const header = npyHeader(TYPES[this.#type], [this.#values / row, ...this.#shape], GROWING_HEADER);
    this.#attempt(() => writeSync(this.#file, header, 0, GROWING_HEADER, 0));
    this.close();
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      at += this.#attempt(() => writeSync(this.#file, bytes, at, bytes.length - at));
    }
  }

  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw notWritten(this.#path, reasonOf(error));
    }
  }
}
