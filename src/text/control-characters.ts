/**
 * Line ends, escapes and their like in a text. What the program writes in lines (scripts, tables, messages) may hold none
 * that came from outside: what stands behind a line end would be read as a line of its own.
 */
const ANY = /\p{Cc}/u;
const EACH = /\p{Cc}/gu;

export const hasControlCharacters = (text: string): boolean => ANY.test(text);

/** @param name - what stands for a character, by its code */
export const withoutControlCharacters = (text: string, name: (code: number) => string): string =>
  text.replaceAll(EACH, (character) => name(character.charCodeAt(0)));
