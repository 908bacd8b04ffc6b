/**
 * What tells one recording from another without reading it whole: its size and the SHA-256 of its head, its tail and
 * ranges in between. A change of the same size that all of them miss is told by the time of the last change, which the
 * cache compares too; the fingerprint itself leaves that out, so that copies of a file have the same one.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const RANGES = 32;
const RANGE_BYTES = 65_536;

export interface SourceFingerprint {
  /** Bytes. */
  readonly size: number;
  /** When it was last changed, in nanoseconds since 1970; a text, as it is too long for a number. */
  readonly changed: string;
  /** Hexadecimal SHA-256 of size and ranges. */
  readonly fingerprint: string;
}

/** @throws Error of the file system */
export function fingerprintOf(path: string): SourceFingerprint {
  const descriptor = openSync(path, 'r');
  try {
    const status = fstatSync(descriptor, { bigint: true });
    const size = Number(status.size);
    const hash = createHash('sha256').update(`${size}\n`);
    const range = Buffer.alloc(RANGE_BYTES);
    for (let n = 0; n < RANGES; n++) {
      const at = Math.floor((Math.max(0, size - RANGE_BYTES) * n) / (RANGES - 1));
      hash.update(range.subarray(0, readSync(descriptor, range, 0, RANGE_BYTES, at)));
    }
    return { size, changed: String(status.mtimeNs), fingerprint: hash.digest('hex') };
  } finally {
    closeSync(descriptor);
  }
}
