/**
 * The JSON header of a safetensors file: which tensors there are, of what type and shape, and where. Reading it is
 * strict, since everything after it is found through it. For the rest of the file see safetensors.ts.
 */

import { createHash } from 'node:crypto';

/** The types of entries that are supported, by the format's names. */
export const DTYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  I8: Int8Array,
  U8: Uint8Array,
};
export type Dtype = keyof typeof DTYPES;

/** The header's key for the metadata, so no tensor's name. */
export const METADATA = '__metadata__';

/** A tensor's line of the header; offsets in bytes from the end of the header. */
export interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

/** Refuses the file for the reason given, naming it. */
export type Fail = (reason: string) => never;

/** Tensors without entries share a place; their names decide. */
const byPlace = (a: Entry, b: Entry): number =>
  a.begin - b.begin || a.end - b.end || (a.name < b.name ? -1 : 1);

/** The header's JSON. Written by hand rather than from an object: its keys may be any text, and their order is the tensors'. */
export function headerText(metadata: Readonly<Record<string, string>>, entries: readonly Entry[]): string {
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const lines = entries.map(
    ({ name, dtype, shape, begin, end }) =>
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
  );
  return `{${[`"${METADATA}":{${texts.join(',')}}`, ...lines].join(',')}}`;
}

/** SHA-256 in hexadecimal over the header as this file would write it without the checksum, in the order of the places, and the tensors. */
export function checksum(
  metadata: Readonly<Record<string, string>>,
  entries: readonly Entry[],
  body: Uint8Array,
): string {
  const ordered = [...entries].sort(byPlace);
  return createHash('sha256').update(headerText(metadata, ordered)).update(body).digest('hex');
}

/**
 * @param bytes - the header alone
 * @param bodyLength - number of bytes that follow it
 * @returns the tensors in the order of their places, which fill the body without gap or overlap
 */
export function parseHeader(
  bytes: Uint8Array,
  bodyLength: number,
  fail: Fail,
): { metadata: Record<string, string>; entries: Entry[] } {
  const { [METADATA]: rawMetadata = {}, ...rawTensors } = parseObject(bytes, fail);
  const metadata = stringsOf(rawMetadata, fail);
  const entries = Object.entries(rawTensors).map(([name, raw]) => entryOf(name, raw, fail));
  entries.sort(byPlace);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      fail(`tensor "${name}" starts at byte ${begin}, expected ${expected}, where the one before ends`);
    }
    expected = end;
  }
  if (expected !== bodyLength) fail(`${bodyLength} bytes of tensors, expected ${expected}`);
  return { metadata, entries };
}

function parseObject(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let text = '';
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    fail(`the header is not JSON (${(error as Error).message})`);
  }
  if (!isObject(header)) return fail('the header is no JSON object');
  const repeated = repeatedKey(text);
  if (repeated !== undefined) fail(`"${repeated}" stands twice in the header`);
  return header;
}

/** The first key that occurs twice in one object of a valid JSON text; JSON.parse keeps the last silently. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(text) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function stringsOf(raw: unknown, fail: Fail): Record<string, string> {
  if (!isObject(raw)) return fail('the metadata is no JSON object');
  for (const [key, value] of Object.entries(raw)) {
    if (typeof value !== 'string') fail(`metadata "${key}" is ${JSON.stringify(value)}, expected a string`);
  }
  return raw as Record<string, string>;
}

function entryOf(name: string, raw: unknown, fail: Fail): Entry {
  if (!isObject(raw)) {
    return fail(`tensor "${name}" is ${JSON.stringify(raw)}, expected dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets, ...others } = raw;
  const wrong = (key: string, seen: unknown, expected: string): never =>
    fail(`tensor "${name}": ${key} is ${JSON.stringify(seen) ?? 'missing'}, expected ${expected}`);
  if (typeof dtype !== 'string') return wrong('dtype', dtype, 'a string');
  if (!Object.hasOwn(DTYPES, dtype)) wrong('dtype', dtype, `one of ${Object.keys(DTYPES).join(', ')}`);
  if (!areSizes(shape)) return wrong('shape', shape, 'a list of whole numbers from 0');
  if (!areSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return wrong('data_offsets', offsets, '[begin, end]');
  }
  for (const key of Object.keys(others)) wrong(key, others[key], 'dtype, shape and data_offsets only');
  const [begin, end] = offsets;
  const size = product(shape) * DTYPES[dtype as Dtype].BYTES_PER_ELEMENT;
  if (end - begin !== size) wrong('data_offsets', offsets, `${size} bytes for ${dtype} [${shape}]`);
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** Number of entries of a shape. */
export const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
