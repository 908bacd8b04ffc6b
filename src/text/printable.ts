/**
 * Text as it may be shown: what others wrote, names of files and topics, words in their files, can hold control characters with
 * which a terminal is made to hide lines, rename its window or type, and marks that turn the direction of text round. They are
 * shown as JSON escapes them, so that JSON means the same before and after. terminal.ts shows nothing that did not pass here.
 */

/**
 * C0 (ECMA-48) but tab and newline, DEL, C1; separators of lines, and the marks of direction of Unicode's bidirectional
 * algorithm (UAX 9).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** @param text - a line or several */
export function printable(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** The same of what is to stay within its line: a cell of a table, a bar. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, escaped);
}

/**
 * A message in which names of others stand: all lines but the first are indented, so that no name with a line end in it makes
 * a line that looks like one of ours.
 */
export function indentedMessage(text: string): string {
  return /\n(?! {2})/.test(text) ? text.replaceAll('\n', '\n  ') : text;
}

// Line ends, escapes and their like in a text. What the program writes in lines (scripts, tables, messages) may hold none that came
// from outside: what stands behind a line end would be read as a line of its own.

const ANY = /\p{Cc}/u;
const EACH = /\p{Cc}/gu;

export const hasControlCharacters = (text: string): boolean => ANY.test(text);

/** @param name - what stands for a character, by its code */
export const withoutControlCharacters = (text: string, name: (code: number) => string): string =>
  text.replaceAll(EACH, (character) => name(character.charCodeAt(0)));
