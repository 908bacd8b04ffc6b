/**
 * Folders as ROS 2 records them: one MCAP file, messages compressed one by one, files compressed whole, SQLite, split bags. Each is
 * read rightly, or refused with the command that makes it readable.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zstd from '@foxglove/wasm-zstd';
import { beforeAll, expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { exportedBag, exportedRecording } from '../exported-bag.ts';
import { numbers, rawCamera, writeBag } from '../made-bag.ts';

beforeAll(() => zstd.isLoaded);

const FRAMES = 20;
const ANGLE = 0.05;
const WHEELBASE = 2.7;
const numbered = (n: number) => ({ height: 4, width: 6, encoding: 'rgb8', data: new Uint8Array(72).fill(n) });
const DRIVE = [
  rawCamera(
    '/cam',
    Array.from({ length: FRAMES }, (_, n) => numbered(n)),
  ),
  numbers('/speed', new Array(FRAMES).fill(10)),
  numbers('/steering', new Array(FRAMES).fill(ANGLE)),
];

/** A folder with these files and metadata.yaml. */
function recorded(files: Readonly<Record<string, Buffer | string>>): string {
  const folder = join(temporaryFolder(), 'recorded');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const listed = Object.keys(files).join(', ');
  const about = `rosbag2_bagfile_information:\n  relative_file_paths: [${listed}]\n`;
  writeFileSync(join(folder, 'metadata.yaml'), about);
  return folder;
}

test.each([
  ['as it is', undefined],
  ['with each message in a zstd frame', (message: Uint8Array) => zstd.compress(message)],
])('one MCAP file, %s, is read', async (_, packed) => {
  const mcap = await writeBag(join(temporaryFolder(), 'a.mcap'), DRIVE, { packed });
  const folder = recorded({ 'recorded_0.mcap': readFileSync(mcap) });
  const out = join(temporaryFolder(), 'out');
  const steering = { wheelbase: WHEELBASE };
  await exportedBag(folder, out, { frames: 'recording', steering });
  const { labels, first } = await exportedRecording(join(out, 'recorded_0.h5'));
  expect(first).toEqual(Array.from({ length: FRAMES }, (__, n) => n));
  for (const label of labels) expect(label).toBeCloseTo(Math.tan(ANGLE) / WHEELBASE, 6);
});

test('messages that are neither CDR nor in zstd frames are told, and are no length of an array', async () => {
  const packed = (message: Uint8Array) => Uint8Array.from(message, (byte) => byte ^ 0x5a);
  const mcap = await writeBag(join(temporaryFolder(), 'a.mcap'), DRIVE, { packed });
  await expect(exportedBag(mcap, join(temporaryFolder(), 'out'))).rejects.toThrow(
    /message of \/cam .*it begins with 5a5b5a5a, as neither CDR nor zstd does/,
  );
});

test.each([
  ['compressed whole', ['a_0.mcap.zstd'], ['compressed whole', 'zstd -d ']],
  ['SQLite', ['a_0.db3'], ['SQLite bags are not read', 'rosbags-convert --src', 'ros2 bag convert']],
  ['SQLite, compressed whole', ['a_0.db3.zstd'], ['compressed whole', 'rosbags-convert --src']],
  ['split', ['a_0.mcap', 'a_1.mcap'], ['a split bag', 'mcap merge']],
])('%s is refused with the way on', async (_, files, says) => {
  const folder = recorded(Object.fromEntries(files.map((name) => [name, ''])));
  const failure = await exportedBag(folder, join(folder, 'out')).catch((error: Error) => error.message);
  for (const words of says) expect(failure).toContain(words);
});

test('the parts of a split bag, given one after the other, are refused with the way on', async () => {
  const out = join(temporaryFolder(), 'out');
  const { status, stderr } = await ncpTrain(['bag', 'export', 'a_0.mcap', 'a_1.mcap', '--out', out]);
  expect(status).toBe(2);
  expect(stderr).toContain(
    'bag export reads one file, 2 are given; the parts of a split bag are joined first: mcap merge a_0.mcap a_1.mcap -o',
  );
});
