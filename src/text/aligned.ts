import { printableLine } from './printable.ts';

/** A table for people: columns as wide as their longest cell, two spaces between. */
export function aligned(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map(printableLine));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
