/**
 * MCAP, the format of ROS 2 recorders, by @mcap/core. The index at the end says what is in it; messages are read from
 * front to back without it, so that a topic's come in the order of recording, and memory holds one chunk.
 */
import { McapIndexedReader, McapStreamReader, type McapTypes } from '@mcap/core';
import { DataError } from '../../errors.ts';
import { type Bag, type BagMessage, type BagTopic, joinedTopics, plainType } from './bag.ts';
import { type Decoder, ros1Decoder, ros2Decoder } from './decoders.ts';
import { type Decompress, loadDecompressors, MCAP_COMPRESSIONS, zstdSize } from './decompress.ts';
import { type FileSlices, remedyOf, truncated } from './file-slices.ts';
import { decoded } from './ros1-bag.ts';

type Channel = McapTypes.TypedMcapRecords['Channel'];
type Schema = McapTypes.TypedMcapRecords['Schema'];

/** Bytes given to the reader at a time. */
const SLICE = 1 << 20;

const seconds = (nanoseconds: bigint) =>
  Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;

/** @throws DataError for a file that is truncated or damaged */
export async function openMcap(file: FileSlices): Promise<Bag> {
  const { path } = file;
  const contents = await contentsOf(file);
  const { topics, notes } = joinedTopics(
    Array.from(contents.channels.values(), (channel): BagTopic => {
      const schema = contents.schemas.get(channel.schemaId);
      const { unreadable } = decoderFor(channel, schema);
      const type = schema === undefined ? 'no schema' : plainType(schema.name);
      const count = contents.counts.get(channel.id) ?? 0;
      return { name: channel.topic, type, count, ...(unreadable === undefined ? {} : { unreadable }) };
    }),
  );

  async function* messages(wanted: readonly string[]): AsyncGenerator<BagMessage, void, void> {
    const schemas = new Map<number, Schema>();
    const decoders = new Map<number, { topic: string; decoder: Decoder }>();
    const { zstd } = await loadDecompressors();
    for await (const record of recordsOf(file)) {
      if (record.type === 'Schema') schemas.set(record.id, record);
      if (record.type === 'Channel' && wanted.includes(record.topic) && !decoders.has(record.id)) {
        const { decoder } = decoderFor(record, schemas.get(record.schemaId));
        if (decoder === undefined) continue;
        const { topic, messageEncoding } = record;
        const whole: Decoder =
          messageEncoding === 'cdr' ? (bytes) => decoder(plainCdr(bytes, zstd)) : decoder;
        decoders.set(record.id, { topic, decoder: whole });
      }
      if (record.type !== 'Message') continue;
      const found = decoders.get(record.channelId);
      if (found === undefined) continue;
      const { topic, decoder } = found;
      yield { topic, received: seconds(record.logTime), fields: decoded(path, topic, decoder, record.data) };
    }
  }

  const { start, end } = contents;
  return {
    path,
    format: 'MCAP',
    size: file.size(),
    topics,
    ...(start !== undefined && end !== undefined ? { start: seconds(start), end: seconds(end) } : {}),
    notes: [
      ...(contents.isIndexed ? [] : ['the file has no index: it was read through to find out what is in it']),
      ...notes,
    ],
    messages,
    close: () => file.close(),
  };
}

interface Contents {
  readonly channels: ReadonlyMap<number, Channel>;
  readonly schemas: ReadonlyMap<number, Schema>;
  /** Messages, by channel. */
  readonly counts: ReadonlyMap<number, number>;
  readonly start?: bigint;
  readonly end?: bigint;
  readonly isIndexed: boolean;
}

/** From the index, or where it says too little from the whole file. */
async function contentsOf(file: FileSlices): Promise<Contents> {
  const readable = {
    size: async () => BigInt(file.size()),
    read: (offset: bigint, length: bigint) => file.read(Number(offset), Number(length)),
  };
  try {
    const { statistics, channelsById, schemasById } = await McapIndexedReader.Initialize({ readable });
    const isComplete = statistics !== undefined && channelsById.size === statistics.channelCount;
    if (!isComplete || (statistics.channelMessageCounts.size === 0 && statistics.messageCount > 0n)) {
      return await readThrough(file);
    }
    const { messageStartTime: start, messageEndTime: end } = statistics;
    const counts = new Map(Array.from(statistics.channelMessageCounts, ([id, n]) => [id, Number(n)]));
    const isEmpty = statistics.messageCount === 0n;
    return {
      channels: channelsById,
      schemas: schemasById,
      counts,
      isIndexed: true,
      ...(isEmpty ? {} : { start, end }),
    };
  } catch (error) {
    if (/not indexed/.test((error as Error).message)) return await readThrough(file);
    throw damage(file, error);
  }
}

