/**
 * Damage to the bytes of a file, drawn from a seed: what disks, cut copies and other programs do to it. Of texts also what only
 * somebody who knows their grammar could do: a number made negative, huge or NaN, a value of another type, a key that is not there.
 */
import { parse as parseYaml, stringify as yamlText } from 'yaml';
import type { Stream } from '../../../src/random/stream.ts';

export type Grammar = 'bytes' | 'json' | 'json lines' | 'yaml' | 'csv' | 'safetensors' | 'text';

/** @returns other bytes, mostly; a value of the grammar is as likely to be changed as its bytes are */
export function mutated(bytes: Buffer, grammar: Grammar, draws: Stream): Buffer {
  if (grammar === 'bytes' || draws.integer(0, 2) === 0) return damaged(bytes, draws);
  const text = bytes.toString('utf8');
  switch (grammar) {
    case 'json':
      return Buffer.from(JSON.stringify(altered(JSON.parse(text), draws), asWritten) ?? '');
    case 'yaml':
      return Buffer.from(yamlText(altered(parseYaml(text), draws)));
    case 'json lines':
      return Buffer.from(inOne(text.split('\n'), draws, (line) => alteredLine(line, draws)).join('\n'));
    case 'csv':
      return Buffer.from(
        inOne(text.split('\n'), draws, (line) =>
          inOne(line.split(','), draws, () => pick(CELLS, draws)).join(','),
        ).join('\n'),
      );
    case 'safetensors':
      return withHeader(bytes, draws);
    case 'text':
      return Buffer.from(inOne(text.split(/(?<=\s)/), draws, () => `${pick(CELLS, draws)} `).join(''));
  }
}

const MOST_CHANGES = 4;

/** Flipped bits, and parts that are cut, set to one byte, doubled, exchanged, put in or at the end missing. */
function damaged(bytes: Buffer, draws: Stream): Buffer {
  let out = Buffer.from(bytes);
  for (let left = 1 + draws.integer(0, MOST_CHANGES); left > 0 && out.length > 0; left--) {
    const at = draws.integer(0, out.length);
    const length = 1 + draws.integer(0, Math.min(64, out.length - at));
    const [before, part, after] = [
      out.subarray(0, at),
      out.subarray(at, at + length),
      out.subarray(at + length),
    ];
    const to = draws.integer(0, out.length);
    const kinds: (() => Buffer)[] = [
      () => {
        const flipped = Buffer.from(out);
        flipped[at] ^= 1 << draws.integer(0, 8);
        return flipped;
      },
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, Buffer.alloc(length, pick([0, 0xff, 0x20, 0x30], draws)), after]),
      () => Buffer.concat([before, part, part, after]),
      () => Buffer.concat([before, Buffer.from(Array.from(part, () => draws.integer(0, 256))), part, after]),
      () => {
        const exchanged = Buffer.from(out);
        exchanged.set(
          out.subarray(to, to + length),
          Math.min(at, out.length - Math.min(length, out.length - to)),
        );
        exchanged.set(part.subarray(0, out.length - to), to);
        return exchanged;
      },
      () => before,
    ];
    out = Buffer.from(pick(kinds, draws)());
  }
  return out;
}

const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5, 1e300, -1e300, 2 ** 31, 2 ** 53, 1e-320];
const VALUES: readonly unknown[] = [
  ...NUMBERS,
  null,
  true,
  '',
  'x',
  '\u0000',
  '\u001b[2J',
  '../../x',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  { x: null },
  'é'.repeat(300),
];
const CELLS: readonly string[] = [
  '',
  'NaN',
  'Infinity',
  '-1',
  '1e400',
  '"',
  '""',
  'x',
  '\u0000',
  '\u001b[2J',
  ',',
  ';',
  '../../x',
  '0x10',
  '9'.repeat(400),
];

/** What JSON has no number for is written as other programs write it, as a word; a text would do, too. */
const asWritten = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** One part of a value replaced, left out, doubled or put elsewhere. */
function altered(value: unknown, draws: Stream): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || draws.integer(0, 8) === 0) {
    return typeof value === 'number' && draws.integer(0, 2) === 0
      ? pick(NUMBERS, draws)
      : pick(VALUES, draws);
  }
  if (Array.isArray(value)) {
    const at = draws.integer(0, value.length);
    const kind = draws.integer(0, 6);
    if (kind === 0) return value.toSpliced(at, 1);
    if (kind === 1) return value.toSpliced(at, 0, value[at]);
    return value.with(at, altered(value[at], draws));
  }
  const entries = Object.entries(value);
  const at = draws.integer(0, entries.length);
  const [key, inner] = entries[at];
  const kind = draws.integer(0, 8);
  if (kind === 0) return Object.fromEntries(entries.toSpliced(at, 1));
  if (kind === 1) return { ...value, [String(pick(VALUES, draws))]: inner };
  if (kind === 2) return { ...value, [key]: pick(entries, draws)[1] };
  return { ...value, [key]: altered(inner, draws) };
}

function alteredLine(line: string, draws: Stream): string {
  try {
    return JSON.stringify(altered(JSON.parse(line), draws), asWritten) ?? '';
  } catch {
    return pick(CELLS, draws); // an empty line, as the last one
  }
}

/** The header of a safetensors file, its length as it should be; texts within it that are JSON are changed as JSON. */
function withHeader(bytes: Buffer, draws: Stream): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  const meta = header.__metadata__ ?? {};
  const keys = Object.keys(meta);
  const isInside = keys.length > 0 && draws.integer(0, 2) === 0;
  const key = isInside ? pick(keys, draws) : '';
  const next = isInside
    ? { ...header, __metadata__: { ...meta, [key]: alteredLine(meta[key], draws) } }
    : altered(header, draws);
  const text = Buffer.from(JSON.stringify(next, asWritten) ?? '');
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, bytes.subarray(8 + length)]);
}

function inOne(parts: readonly string[], draws: Stream, change: (part: string) => string): string[] {
  const at = draws.integer(0, parts.length);
  return parts.with(at, change(parts[at]));
}

export const pick = <Item>(items: readonly Item[], draws: Stream): Item =>
  items[draws.integer(0, items.length)];
