/**
 * The event of an event file: a Protocol Buffers message `tensorflow.Event`, of which only the fields that are used are
 * known here. Numbers of fields and types are those of TensorFlow's event.proto, summary.proto and histogram.proto.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Histogram } from './histogram.ts';

/** What the first event of a file must say. From this version on, steps of several tags need not rise together. */
const FILE_VERSION = 'brain.Event:2';

const EVENT = { wall_time: 1, step: 2, file_version: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simple_value: 2, histo: 5 } as const;
const HISTOGRAM = { min: 1, max: 2, num: 3, sum: 4, sum_squares: 5, bucket_limit: 6, bucket: 7 } as const;

/** What is shown under a tag: a number is a point of a curve. */
export type Values = Readonly<Record<string, number | Histogram>>;

/** What of an event tells where it belongs. */
export interface EventHead {
  readonly step: number;
  /** Of its first value; undefined where it has none, as in a file's first event. */
  readonly tag: string | undefined;
  readonly isFileVersion: boolean;
}

/** The event with which a file begins. @param seconds - since 1970 */
export function fileVersionEvent(seconds: number): Uint8Array {
  const writer = new BinaryWriter();
  double(writer, EVENT.wall_time, seconds);
  return writer.tag(EVENT.file_version, WireType.LengthDelimited).string(FILE_VERSION).finish();
}

/**
 * The event of some values at one step. Scalars are kept in 32 bits, as TensorBoard has them.
 *
 * @param seconds - since 1970
 */
export function summaryEvent(seconds: number, step: number, values: Values): Uint8Array {
  const writer = new BinaryWriter();
  double(writer, EVENT.wall_time, seconds);
  writer.tag(EVENT.step, WireType.Varint).int64(step);
  writer.tag(EVENT.summary, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(values)) {
    writer.tag(SUMMARY.value, WireType.LengthDelimited).fork();
    writer.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
    if (typeof value === 'number') {
      writer.tag(VALUE.simple_value, WireType.Bit32).float(Math.fround(value));
    } else {
      writer.tag(VALUE.histo, WireType.LengthDelimited).fork();
      histogram(writer, value);
      writer.join();
    }
    writer.join();
  }
  return writer.join().finish();
}

function histogram(writer: BinaryWriter, { min, max, num, sum, sumSquares, limits, counts }: Histogram) {
  double(writer, HISTOGRAM.min, min);
  double(writer, HISTOGRAM.max, max);
  double(writer, HISTOGRAM.num, num);
  double(writer, HISTOGRAM.sum, sum);
  double(writer, HISTOGRAM.sum_squares, sumSquares);
  packed(writer, HISTOGRAM.bucket_limit, limits);
  packed(writer, HISTOGRAM.bucket, counts);
}

function double(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit64).double(value);
}

function packed(writer: BinaryWriter, field: number, values: readonly number[]): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  for (const value of values) writer.double(value);
  writer.join();
}

/** @returns undefined for what is no event */
export function eventHead(data: Uint8Array): EventHead | undefined {
  const head = { step: 0, tag: undefined as string | undefined, isFileVersion: false };
  const reader = new BinaryReader(data);
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === EVENT.step && type === WireType.Varint) head.step = Number(reader.int64());
      else if (field === EVENT.file_version && type === WireType.LengthDelimited)
        head.isFileVersion = reader.string() === FILE_VERSION;
      else if (field === EVENT.summary && type === WireType.LengthDelimited)
        head.tag = firstTag(reader.bytes());
      else reader.skip(type, field);
    }
    return head;
  } catch {
    return undefined;
  }
}

function firstTag(summary: Uint8Array): string | undefined {
  const value = fieldOf(summary, SUMMARY.value);
  const tag = value && fieldOf(value, VALUE.tag);
  return tag && new TextDecoder().decode(tag);
}

/** The bytes of a length-delimited field, where it first stands. */
function fieldOf(message: Uint8Array, wanted: number): Uint8Array | undefined {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === WireType.LengthDelimited) return reader.bytes();
    reader.skip(type, field);
  }
  return undefined;
}