async function readThrough(file: FileSlices): Promise<Contents> {
  const channels = new Map<number, Channel>();
  const schemas = new Map<number, Schema>();
  const counts = new Map<number, number>();
  let start: bigint | undefined;
  let end: bigint | undefined;
  for await (const record of recordsOf(file)) {
    if (record.type === 'Schema') schemas.set(record.id, record);
    if (record.type === 'Channel') channels.set(record.id, record);
    if (record.type !== 'Message') continue;
    const { channelId, logTime } = record;
    counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    if (start === undefined || logTime < start) start = logTime;
    if (end === undefined || logTime > end) end = logTime;
  }
  return { channels, schemas, counts, start, end, isIndexed: false };
}

/** Every record in the order of the file, a chunk's in its place. */
async function* recordsOf(file: FileSlices): AsyncGenerator<McapTypes.TypedMcapRecord, void, void> {
  const { lz4, zstd } = await loadDecompressors();
  const sized = (decompress: typeof lz4) => (bytes: Uint8Array, size: bigint) =>
    decompress(bytes, Number(size));
  const reader = new McapStreamReader({ decompressHandlers: { lz4: sized(lz4), zstd: sized(zstd) } });
  const next = () => {
    try {
      return reader.nextRecord();
    } catch (error) {
      throw damage(file, error);
    }
  };
  for (let at = 0; at < file.size(); at += SLICE) {
    reader.append(await file.read(at, Math.min(SLICE, file.size() - at)));
    for (let record = next(); record !== undefined; record = next()) yield record;
  }
  if (!reader.done()) throw truncated(file.path, file.size());
}

/**
 * rosbag2 may compress messages one by one (`--compression-mode message`). What it compresses is told by the first bytes:
 * CDR begins with 0, a zstd frame never does.
 * @returns the message as it was before
 */
function plainCdr(bytes: Uint8Array, zstd: Decompress): Uint8Array {
  if (bytes.length === 0 || bytes[0] === 0) return bytes;
  const size = zstdSize(bytes);
  if (size !== undefined) return zstd(bytes, size);
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  throw new Error(`it begins with ${start}, as neither CDR nor zstd does`);
}

function decoderFor(
  channel: Channel,
  schema: Schema | undefined,
): { decoder?: Decoder; unreadable?: string } {
  if (schema === undefined) return { unreadable: 'it has no schema' };
  const kind = `${schema.encoding} in ${channel.messageEncoding}`;
  const make = { 'ros1msg in ros1': ros1Decoder, 'ros2msg in cdr': ros2Decoder }[kind];
  if (make === undefined) {
    return { unreadable: `it is ${kind}; read are ros1msg in ros1 and ros2msg in cdr` };
  }
  try {
    return { decoder: make(new TextDecoder().decode(schema.data)) };
  } catch (error) {
    return { unreadable: `its definition cannot be read: ${(error as Error).message}` };
  }
}

/** Errors of the library in words. */
function damage(file: FileSlices, error: unknown): DataError {
  const { path } = file;
  if (error instanceof DataError) return error;
  const message = (error as Error).message.replace(/ \[library=.*\]$/, '');
  const compression = /^Unsupported compression (.*)/.exec(message)?.[1];
  if (compression !== undefined) {
    const known = MCAP_COMPRESSIONS.join(', ');
    return new DataError(
      `${path}: chunks with the compression "${compression}" are not read, only ${known}; rewrite it: mcap compress ${path}`,
    );
  }
  if (/MCAP magic|too small to be valid/.test(message)) return truncated(path, file.size());
  return new DataError(`${path}: the file is damaged: ${message}; ${remedyOf(path)}`);
}
