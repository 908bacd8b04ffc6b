/**
 * Digests by which a run notices that one of its files was altered after it was written: by a disk, a copy cut short or a
 * person. Whoever means to deceive can compute them too; they guard against accidents.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Hexadecimal SHA-256 of texts or bytes, each with its length, so that nothing moves from one to the next. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\n`).update(part);
  return hash.digest('hex');
}

/** By file name: the digest of every one of `names` that is in `folder`. */
export async function digestsIn(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of names) {
    const bytes = await readFile(join(folder, name)).catch(unlessMissing);
    if (bytes) digests[name] = digestOf(bytes);
  }
  return digests;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
