/** Small MCAP files of ROS 2 messages, as tests need them; test/bags has those that other programs wrote. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parse } from '@foxglove/rosmsg';
import { MessageWriter } from '@foxglove/rosmsg2-serialization';
import { McapWriter, type McapWriterOptions } from '@mcap/core';

/** s since 1970 */
export const START = 1_600_000_000;

const HEADER = `std_msgs/Header header
`;
const HEADER_TYPES = `
===
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
===
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
`;

const DEFINITIONS = {
  'sensor_msgs/msg/Image': `${HEADER}uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data${HEADER_TYPES}`,
  'sensor_msgs/msg/CompressedImage': `${HEADER}string format
uint8[] data${HEADER_TYPES}`,
  'std_msgs/msg/Float32': 'float32 data',
} as const;

export interface MadeTopic {
  readonly name: string;
  readonly type: keyof typeof DEFINITIONS;
  /** A tenth of a second apart. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  /** Of the schema and of the messages; of ROS 2 without. */
  readonly encodings?: readonly [string, string];
}

/** A message's bytes as they are, or changed on their way to the file. */
export async function writeBag(
  path: string,
  topics: readonly MadeTopic[],
  options: Omit<McapWriterOptions, 'writable'> & { packed?: (message: Uint8Array) => Uint8Array } = {},
): Promise<string> {
  const { packed = (bytes) => bytes, ...writing } = options;
  const file = openSync(path, 'w');
  let size = 0;
  const write = async (bytes: Uint8Array) => {
    size += writeSync(file, bytes);
  };
  const writer = new McapWriter({ ...writing, writable: { position: () => BigInt(size), write } });
  await writer.start({ profile: 'ros2', library: 'made-bag.ts' });
  for (const { name, type, messages, encodings: [schema, message] = ['ros2msg', 'cdr'] } of topics) {
    const definition = DEFINITIONS[type];
    const data = new TextEncoder().encode(definition);
    const schemaId = await writer.registerSchema({ name: type, encoding: schema, data });
    const channel = { topic: name, schemaId, messageEncoding: message, metadata: new Map() };
    const channelId = await writer.registerChannel(channel);
    const serialiser = new MessageWriter(parse(definition, { ros2: true }));
    for (const [n, fields] of messages.entries()) {
      const time = BigInt(START) * 10n ** 9n + BigInt(n) * 10n ** 8n;
      const bytes = packed(serialiser.writeMessage(fields));
      const times = { logTime: time, publishTime: time };
      await writer.addMessage({ channelId, sequence: n, ...times, data: bytes });
    }
  }
  await writer.end();
  closeSync(file);
  return path;
}

const header = (n: number) => ({
  stamp: { sec: START + Math.floor(n / 10), nsec: (n % 10) * 1e8 },
  frame_id: 'camera',
});

export interface RawFields {
  readonly height: number;
  readonly width: number;
  readonly encoding: string;
  readonly data: Uint8Array;
  /** Bytes a row; without: all that there are. */
  readonly step?: number;
  readonly is_bigendian?: 0 | 1;
}

/** A camera's topic. */
export const rawCamera = (name: string, pictures: readonly RawFields[]): MadeTopic => ({
  name,
  type: 'sensor_msgs/msg/Image',
  messages: pictures.map((fields, n) => ({
    header: header(n),
    is_bigendian: 0,
    step: fields.data.length / fields.height,
    ...fields,
  })),
});

/** One of compressed pictures. */
export const compressedCamera = (
  name: string,
  format: string,
  pictures: readonly Uint8Array[],
): MadeTopic => ({
  name,
  type: 'sensor_msgs/msg/CompressedImage',
  messages: pictures.map((data, n) => ({ header: header(n), format, data })),
});

/** std_msgs/Float32 */
export const numbers = (name: string, values: readonly number[]): MadeTopic => ({
  name,
  type: 'std_msgs/msg/Float32',
  messages: values.map((data) => ({ data })),
});
