import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { numbers, writeBag } from '../../../test/made-bag.ts';
import { DataError } from '../../errors.ts';
import type { Bag, BagMessage } from './bag.ts';
import { zstdSize } from './decompress.ts';
import { numberOf, stampOf } from './fields.ts';
import { openBag } from './open-bag.ts';

const BAGS = fileURLToPath(new URL('../../../test/bags', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ncp-bags-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where the drive of test/bags/make_bags.py begins, s. */
const START = 1_530_822_693;

async function messagesOf(bag: Bag, ...topics: string[]): Promise<BagMessage[]> {
  const messages: BagMessage[] = [];
  for await (const message of bag.messages(topics)) messages.push(structuredClone({ ...message }));
  return messages;
}

/** A changed copy of a bag. */
function changed(name: string, change: (bytes: Buffer) => Buffer): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}-${name}`);
  writeFileSync(path, change(readFileSync(join(BAGS, name))));
  return path;
}

/** Everything that `bag metrics` and `bag export` read. */
async function readAll(path: string): Promise<void> {
  const bag = await openBag(path);
  try {
    for await (const _ of bag.messages(bag.topics.map(({ name }) => name)));
  } finally {
    await bag.close();
  }
}

const camera = { raw: '/camera/front', jpeg: '/camera/front/compressed' };

describe.each([
  ['plain.bag', 'ROS 1 bag', camera.raw],
  ['lz4.bag', 'ROS 1 bag', camera.jpeg],
  ['bz2.bag', 'ROS 1 bag', camera.raw],
  ['zstd.mcap', 'MCAP', camera.raw],
  ['lz4.mcap', 'MCAP', camera.jpeg],
  ['ros1.mcap', 'MCAP', camera.jpeg],
])('%s', (name, format, images) => {
  test('has the topics that were written, with types and counts', async () => {
    const bag = await openBag(join(BAGS, name));
    expect(bag).toMatchObject({ format, notes: [] });
    expect(bag.start).toBeCloseTo(START + 0.004, 5);
    expect(bag.end).toBeCloseTo(START + 11.904, 5);
    const isRaw = images === camera.raw;
    expect(bag.topics).toEqual([
      { name: '/autonomous', type: 'std_msgs/Bool', count: 120 },
      { name: images, type: `sensor_msgs/${isRaw ? 'Image' : 'CompressedImage'}`, count: 120 },
      { name: '/chatter', type: 'std_msgs/String', count: 6 },
      { name: '/gps/fix', type: 'sensor_msgs/NavSatFix', count: 120 },
      { name: '/vehicle/steering', type: 'std_msgs/Float32', count: 120 },
      { name: '/vehicle/twist', type: 'geometry_msgs/TwistStamped', count: 120 },
    ]);
    await bag.close();
  });

  test('gives the messages of the topics that are asked for, each topic’s in order', async () => {
    const bag = await openBag(join(BAGS, name));
    const messages = await messagesOf(bag, '/autonomous', '/vehicle/twist');
    expect(messages).toHaveLength(240);
    const on = messages
      .filter(({ topic }) => topic === '/autonomous')
      .map(({ fields }) => numberOf(fields.data));
    const expected = Array.from({ length: 120 }, (_, n) =>
      [20, 60, 100].some((from) => n >= from && n < from + 30),
    );
    expect(on).toEqual(expected.map(Number));
    const twists = messages.filter(({ topic }) => topic === '/vehicle/twist');
    expect(twists[7].fields).toMatchObject({ twist: { linear: { x: 10 }, angular: { z: 0.2 } } });
    expect(stampOf(twists[7])).toBeCloseTo(START + 0.7, 6);
    expect(twists[7].received).toBeCloseTo(START + 0.704, 6);
    await bag.close();
  });
});

test('a folder as ROS 2 records it is the MCAP file in it', async () => {
  const recorded = join(folder, 'recorded');
  mkdirSync(recorded);
  writeFileSync(join(recorded, 'metadata.yaml'), '');
  writeFileSync(join(recorded, 'recorded_0.mcap'), readFileSync(join(BAGS, 'no-fix.mcap')));
  const bag = await openBag(recorded);
  expect(bag.topics.map(({ count }) => count)).toEqual([120, 120]);
  await bag.close();
  writeFileSync(join(recorded, 'recorded_1.mcap'), '');
  await expect(openBag(recorded)).rejects.toThrow(
    `2 MCAP files (recorded_0.mcap, recorded_1.mcap), a split bag; give one, or join them: mcap merge ${recorded}/recorded_0.mcap`,
  );
});

describe('a folder of which only a part can be read is told in words:', () => {
  const recorded = (name: string, files: Readonly<Record<string, string | Buffer>>) => {
    const path = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(path);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
    return path;
  };
  const whole = readFileSync(join(BAGS, 'no-switch.mcap'));

  test.each([
    [
      'compressed whole',
      ['a_0.mcap.zstd'],
      /compressed whole \(a_0.mcap.zstd\).*: zstd -d \S+a_0.mcap.zstd, or/,
    ],
    ['one of two compressed', ['a_0.mcap', 'a_1.mcap.zstd'], /zstd -d \S+a_1.mcap.zstd/],
    [
      'SQLite',
      ['a_0.db3'],
      /SQLite bag \(a_0.db3\).*rosbags-convert --src \S+ --dst converted .*ros2 bag convert/,
    ],
    ['ROS 1 bags', ['b.bag', 'c.bag'], /without an MCAP file; it has ROS 1 bags, .*: b.bag, c.bag/],
  ])('%s', async (name, files, message) => {
    const path = recorded(name, Object.fromEntries(files.map((file) => [file, ''])));
    await expect(openBag(path)).rejects.toThrow(message);
    await expect(openBag(path)).rejects.toBeInstanceOf(DataError);
  });

  test('files that were decompressed beside the compressed ones count', async () => {
    const path = recorded('decompressed', { 'a_0.mcap.zstd': '', 'a_0.mcap': whole });
    const bag = await openBag(path);
    expect(bag.path).toBe(join(path, 'a_0.mcap'));
    await bag.close();
  });

  test.each([
    ['renamed', ['a_0.mcap'], []],
    [
      'two of three lost',
      ['a_0.mcap', 'a_1.mcap', 'b.mcap'],
      ['metadata.yaml lists a_0.mcap, a_1.mcap, which are not there: only b.mcap is read'],
    ],
    [
      'one of two lost',
      ['b.mcap', 'c.mcap'],
      ['metadata.yaml lists c.mcap, which is not there: only b.mcap is read'],
    ],
  ])('metadata.yaml lists what is not there: %s', async (name, listed, notes) => {
    const about = `rosbag2_bagfile_information:\n  relative_file_paths: [${listed.join(', ')}]\n`;
    const bag = await openBag(recorded(name, { 'metadata.yaml': about, 'b.mcap': whole }));
    expect(bag.notes).toEqual(notes);
    await bag.close();
  });
});

test('messages that rosbag2 compressed one by one are read as those of a plain bag', async () => {
  const [packed, plain] = await Promise.all(
    ['messages-zstd.mcap', 'zstd.mcap'].map((name) => openBag(join(BAGS, name))),
  );
  const topics = plain.topics.map(({ name }) => name);
  expect(packed.topics.map(({ name }) => name)).toEqual(topics);
  const messages = await messagesOf(packed, ...topics);
  expect(messages).toHaveLength(101);
  expect(messages).toEqual((await messagesOf(plain, ...topics)).slice(0, 101));
  await Promise.all([packed.close(), plain.close()]);
});

describe('the size of a zstd frame', () => {
  const frame = (hex: string) => Uint8Array.from(Buffer.from(`28b52ffd${hex}`, 'hex'));
  test.each([
    ['in one byte', '200c0000', 12],
    ['in two bytes, less 256', '60ff0100', 767],
    ['in four bytes, behind the window', '800a78563400', 0x345678],
    ['in eight bytes, behind a dictionary', 'e1070000010000000000', 65536],
  ])('%s', (_, hex, size) => expect(zstdSize(frame(hex))).toBe(size));

  test('is unknown of other bytes, and of a frame that is cut or does not say it', () => {
    expect(zstdSize(Uint8Array.of(0, 1, 0, 0, 5, 6, 7))).toBeUndefined();
    expect(() => zstdSize(frame('000a0000'))).toThrow('does not say its size');
    expect(() => zstdSize(frame('e000'))).toThrow('does not say its size');
    expect(() => zstdSize(frame('e0ffffffffffff0000'))).toThrow('claims 281475 GB');
  });
});

test('of a topic of which only some channels can be decoded, those are read, and the rest is told', async () => {
  const path = await writeBag(join(folder, 'parts.mcap'), [
    { ...numbers('/speed', [1, 2]), encodings: ['protobuf', 'protobuf'] },
    numbers('/speed', [3, 4, 5]),
    { ...numbers('/steering', [1]), encodings: ['protobuf', 'protobuf'] },
  ]);
  const bag = await openBag(path);
  expect(bag.topics).toMatchObject([
    { name: '/speed', count: 3 },
    { name: '/steering', count: 1, unreadable: expect.stringMatching(/^it is protobuf in protobuf/) },
  ]);
  expect(bag.topics[0].unreadable).toBeUndefined();
  expect(bag.notes).toEqual([
    expect.stringMatching(/^2 of 5 messages of \/speed cannot be decoded: it is protobuf/),
  ]);
  expect(await messagesOf(bag, '/speed')).toHaveLength(3);
  await bag.close();
});

test('an MCAP file without index is read through', async () => {
  const bag = await openBag(join(BAGS, 'no-index.mcap'));
  expect(bag.topics).toEqual([{ name: '/autonomous', type: 'std_msgs/Bool', count: 120 }]);
  expect(bag.notes).toEqual(['the file has no index: it was read through to find out what is in it']);
  expect(await messagesOf(bag, '/autonomous')).toHaveLength(120);
  await bag.close();
});

describe('a fault is told in words:', () => {
  test.each(['plain.bag', 'lz4.bag', 'bz2.bag', 'zstd.mcap', 'lz4.mcap', 'no-index.mcap'])(
    '%s cut off anywhere',
    async (name) => {
      const size = readFileSync(join(BAGS, name)).length;
      for (const share of [0.02, 0.3, 0.6, 0.9, 0.999]) {
        const path = changed(name, (bytes) => bytes.subarray(0, Math.floor(size * share)));
        const failure = await readAll(path).catch((error) => error);
        expect(failure, `${share}`).toBeInstanceOf(DataError);
        expect(failure.message).toContain('truncated');
        expect(failure.message).toMatch(/rosbag reindex|mcap recover/);
      }
    },
  );

  test('a ROS 1 bag without index', async () => {
    const path = changed('plain.bag', (bytes) => {
      const at = bytes.indexOf('index_pos=') + 'index_pos='.length;
      return bytes.fill(0, at, at + 8);
    });
    await expect(openBag(path)).rejects.toThrow(
      `has no index, as its recording was not closed; make one: rosbag reindex ${path}`,
    );
  });

  test.each([
    [
      'lz4.bag',
      'compression=lz4',
      'compression=xyz',
      '"xyz" are not read, only none, lz4, bz2; rewrite it: rosbag compress',
    ],
    ['zstd.mcap', 'zstd', 'zzzz', '"zzzz" are not read, only none, lz4, zstd; rewrite it: mcap compress'],
  ])('%s with an unknown compression', async (name, from, to, message) => {
    const path = changed(name, (bytes) => {
      // Of the chunks; the index names it too, under a checksum.
      const text = bytes.toString('latin1');
      const end = name.endsWith('.mcap') ? text.indexOf(from) + from.length : text.length;
      return Buffer.from(text.slice(0, end).replaceAll(from, to) + text.slice(end), 'latin1');
    });
    await expect(readAll(path)).rejects.toThrow(message);
    await expect(readAll(path)).rejects.toBeInstanceOf(DataError);
  });

  test.each(['lz4.bag', 'bz2.bag', 'zstd.mcap', 'lz4.mcap'])(
    '%s with other bytes in a chunk',
    async (name) => {
      const path = changed(name, (bytes) => bytes.fill(0x5a, 9000, 9400));
      const failure = await readAll(path).catch((error) => error);
      expect(failure).toBeInstanceOf(DataError);
      expect(failure.message).toMatch(/damaged|does not fit its definition|not read/);
    },
  );

  test.each([
    ['', 'the file is empty'],
    ['SQLite format 3\0', /SQLite bags are not read; convert it with .*rosbags-convert .*`ros2 bag convert`/],
    ['#ROSBAG V1.2\n', 'a bag of format 1.2; only 2.0 is read'],
    ['\x28\xb5\x2f\xfd', /compressed whole, with zstd; decompress it: zstd -d \S+other$/],
    ['\x1f\x8b\x08', /compressed whole, with gzip; decompress it: gunzip /],
    ['PK\x03\x04', /compressed whole, with zip; decompress it: unzip /],
    ['\x89HDF\r\n', 'an HDF5 file, as recordings are, and no bag'],
    ['%PDF', 'neither a ROS 1 bag nor an MCAP file'],
  ])('a file that begins with %j', async (text, message) => {
    const path = join(folder, 'other');
    writeFileSync(path, text, 'latin1');
    await expect(openBag(path)).rejects.toThrow(message);
    await expect(openBag(path)).rejects.toBeInstanceOf(DataError);
  });

  test('no file', async () => {
    await expect(openBag(join(folder, 'nowhere'))).rejects.toThrow('there is no such file; check the path');
  });
});

test('reading leaves the handling of uncaught errors to the process', async () => {
  const before = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
  await readAll(join(BAGS, 'bz2.bag'));
  expect(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')).toBe(
    before,
  );
});
