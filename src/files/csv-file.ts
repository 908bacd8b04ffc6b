/** A CSV file that is written row by row, for tables as long as a drive; it has its name when it is whole, not before. */
import { type FileHandle, open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { csvCells } from '../text/csv-cells.ts';
import { adoptFile, removeQuietly, temporaryPath, writeFailure } from './durable.ts';

/** Characters that are written at once. */
const BLOCK = 1 << 16;

export interface CsvFile {
  /** As many as there are columns. */
  row(values: Iterable<number | string>): Promise<void>;
  /** @throws DataError if it cannot be written */
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` it does nothing. */
  discard(): Promise<void>;
}

/** @param columns - their names; values are numbers or plain words, which need no quotes */
export async function csvFile(path: string, columns: readonly string[]): Promise<CsvFile> {
  const temporary = temporaryPath(path);
  const failing = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    try {
      return await action();
    } catch (error) {
      throw writeFailure(path, error);
    }
  };
  const file: FileHandle = await failing(() => open(temporary, 'wx'));
  let text = stringify([[...columns]], csvCells());
  let isOpen = true;
  const flush = async () => {
    await file.writeFile(text);
    text = '';
  };
  return {
    async row(values) {
      text += `${[...values].join(',')}\n`;
      if (text.length > BLOCK) await failing(flush);
    },
    async finish() {
      await failing(async () => {
        await flush();
        await file.close();
        isOpen = false;
        await adoptFile(temporary, path);
      });
    },
    async discard() {
      if (!isOpen) return;
      await file.close();
      await removeQuietly(temporary);
    },
  };
}
