/** Bags that a recorder left unfinished or empty, and a camera that stamped two pictures alike. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { exportedBag, exportedRecording } from '../exported-bag.ts';
import { numbers, rawCamera, writeBag } from '../made-bag.ts';

const plain = fileURLToPath(new URL('../bags/plain.bag', import.meta.url));

/** A copy of a ROS 1 bag, changed. */
function changed(name: string, change: (bytes: Buffer, index: number) => Buffer): string {
  const bytes = readFileSync(plain);
  const at = bytes.indexOf('index_pos=') + 'index_pos='.length;
  const path = join(temporaryFolder(), name);
  writeFileSync(path, change(bytes, at));
  return path;
}

test('a ROS 1 bag whose recorder was not closed is refused with rosbag reindex', async () => {
  const path = changed('a.bag.active', (bytes, at) => {
    const index = Number(bytes.readBigUInt64LE(at));
    return bytes.fill(0, at, at + 8).subarray(0, index);
  });
  const { status, stderr } = await ncpTrain(['bag', 'info', path]);
  expect(status).toBe(3);
  expect(stderr).toContain(`rosbag reindex ${path}`);
});

test('one that is cut within its index is called truncated', async () => {
  const path = changed('cut.bag', (bytes, at) => bytes.subarray(0, Number(bytes.readBigUInt64LE(at)) - 500));
  await expect(exportedBag(path, join(temporaryFolder(), 'out'))).rejects.toThrow('truncated');
});

test('a bag without a message is described, and not exported', async () => {
  const folder = temporaryFolder();
  const bag = await writeBag(join(folder, 'empty.mcap'), [rawCamera('/cam', [])]);
  const { status, stdout } = await ncpTrain(['bag', 'info', bag]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/\/cam +sensor_msgs\/Image +0 +– +– \(no messages\)/);
  await expect(exportedBag(bag, join(folder, 'out'))).rejects.toThrow(
    'camera: /cam could be it by its type sensor_msgs/Image, but has no messages',
  );
});

test('of two pictures of one stamp the first counts, and the other is told', async () => {
  const folder = temporaryFolder();
  const pictures = Array.from({ length: 12 }, (_, n) => ({
    height: 4,
    width: 6,
    encoding: 'rgb8',
    data: new Uint8Array(72).fill(n),
  }));
  const camera = rawCamera('/cam', pictures);
  const messages = camera.messages.map((fields, n, all) =>
    n === 5 ? { ...fields, header: all[4].header } : fields,
  );
  const signals = [numbers('/speed', new Array(12).fill(10)), numbers('/steering', new Array(12).fill(0.05))];
  const bag = await writeBag(join(folder, 'a.mcap'), [{ ...camera, messages }, ...signals]);
  const out = join(folder, 'out');
  const { notes } = await exportedBag(bag, out, { frames: 'recording', steering: { wheelbase: 2.7 } });
  const { first, timestamps } = await exportedRecording(join(out, 'a.h5'));
  expect(first).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
  expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
  expect(notes).toContainEqual('1 of 12 pictures are not later than the one before: left out');
});

test('a camera that cannot be decoded is named by bag export', async () => {
  const folder = temporaryFolder();
  const picture = { height: 1, width: 2, encoding: 'rgb8', data: new Uint8Array(6) };
  const camera = rawCamera('/cam', [picture]);
  const bag = await writeBag(join(folder, 'a.mcap'), [
    { ...camera, encodings: ['ros2idl', 'cdr'] },
    numbers('/speed', [1, 2]),
  ]);
  const { status, stderr } = await ncpTrain(['bag', 'export', bag, '--out', join(folder, 'out')]);
  expect({ status }, stderr).toEqual({ status: 0 });
  expect(stderr).toContain(
    'camera: /cam could be it by its type sensor_msgs/Image, but cannot be decoded: it is ros2idl in cdr',
  );
});
