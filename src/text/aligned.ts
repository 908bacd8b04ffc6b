import { printableLine } from './printable.ts';

/**
 * A table for people: columns as wide as their longest cell, two spaces between.
 * @param numbers - where all columns but the first stand: to the left, or to the right, as numbers do that are compared
 */
export function aligned(table: readonly (readonly string[])[], numbers: 'left' | 'right' = 'left'): string {
  const rows = table.map((row) => row.map(printableLine));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const placed = (cell: string, i: number) =>
    numbers === 'right' && i > 0 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]);
  return rows.map((row) => row.map(placed).join('  ').trimEnd()).join('\n');
}
