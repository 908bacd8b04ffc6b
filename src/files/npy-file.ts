/**
 * NumPy's .npy files (format 1.0), written from front to back: a header of fixed length is filled in at the end, when the
 * number of rows is known. Little-endian, C order.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { reasonOf } from '../text/reason.ts';
import { writeFailure } from './temporary-file.ts';

const TYPES = { uint8: '|u1', float64: '<f8' } as const;

/** Bytes, a multiple of 64 as the format asks for. */
const HEADER = 128;

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
    this.#file = this.#attempt(() => openSync(path, 'w'));
    this.#write(new Uint8Array(HEADER));
  }

  /** @param values - whole rows */
  append(values: Uint8Array | Float64Array): void {
    this.#write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#values += values.length;
  }

  finish(): void {
    const row = this.#shape.reduce((a, b) => a * b, 1);
    const shape = [this.#values / row, ...this.#shape];
    const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
    const text = `{'descr': '${TYPES[this.#type]}', 'fortran_order': False, 'shape': ${tuple}, }`;
    const header = Buffer.alloc(HEADER, ' ');
    header.write('\x93NUMPY\x01\x00', 'latin1');
    header.writeUInt16LE(HEADER - 10, 8);
    header.write(text, 10, 'latin1');
    header.write('\n', HEADER - 1);
    this.#attempt(() => writeSync(this.#file, header, 0, HEADER, 0));
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
      throw writeFailure(this.#path, reasonOf(error));
    }
  }
}
