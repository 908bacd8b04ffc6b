/**
 * ROS 1 bags, format 2.0, by @foxglove/rosbag: the index at the end says where the chunks are and how many messages of
 * each topic they hold; chunks are read one after the other.
 */
import { Bag as Ros1 } from '@foxglove/rosbag';
import { DataError } from '../../errors.ts';
import { type Bag, type BagMessage, type BagTopic, joinedTopics, plainType } from './bag.ts';
import { type Decoder, ros1Decoder } from './decoders.ts';
import { loadDecompressors, ROS1_COMPRESSIONS } from './decompress.ts';
import { type FileSlices, remedyOf, truncated } from './file-slices.ts';

interface Time {
  readonly sec: number;
  readonly nsec: number;
}

/** What a time range can be at most; the library skips what lies outside. */
const ALWAYS = [
  { sec: 0, nsec: 0 },
  { sec: Number.MAX_SAFE_INTEGER, nsec: 0 },
] as const;

const seconds = ({ sec, nsec }: Time) => sec + nsec / 1e9;

/** @throws DataError for a bag that is truncated, has no index or is damaged */
export async function openRos1Bag(file: FileSlices): Promise<Bag> {
  const { path } = file;
  const ros = new Ros1(file, { parse: false });
  try {
    const { indexPosition, connectionCount } = await ros.reader.readHeader();
    if (indexPosition === 0) throw withoutIndex(path);
    if (indexPosition > file.size()) throw truncated(path, file.size());
    if (connectionCount > 0) await ros.open();
  } catch (error) {
    throw indexDamage(path, error);
  }
  const { connections, chunkInfos } = ros;
  const counts = new Map<number, number>();
  for (const { connections: in_ } of chunkInfos) {
    for (const { conn, count } of in_) counts.set(conn, (counts.get(conn) ?? 0) + count);
  }
  const decoders = new Map<number, Decoder>();
  const { topics, notes } = joinedTopics(
    Array.from(connections.values(), ({ conn, topic: name, type = '', messageDefinition }): BagTopic => {
      const unreadable = decoderOf(decoders, conn, messageDefinition);
      const count = counts.get(conn) ?? 0;
      return { name, type: plainType(type), count, ...(unreadable ? { unreadable } : {}) };
    }),
  );
  const times = chunkInfos.flatMap(({ startTime, endTime }) => [seconds(startTime), seconds(endTime)]);

  async function* messages(wanted: readonly string[]): AsyncGenerator<BagMessage, void, void> {
    const decompress = await loadDecompressors();
    const ids = [...connections.values()]
      .filter(({ topic }) => wanted.includes(topic))
      .map(({ conn }) => conn);
    for (const chunk of chunkInfos) {
      const here = ids.filter((id) => chunk.connections.some(({ conn, count }) => conn === id && count > 0));
      if (here.length === 0) continue;
      const found = await ros.reader
        .readChunkMessages(chunk, here, ...ALWAYS, decompress)
        .catch((error) => Promise.reject(damage(path, error)));
      for (const { conn, time, data } of found) {
        const topic = connections.get(conn)?.topic;
        const decoder = decoders.get(conn);
        if (topic === undefined || decoder === undefined || data === undefined) continue;
        yield { topic, received: seconds(time), fields: decoded(path, topic, decoder, data) };
      }
    }
  }

  return {
    path,
    format: 'ROS 1 bag',
    size: file.size(),
    topics,
    ...(times.length > 0 ? { start: least(times), end: -least(times.map((t) => -t)) } : {}),
    notes,
    messages,
    close: () => file.close(),
  };
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));

/** @returns why there is none */
function decoderOf(decoders: Map<number, Decoder>, conn: number, definition: string): string | undefined {
  try {
    decoders.set(conn, ros1Decoder(definition));
    return undefined;
  } catch (error) {
    return `its definition cannot be read: ${(error as Error).message}`;
  }
}

/** @throws DataError for bytes that do not fit the definition */
export function decoded(path: string, topic: string, decoder: Decoder, bytes: Uint8Array) {
  try {
    return decoder(bytes);
  } catch (error) {
    throw new DataError(
      `${path}: a message of ${topic} does not fit its definition: ${(error as Error).message}; ${remedyOf(path)}`,
    );
  }
}

const withoutIndex = (path: string) =>
  new DataError(
    `${path}: the bag has no index, as its recording was not closed; make one: rosbag reindex ${path}`,
  );

/** The index stands at the end, so where it cannot be read the end is mostly missing. */
function indexDamage(path: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const what = `the bag is truncated, or its index damaged (${(error as Error).message})`;
  return new DataError(`${path}: ${what}; ${remedyOf(path)}`);
}

/** Errors of the library in words. */
function damage(path: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const message = (error as Error).message;
  const compression = /^Unsupported compression type (.*)/.exec(message)?.[1];
  if (compression !== undefined) {
    const known = ROS1_COMPRESSIONS.join(', ');
    return new DataError(
      `${path}: chunks with the compression "${compression}" are not read, only ${known}; rewrite it: rosbag compress --lz4 ${path}`,
    );
  }
  return new DataError(`${path}: the bag is damaged: ${message}; ${remedyOf(path)}`);
}
