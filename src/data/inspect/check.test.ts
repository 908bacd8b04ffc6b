import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File } from 'h5wasm/node';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type SmallDrive, writeDrive } from '../../../test/recordings.ts';
import { DataError } from '../../errors.ts';
import { defectText } from '../recordings/defect.ts';
import { checkRecording, checkRecordings } from './check.ts';

const root = mkdtempSync(join(tmpdir(), 'ncp-train-'));
afterAll(() => rmSync(root, { recursive: true }));
let dir = '';
let count = 0;
beforeEach(() => {
  dir = join(root, `${count++}`);
  mkdirSync(dir);
});

/** What is wrong with one drive, each defect in a line without the folder. */
async function defects(drive: SmallDrive): Promise<string[]> {
  const file = join(dir, 'drive.h5');
  await writeDrive(file, drive);
  const { defects: found } = await checkRecording(file, 'full');
  return found.map((defect) => `${defect.severity}: ${defectText(defect)}`.replace(`${dir}/`, ''));
}

it('finds nothing wrong with a good drive, and says how far it is', async () => {
  const file = join(dir, 'drive.h5');
  await writeDrive(file);
  const seen: number[][] = [];
  expect(await checkRecording(file, 'paper', (...progress) => seen.push(progress))).toEqual({
    file,
    frames: 80,
    defects: [],
  });
  expect(seen.at(-1)).toEqual([80, 80]);
});

it('lists labels and times that are not finite, with the first index and how many', async () => {
  const label = (n: number) => (n === 5 || n === 9 ? Number.NaN : n / 1e4);
  const time = (n: number) => (n === 7 ? Number.POSITIVE_INFINITY : n);
  expect(await defects({ label, time })).toEqual([
    'error: drive.h5: inverse_r[5]: 2 values are not finite, the first is NaN. Cut these frames out of all datasets, or mend the values',
    'error: drive.h5: timestamp[7]: one value is not finite, the first is Infinity. Cut these frames out of all datasets, or mend the values',
  ]);
});

it('warns of times that go back, and of labels that are all equal', async () => {
  expect(await defects({ time: (n) => n % 30, label: () => 0.25 })).toEqual([
    'warning: drive.h5: timestamp[30]: time goes back 2 times, first by 29.000 s. Sequences end there; check whether several drives were joined',
    'warning: drive.h5: inverse_r: all labels are 0.25. There is nothing to learn here; check where the labels come from',
  ]);
});

it('lists frames of one colour, and warns of frames that repeat the one before', async () => {
  const paint = (pixels: Uint8Array, n: number) => {
    if (n === 3 || n === 4) for (let i = 0; i < pixels.length; i++) pixels[i] = 10 + (i % 3);
    if (n === 40 || n === 41) for (let i = 0; i < pixels.length; i++) pixels[i] = (i * i) >> 4;
  };
  expect(await defects({ paint })).toEqual([
    'error: drive.h5: camera_front[3]: 2 frames, of which this is the first: it is of one colour. Cut such frames out of all datasets; the camera was off',
    'warning: drive.h5: camera_front[41]: this frame is the same as the one before. Check whether the camera was slower than the times say',
  ]);
});

it('lists frames that cannot be read, and looks at those behind them', async () => {
  const path = join(dir, 'drive.h5');
  await writeDrive(join(dir, 'other.h5')); // loads HDF5
  const file = new File(path, 'w');
  const data = Uint8Array.from({ length: 4 * 3000 }, (_, i) => (i >= 9000 ? 5 : (i * i) >> 3));
  const compression = { chunks: [1, 10, 100, 3], compression: 'gzip' as const };
  file.create_dataset({ name: 'camera_front', data, shape: [4, 10, 100, 3], ...compression });
  file.create_dataset({ name: 'inverse_r', data: Float64Array.of(0, 1, 2, 3) });
  file.create_dataset({ name: 'timestamp', data: Float64Array.of(0, 1, 2, 3) });
  file.close();
  const bytes = readFileSync(path);
  const first = bytes.indexOf(Buffer.from([0x78, 0x5e]));
  const second = bytes.indexOf(Buffer.from([0x78, 0x5e]), first + 100);
  for (const start of [first, second]) bytes.fill(0xff, start, start + 40);
  writeFileSync(path, bytes);
  const { defects: found } = await checkRecording(path, 'full');
  expect(found).toMatchObject([
    {
      severity: 'error',
      dataset: 'camera_front',
      index: 0,
      count: 2,
      message: expect.stringMatching(/^cannot be read: .*, and 1 later frames likewise$/),
    },
    { severity: 'error', dataset: 'camera_front', index: 3, count: 1 },
  ]);
});

it('goes on after a file that cannot be opened, and after a faulty dataset.yaml', async () => {
  await writeDrive(join(dir, 'a.h5'));
  await writeDrive(join(dir, 'b.h5'));
  await writeDrive(join(dir, 'c.h5'));
  truncateSync(join(dir, 'b.h5'), 5000);
  writeFileSync(join(dir, 'dataset.yaml'), 'lable_scale: 2\n');
  const checked = await checkRecordings(dir);
  expect(
    checked.map(({ file, frames, defects: found }) => [file.slice(dir.length + 1), frames, found.length]),
  ).toEqual([
    ['dataset.yaml', undefined, 1],
    ['a.h5', 80, 0],
    ['b.h5', undefined, 1],
    ['c.h5', 80, 0],
  ]);
  expect(defectText(checked[0].defects[0])).toMatch(
    /dataset\.yaml: unknown option "lable_scale"; did you mean "label_scale"/,
  );
  expect(defectText(checked[2].defects[0])).toMatch(/b\.h5: the file is truncated, 5000 bytes are there/);
});

it('lists a recording whose crop is too small', async () => {
  await writeDrive(join(dir, 'a.h5'), { height: 4, width: 4 });
  const [{ defects: found }] = await checkRecordings(dir);
  expect(found).toMatchObject([
    { severity: 'error', message: expect.stringContaining('crop paper leaves 1×2 pixels') },
  ]);
});

it('refuses a folder that is absent or empty', async () => {
  await expect(checkRecordings(join(dir, 'none'))).rejects.toThrow(DataError);
  await expect(checkRecordings(dir)).rejects.toThrow(/there are no recordings/);
});
