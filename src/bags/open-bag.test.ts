import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { DataError } from '../errors.ts';
import type { Bag, BagMessage } from './bag.ts';
import { numberOf, stampOf } from './fields.ts';
import { openBag } from './open-bag.ts';

const BAGS = fileURLToPath(new URL('../../test/bags', import.meta.url));
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
    '2 MCAP files (recorded_0.mcap, recorded_1.mcap); give one, or join',
  );
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
    ['SQLite format 3\0', 'SQLite bags are not read; convert it with `ros2 bag convert`'],
    ['#ROSBAG V1.2\n', 'a bag of format 1.2; only 2.0 is read'],
    ['PK\x03\x04 something else', 'neither a ROS 1 bag nor an MCAP file'],
  ])('a file that begins with %j', async (text, message) => {
    const path = join(folder, 'other');
    writeFileSync(path, text);
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
