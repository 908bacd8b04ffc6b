/** The last line of a log that says something: of what died without a word of its own, this is the cause. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL = 4096;

/** @returns empty if there is none */
export function lastLine(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(TAIL, size));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return tail.toString().trimEnd().split('\n').at(-1)?.trim() ?? '';
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
