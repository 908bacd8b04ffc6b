/** Reading the text files of foreign logs, with errors that say what was looked for and where. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { DataError } from '../../../errors.ts';

/**
 * A whole text file, its lines ended by \n however they were: files joined from several machines mix \r\n, \n and \r.
 * @param path - of a text file
 * @param what - what it should be, for the error
 * @throws DataError where it is not there, is no file or is empty
 */
export function readText(path: string, what: string): string {
  if (!existsSync(path)) throw new DataError(`${path}: not there; expected ${what}`);
  if (!statSync(path).isFile()) throw new DataError(`${path}: not a file; expected ${what}`);
  const bytes = readFileSync(path);
  // What PowerShell redirects and Excel saves as Unicode text.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = bytes
    .toString(isUtf16 ? 'utf16le' : 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
  if (text.trim() === '') throw new DataError(`${path}: empty; expected ${what}`);
  return text;
}

/** A line that is not blank, with the place to name in errors, `file:line`. */
export interface Line {
  text: string;
  where: string;
}

/** The lines of a text that are not blank. */
export function linesOf(text: string, path: string): Line[] {
  return text
    .split('\n')
    .map((line, i) => ({ text: line.trim(), where: `${path}:${i + 1}` }))
    .filter(({ text }) => text !== '');
}

/** @throws DataError where the text is no JSON object or array */
export function parseJson<T extends object>({ text, where }: Line): T {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  if (/\b(NaN|Infinity)\b/.test(text)) {
    throw new DataError(`${where}: a value is NaN or infinite`);
  }
  throw new DataError(
    `${where}: not a whole JSON record: ${shown(text)}, as a recorder that was cut off leaves it`,
  );
}

/** Characters shown of a line. */
const SHOWN = 60;

/** The beginning of a line, for messages: without characters that a terminal obeys, such as the zeros of a lost block. */
export function shown(text: string): string {
  const printable = text.replace(/\p{Cc}+/gu, '\uFFFD');
  return printable.length > SHOWN ? `${printable.slice(0, SHOWN)}…` : printable;
}
