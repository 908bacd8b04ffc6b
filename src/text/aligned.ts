/** Tables for people, aligned on a terminal, whatever script the names in them are written in. */
import { eastAsianWidth } from 'get-east-asian-width';
import { printableLine } from './printable.ts';

/**
 * A table: columns as wide as their widest cell, two spaces between.
 * @param numbers - where all columns but the first stand: to the left, or to the right, as numbers do that are compared
 */
export function aligned(table: readonly (readonly string[])[], numbers: 'left' | 'right' = 'left'): string {
  const rows = table.map((row) => row.map(printableLine));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, textWidth(cell));
  }
  const placed = (cell: string, i: number) => {
    const space = ' '.repeat(widths[i] - textWidth(cell));
    return numbers === 'right' && i > 0 ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(placed).join('  ').trimEnd()).join('\n');
}

/** Latin letters, punctuation, arrows and mathematical signs: a column each. */
const NARROW = /^[ -~\u00a0-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff]*$/;

/** Made when it is needed, which takes some milliseconds. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Columns that a text takes on a terminal: Chinese, Japanese and Korean characters and emoji take two (UAX 11), marks above others
 * none.
 */
export function textWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of graphemes.segment(text))
    width += eastAsianWidth(segment.codePointAt(0) as number);
  return width;
}
