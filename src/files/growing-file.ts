/** Files that are written piece by piece, as long as a drive or a film; they have their names when they are whole, not before. */
import { type FileHandle, open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { csvCells } from '../text/csv-cells.ts';
import { adoptFile, removeQuietly, temporaryPath, writeFailure } from './whole-file.ts';

/** Bytes that are written at once. */
const BLOCK = 1 << 18;

export interface GrowingFile {
  /** Bytes so far. */
  readonly bytes: number;
  /**
   * @param content - taken at once: its memory may be used again
   * @throws DataError if it cannot be written
   */
  add(content: string | Uint8Array): Promise<void>;
  /** @throws DataError if it cannot be written */
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` it does nothing. */
  discard(): Promise<void>;
}

/** @throws DataError if it cannot be made */
export async function growingFile(path: string): Promise<GrowingFile> {
  const failing = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    try {
      return await action();
    } catch (error) {
      throw writeFailure(path, error);
    }
  };
  const temporary = temporaryPath(path);
  const file: FileHandle = await failing(() => open(temporary, 'wx'));
  const block = Buffer.allocUnsafe(BLOCK);
  let filled = 0;
  let bytes = 0;
  let isOpen = true;
  const flush = async () => {
    await file.writeFile(block.subarray(0, filled));
    filled = 0;
  };
  return {
    get bytes() {
      return bytes;
    },
    async add(content) {
      const length = Buffer.byteLength(content);
      bytes += length;
      if (filled + length > BLOCK) await failing(flush);
      if (length > BLOCK) return failing(() => file.writeFile(content));
      filled += typeof content === 'string' ? block.write(content, filled) : copied(content, block, filled);
    },
    finish: () =>
      failing(async () => {
        await flush();
        await file.close();
        isOpen = false;
        await adoptFile(temporary, path);
      }),
    async discard() {
      if (isOpen) await file.close();
      isOpen = false;
      await removeQuietly(temporary);
    },
  };
}

function copied(content: Uint8Array, block: Buffer, at: number): number {
  block.set(content, at);
  return content.length;
}

/**
 * A CSV table; its rows are added as `csvLine`s.
 * @param columns - their names
 */
export async function growingTable(path: string, columns: readonly string[]): Promise<GrowingFile> {
  const file = await growingFile(path);
  await file.add(stringify([[...columns]], csvCells()));
  return file;
}
