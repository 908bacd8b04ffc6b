/**
 * Words as they are typed in a shell: for the scripts that the program writes and the commands that it shows. Always on one
 * line, so that a word in a comment stays in the comment. What the program starts itself gets a list of words, and no shell.
 */
import { quote } from 'shlex';
import { hasControlCharacters, withoutControlCharacters } from './printable.ts';

/** @returns one word for bash, whatever it holds; for every other POSIX shell too, but for control characters */
export function shellWord(word: string): string {
  if (!hasControlCharacters(word)) return quote(word);
  const escaped = word.replaceAll(/[\\']/g, '\\$&');
  return `$'${withoutControlCharacters(escaped, (code) => `\\x${code.toString(16).padStart(2, '0')}`)}'`;
}
