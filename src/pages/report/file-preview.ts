/** The beginning of a table, the content of a small JSON file, and sizes: what a page shows of files that it does not hold. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { list, paragraph, table } from './html.ts';

const ROWS = 20;
const COLUMNS = 12;
/** Bytes read of a table, far more than its first rows take. */
const BEGINNING = 1 << 16;
/** Characters of a list in a JSON file, from which on it is left out. */
const ENTRY = 200;

/**
 * @param wanted - columns, by name; all by default
 * @returns the first rows of a CSV file, or a sentence why not
 */
export async function csvPreview(path: string, wanted: RegExp = /^/): Promise<string> {
  let rows: string[][];
  let isWhole: boolean;
  try {
    const { text, whole } = await beginningOf(path);
    isWhole = whole;
    const complete = whole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
    rows = parse(complete, { relax_column_count: true });
  } catch {
    return paragraph(`${path}: cannot be read as a table`, 'warning');
  }
  const [head = [], ...body] = rows;
  if (head.length === 0) return paragraph(`${path}: is empty`, 'warning');
  const shown = [...head.keys()].filter((c) => wanted.test(head[c])).slice(0, COLUMNS);
  const cells = (row: readonly string[]) => shown.map((c) => shortened(row[c] ?? ''));
  const left = [
    ...(body.length > ROWS || !isWhole ? [`the first ${Math.min(ROWS, body.length)} rows`] : []),
    ...(head.length > shown.length ? [`${shown.length} of ${head.length} columns`] : []),
  ];
  const caption = `${path}${left.length > 0 ? `: ${left.join(', ')}` : ''}`;
  return `${paragraph(caption)}\n${table(
    shown.map((c) => head[c]),
    body.slice(0, ROWS).map(cells),
  )}`;
}

export type Facts = Readonly<Record<string, unknown>>;

/** @returns undefined if the file is no JSON object */
export async function readFacts(path: string): Promise<Facts | undefined> {
  try {
    const facts = JSON.parse(await readFile(path, 'utf8'));
    return typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** What a JSON file says, an entry a row; without what stands on the page anyway, and long lists. */
export function factsTable(facts: Facts): string {
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    if (name === 'files' || name === 'out') return [];
    const text =
      value === null
        ? '–'
        : typeof value === 'string'
          ? value
          : JSON.stringify(value, (_, one) => sixDigits(one));
    return text.length > ENTRY && typeof value !== 'string' ? [] : [[name, text]];
  });
  return table(['what', 'value'], rows);
}

/** Names with sizes. */
export async function fileList(paths: readonly string[]): Promise<string> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => sizeText(size),
        () => 'cannot be read',
      ),
    ),
  );
  return list(paths.map((path, n) => `${basename(path)}: ${sizes[n]}`));
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Figures of sixteen digits say no more than those of six. */
const sixDigits = (value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

function shortened(cell: string): string {
  return /^-?\d*\.\d{7,}(e[+-]?\d+)?$/i.test(cell) ? String(sixDigits(Number(cell))) : cell;
}

async function beginningOf(path: string): Promise<{ text: string; whole: boolean }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, BEGINNING));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), whole: bytesRead === size };
  } finally {
    await file.close();
  }
}
