/**
 * TFRecord framing, the outside of TensorFlow's event files: records one after the other, each
 *
 *     length of data      uint64, little-endian
 *     masked CRC of that  uint32
 *     data
 *     masked CRC of data  uint32
 *
 * CRC-32C (Castagnoli), masked so that a checksum of data that holds checksums, or of zeros, is an ordinary one. What the
 * data mean is in event.ts.
 */
import { fstatSync, readSync } from 'node:fs';
import crc32c from 'crc-32/crc32c.js';

const HEADER_BYTES = 12;
const CRC_BYTES = 4;

/** CRC-32C, turned right by 15 bits, plus a constant. */
export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c.buf(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record that holds `data`. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + data.length + CRC_BYTES);
  bytes.writeBigUInt64LE(BigInt(data.length));
  bytes.writeUInt32LE(maskedCrc(bytes.subarray(0, 8)), 8);
  bytes.set(data, HEADER_BYTES);
  bytes.writeUInt32LE(maskedCrc(data), HEADER_BYTES + data.length);
  return bytes;
}

/** A whole record of a file. */
export interface FoundRecord {
  readonly data: Uint8Array;
  /** Where it ends in the file, in bytes. */
  readonly end: number;
}

/**
 * The records of a file from its start, up to the first that is cut short or damaged: nothing behind that can be trusted.
 *
 * @param file - descriptor, open for reading
 */
export function* wholeRecords(file: number): Generator<FoundRecord> {
  const { size } = fstatSync(file);
  for (let start = 0; ; ) {
    const header = bytesAt(file, start, HEADER_BYTES, size);
    if (header?.readUInt32LE(8) !== maskedCrc(header?.subarray(0, 8) ?? Buffer.alloc(0))) return;
    const length = Number((header as Buffer).readBigUInt64LE());
    const rest = bytesAt(file, start + HEADER_BYTES, length + CRC_BYTES, size);
    const data = rest?.subarray(0, length) ?? Buffer.alloc(0);
    if (rest?.readUInt32LE(length) !== maskedCrc(data)) return;
    start += HEADER_BYTES + length + CRC_BYTES;
    yield { data, end: start };
  }
}

/** @returns undefined where the file, of `size` bytes, does not reach so far */
function bytesAt(file: number, start: number, length: number, size: number): Buffer | undefined {
  if (start + length > size) return undefined;
  const bytes = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const more = readSync(file, bytes, read, length - read, start + read);
    if (more === 0) return undefined;
    read += more;
  }
  return bytes;
}
