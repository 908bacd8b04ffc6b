/**
 * Bags are read in bounded memory: an export of 200 MB of raw pictures holds no more in its last quarter than in its second,
 * within a margin. The MCAP file is written here, by @mcap/core; the ROS 1 bag by the Python package rosbags.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { McapWriter } from '@mcap/core';
import { expect, it } from 'vitest';
import { exportBag } from '../../src/bags/export.ts';
import { bagMetrics } from '../../src/bags/metrics.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { PYTHON, requirement } from '../require.ts';

const MEGABYTES = 200;
/** What the process may grow by between the two quarters. */
const MARGIN_MB = 30;
const [HEIGHT, WIDTH] = [240, 400];
const FRAMES = Math.round((MEGABYTES * 1e6) / (HEIGHT * WIDTH * 3));
const GENERATOR = fileURLToPath(new URL('../bags/make_bags.py', import.meta.url));

/** The definitions of ROS 2, of what is used of them. */
const IMAGE = `std_msgs/Header header
uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec`;

/** CDR, little-endian, of a picture with an empty header. */
function imageMessage(n: number): Uint8Array {
  const bytes = HEIGHT * WIDTH * 3;
  const message = new Uint8Array(4 + 48 + bytes);
  const view = new DataView(message.buffer, 4);
  message[1] = 1; // little-endian
  view.setUint32(8, 1, true); // frame_id: "" with its end
  view.setUint32(16, HEIGHT, true);
  view.setUint32(20, WIDTH, true);
  view.setUint32(24, 5, true); // encoding, with its end
  message.set(new TextEncoder().encode('rgb8'), 4 + 28);
  view.setUint32(36, WIDTH * 3, true); // is_bigendian at 33
  view.setUint32(40, bytes, true);
  for (let i = 0; i < bytes; i++) message[4 + 44 + i] = (i * 7 + n) & 255;
  return message.subarray(0, 4 + 44 + bytes);
}

async function writeMcap(path: string): Promise<void> {
  const file = openSync(path, 'w');
  let position = 0n;
  const writable = {
    position: () => position,
    async write(bytes: Uint8Array) {
      position += BigInt(writeSync(file, bytes));
    },
  };
  const writer = new McapWriter({ writable, chunkSize: 4 << 20 });
  await writer.start({ profile: 'ros2', library: 'test' });
  const channel = async (topic: string, name: string, text: string) => {
    const data = new TextEncoder().encode(text);
    const schemaId = await writer.registerSchema({ name, encoding: 'ros2msg', data });
    return writer.registerChannel({ schemaId, topic, messageEncoding: 'cdr', metadata: new Map() });
  };
  const camera = await channel('/camera/front', 'sensor_msgs/msg/Image', IMAGE);
  const mode = await channel('/autonomous', 'std_msgs/msg/Bool', 'bool data');
  const speed = await channel('/speed', 'std_msgs/msg/Float64', 'float64 data');
  const curvature = await channel('/curvature', 'std_msgs/msg/Float64', 'float64 data');
  const number = (value: number) => {
    const bytes = new Uint8Array(12);
    bytes[1] = 1;
    new DataView(bytes.buffer).setFloat64(4, value, true);
    return bytes;
  };
  for (let n = 0; n < FRAMES; n++) {
    const logTime = 1_530_822_693_000_000_000n + BigInt(Math.round((n / 30) * 1e9));
    const add = (channelId: number, data: Uint8Array) =>
      writer.addMessage({ channelId, sequence: n, logTime, publishTime: logTime, data });
    await add(camera, imageMessage(n));
    await add(mode, Uint8Array.of(0, 1, 0, 0, Number(n % 300 < 250)));
    await add(speed, number(10));
    await add(curvature, number(0.02));
  }
  await writer.end();
  closeSync(file);
}

async function expectFlat(path: string, crashes: number): Promise<void> {
  const resident: number[] = [];
  const exported = await exportBag(path, join(temporaryFolder(), 'out'), {
    topics: {},
    steering: {},
    format: 'csv',
    frames: 'recording',
    compress: false,
    onNote() {},
    onProgress: () => void resident.push(process.memoryUsage.rss() / 1e6),
  });
  expect(exported.files.at(-1)).toMatchObject({ shape: [FRAMES, HEIGHT, WIDTH, 3] });
  const quarter = Math.floor(resident.length / 4);
  const [second, last] = [resident.slice(quarter, 2 * quarter), resident.slice(3 * quarter)].map(median);
  console.log(
    `${path}: ${FRAMES} frames of ${HEIGHT}×${WIDTH}, ${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`,
  );
  expect(last - second, 'MB more in the last quarter than in the second').toBeLessThan(MARGIN_MB);
  const { metrics } = await bagMetrics(path, { topics: {}, steering: {} });
  expect(metrics.figures.crashes).toBe(crashes);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

it('memory stays flat over an MCAP file of 200 MB', async () => {
  const path = join(temporaryFolder(), 'large.mcap');
  await writeMcap(path);
  await expectFlat(path, 2); // off at frames 250 and 550 of 694
});

const rosbags = requirement('python-rosbags');
it.skipIf(!rosbags.present)(rosbags.title('memory stays flat over a ROS 1 bag of 200 MB'), async () => {
  const folder = temporaryFolder();
  const { status, stderr } = spawnSync(PYTHON, [GENERATOR, folder, String(MEGABYTES)], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  await expectFlat(join(folder, 'large.bag'), 2); // off at 8 and 18 of 23 s
});
