/**
 * The safetensors format, written and read: eight bytes of header length, a JSON header with every tensor's dtype,
 * shape and place, then the tensors' bytes, little-endian. Python reads it with `safetensors.numpy.load_file`.
 * What a file means (which weights a model has) is not known here.
 *
 * Source: https://github.com/huggingface/safetensors, section "Format". Two things go beyond it: float16 and
 * 64-bit integers are not supported, and a file written here carries a checksum in its metadata (`sha256`), so that
 * an altered file is noticed; files without one are read as well.
 */

import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { ConfigError, DataError } from '../errors.ts';
import { reading } from '../files/reading.ts';
import { replaceFile } from '../files/whole-file.ts';
import { reasonOf } from '../text/reason.ts';
import {
  checksum,
  DTYPES,
  type Dtype,
  type Entry,
  type Fail,
  headerText,
  METADATA,
  parseHeader,
  product,
} from './safetensors-header.ts';

/** Entries of a tensor in row-major order. */
export type TensorData = Float64Array | Float32Array | Int32Array | Int8Array | Uint8Array;

/** A tensor in memory; `data` has as many entries as `shape` says. */
export interface StoredTensor {
  shape: number[];
  data: TensorData;
}

/** What a file holds. */
export interface SafetensorsFile {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

const CHECKSUM = 'sha256';
const LENGTH_BYTES = 8;

/**
 * @param tensors - by name, any order; the file's order is by size of the entries, then by name
 * @param metadata - free text by key; `sha256` is taken
 * @returns the file's bytes, the same for the same content
 * @throws Error for a tensor whose shape and number of entries differ, or a reserved name
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  if (tensors.has(METADATA)) throw new Error(`no tensor can be named ${METADATA}`);
  if (Object.hasOwn(metadata, CHECKSUM)) throw new Error(`the metadata key ${CHECKSUM} is reserved`);
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  let end = 0;
  const entries = sorted.map(([name, { shape, data }]): Entry => {
    if (product(shape) !== data.length) {
      throw new Error(`tensor "${name}": ${data.length} entries do not fill shape [${shape}]`);
    }
    const begin = end;
    end += data.byteLength;
    return { name, dtype: dtypeOf(data), shape, begin, end };
  });
  const body = new Uint8Array(end);
  entries.forEach(({ begin }, index) => {
    body.set(littleEndian(sorted[index][1].data), begin);
  });

  const sum = checksum(metadata, entries, body);
  const header = new TextEncoder().encode(headerText({ ...metadata, [CHECKSUM]: sum }, entries));
  const headerLength = Math.ceil(header.length / 8) * 8; // so that the tensors start at a multiple of 8
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(header, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + headerLength);
  return bytes;
}

/** How models of other programs begin. */
const FOREIGN = [
  [Buffer.from('PK\x03\x04', 'latin1'), 'a ZIP archive, as Keras (.keras) and PyTorch (.pt) write models'],
  [Buffer.from('\x89HDF', 'latin1'), 'an HDF5 file, as Keras (.h5) writes models'],
] as const;

/**
 * @param bytes - a whole file
 * @param source - its name, for messages
 * @throws ConfigError if anything in the file is not as the format says, or its checksum does not fit
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const fail: Fail = (reason) => {
    throw new ConfigError(`${source}: no safetensors file that can be used: ${reason}`);
  };
  const other = FOREIGN.find(([start]) => Buffer.from(bytes.subarray(0, start.length)).equals(start));
  if (other) fail(`it is ${other[1]}; docs/weights.md says what a weights file of this program is`);
  const bodyStart = LENGTH_BYTES + headerLengthOf(bytes, fail);
  const body = bytes.subarray(bodyStart);
  const { metadata, entries } = parseHeader(bytes.subarray(LENGTH_BYTES, bodyStart), body.length, fail);

  const { [CHECKSUM]: sum, ...rest } = metadata;
  if (sum !== undefined && sum !== checksum(rest, entries, body)) {
    throw new ConfigError(
      `${source}: the content does not fit its checksum (metadata "${CHECKSUM}"); the file was altered after it was ` +
        'written. If that was intended, save it without this metadata entry',
    );
  }
  const tensors = new Map(
    entries.map(({ name, dtype, shape, begin, end }) => [
      name,
      // A copy, since the header may end anywhere; `slice` of a Buffer would be none.
      { shape, data: entriesOf(dtype, new Uint8Array(body.subarray(begin, end))) },
    ]),
  );
  return { tensors, metadata: rest };
}

/**
 * Writes a file, whole or not at all.
 *
 * @throws DataError if it cannot be written, with the system's reason (disk full, no permission, no such folder)
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await replaceFile(path, encodeSafetensors(tensors, metadata));
}

/**
 * @throws DataError if there is no such file or it cannot be read
 * @throws ConfigError if it is no complete safetensors file
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  return reading(path, async () => {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw new DataError(`${path}: ${missing ? 'no such file' : `cannot be read: ${reasonOf(error)}`}`);
    }
    return decodeSafetensors(bytes, path);
  });
}

function headerLengthOf(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < LENGTH_BYTES) fail(`${bytes.length} bytes long, expected at least ${LENGTH_BYTES}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const left = bytes.length - LENGTH_BYTES;
  if (length > left) fail(`the header should be ${length} bytes long, but only ${left} follow`);
  return Number(length);
}

function dtypeOf(data: TensorData): Dtype {
  for (const [dtype, type] of Object.entries(DTYPES)) if (data instanceof type) return dtype as Dtype;
  throw new Error(`${Object.prototype.toString.call(data)} is no tensor data`);
}

/** Bytes of the entries as they stand in a file; on nearly every machine those in memory. */
function littleEndian(data: TensorData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return endianness() === 'LE' ? bytes : swapped(bytes.slice(), data.BYTES_PER_ELEMENT);
}

/** The reverse; `bytes` must own its buffer. */
function entriesOf(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const type = DTYPES[dtype];
  if (endianness() === 'BE') swapped(bytes, type.BYTES_PER_ELEMENT);
  return new type(bytes.buffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}

function swapped(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
  return bytes;
}
