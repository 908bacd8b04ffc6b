/** A page that is written piece by piece, as long as a film; it has its name when it is whole, not before. */
import { type FileHandle, open } from 'node:fs/promises';
import { adoptFile, removeQuietly, temporaryPath, writeFailure } from './durable.ts';

/** Characters that are written at once. */
const BLOCK = 1 << 18;

export interface PageFile {
  /** Bytes so far. */
  readonly bytes: number;
  /** @throws DataError if it cannot be written */
  add(text: string): Promise<void>;
  /** @throws DataError if it cannot be written */
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` it does nothing. */
  discard(): Promise<void>;
}

/** @throws DataError if it cannot be made */
export async function pageFile(path: string): Promise<PageFile> {
  const temporary = temporaryPath(path);
  const failing = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    try {
      return await action();
    } catch (error) {
      throw writeFailure(path, error);
    }
  };
  const file: FileHandle = await failing(() => open(temporary, 'wx'));
  let waiting: string[] = [];
  let characters = 0;
  let bytes = 0;
  let isOpen = true;
  const flush = async () => {
    const text = waiting.join('');
    [waiting, characters] = [[], 0];
    await file.writeFile(text);
  };
  return {
    get bytes() {
      return bytes;
    },
    async add(text) {
      waiting.push(text);
      characters += text.length;
      bytes += Buffer.byteLength(text);
      if (characters > BLOCK) await failing(flush);
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
