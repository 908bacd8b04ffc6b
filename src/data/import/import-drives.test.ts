import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, tubRecord, writeText, writeTub } from '../../../test/foreign-drives.ts';
import { smallDisk } from '../../../test/small-disk.ts';
import { DataError, NcpTrainError } from '../../errors.ts';
import { deviation } from '../../text/statistics.ts';
import { readDatasetConfig } from '../recordings/dataset-config.ts';
import { openRecording } from '../recordings/recording.ts';
import { type ImportOptions, importDrives } from './import-drives.ts';

const disk = smallDisk(1);

/** What the command line says by default, but for drives of a few frames. */
const plain: ImportOptions = {
  steering: {},
  skipMissing: false,
  skipBroken: false,
  pause: 1,
  shortest: 1,
  pieces: 1,
  compress: false,
  onNote: () => {},
  onProgress: () => {},
  onChecking: () => {},
};

/** A tub of 12 frames with a pause of 2 s before the last 4. */
async function tub(): Promise<string> {
  const folder = join(temporaryFolder(), 'my tub');
  const late = (i: number) => ({ _timestamp_ms: 1_600_000_002_000 + 50 * i });
  const records = Array.from({ length: 12 }, (_, i) => tubRecord(i, i < 8 ? {} : late(i)));
  await writeTub(folder, records);
  return folder;
}

const names = (folder: string) => readdirSync(folder).sort();

test('each drive becomes a recording, with dataset.yaml beside them', async () => {
  const out = join(temporaryFolder(), 'new', 'out');
  const notes: string[] = [];
  const progress: number[] = [];
  const imported = await importDrives('donkeycar', [await tub()], out, {
    ...plain,
    onNote: (note) => notes.push(note),
    onProgress: (done, total) => progress.push(done / total),
  });
  expect(names(out)).toEqual(['dataset.yaml', 'my_tub_d1.h5', 'my_tub_d2.h5']);
  expect(imported.recordings.map(({ name, frames }) => [name, frames])).toEqual([
    ['my_tub_d1.h5', 8],
    ['my_tub_d2.h5', 4],
  ]);
  expect(progress.at(-1)).toBe(1);
  expect(notes).toEqual([
    'steering: 1 is 25° of the front wheels, positive to the right; wheelbase 0.17 m',
    expect.stringMatching(/^2 recordings, 0\.0 MB$/),
  ]);
  const recording = await openRecording(join(out, 'my_tub_d2.h5'));
  const { frames, height, width, labels, timestamps } = recording.info;
  expect({ frames, height, width }).toEqual({ frames: 4, height: 12, width: 16 });
  // Frame 8: 0.8 · 25° = 20°, to the right.
  expect(labels[0]).toBeCloseTo(-Math.tan((20 * Math.PI) / 180) / 0.17, 12);
  expect(timestamps[1] - timestamps[0]).toBeCloseTo(0.05, 6);
  expect(Math.abs(recording.readFrames(0, 1)[0] - 80)).toBeLessThan(4); // red of frame 8
  expect(recording.attributes()).toMatchObject({
    source: 'donkeycar',
    steering: notes[0].slice('steering: '.length),
  });
  recording.close();
});

test('dataset.yaml holds crop, folds, and a scale that brings the deviation near 1', async () => {
  const out = join(temporaryFolder(), 'out');
  const { labelScale, deviation: scaled } = await importDrives('donkeycar', [await tub()], out, plain);
  const config = readDatasetConfig(out);
  // 12×16: all columns, 16·78/200 = 6.24 of 12 rows, 0.52.
  expect(config).toEqual({
    crop: '0,0.35,1,0.87',
    channel_order: 'rgb',
    label_sign: 1,
    label_scale: labelScale,
    folds: 'auto:2',
    source: 'donkeycar',
  });
  expect(scaled).toBeGreaterThan(0.5);
  expect(scaled).toBeLessThan(2);
  const all: number[] = [];
  for (const name of ['my_tub_d1.h5', 'my_tub_d2.h5']) {
    const recording = await openRecording(join(out, name));
    all.push(...recording.info.labels);
    recording.close();
  }
  expect(deviation(all) * labelScale).toBeCloseTo(scaled, 12);
});

test('options come first: rate, pieces, size, crop, label scale', async () => {
  const out = join(temporaryFolder(), 'out');
  const size = { height: 20, width: 30 };
  const crop = { left: 0, top: 0.5, right: 1, bottom: 1 };
  const told = { ...plain, rate: 10, pieces: 3, size, crop, labelScale: 7 };
  const { recordings } = await importDrives('donkeycar', [await tub()], out, told);
  // 12 frames in 3 pieces: of 8 two, of 4 one.
  expect(recordings.map(({ name, frames }) => [name, frames])).toEqual([
    ['my_tub_d1_p1.h5', 4],
    ['my_tub_d1_p2.h5', 4],
    ['my_tub_d2.h5', 4],
  ]);
  expect(readDatasetConfig(out)).toMatchObject({
    crop: '0,0.5,1,1',
    label_scale: 7,
    nominal_rate: 10,
    folds: 'auto:3',
  });
  const recording = await openRecording(join(out, 'my_tub_d1_p2.h5'));
  expect(recording.info).toMatchObject({ frames: 4, ...size });
  expect(Array.from(recording.info.timestamps)).toEqual(
    [0.4, 0.5, 0.6, 0.7].map((s) => expect.closeTo(1.6e9 + s, 6)),
  );
  recording.close();
});

test('several folders become one data set under names that differ', async () => {
  const out = join(temporaryFolder(), 'out');
  await importDrives('donkeycar', [await tub(), await tub()], out, { ...plain, shortest: 8, compress: true });
  expect(names(out)).toEqual(['dataset.yaml', 'my_tub-2_d1.h5', 'my_tub_d1.h5']);
});

describe('pictures that cannot be read', () => {
  /** The tub with pictures 2, 3 and 10 broken. */
  const brokenTub = async () => {
    const folder = await tub();
    const picture = (i: number) => join(folder, 'images', `${i}_cam_image_array_.jpg`);
    writeText(picture(2), '');
    writeFileSync(picture(3), readFileSync(picture(4)).subarray(0, 200));
    writeText(picture(10), 'no picture');
    return folder;
  };

  test('are all counted in one pass, and nothing is left', async () => {
    const folder = temporaryFolder();
    const error = await importDrives('donkeycar', [await brokenTub()], join(folder, 'out'), plain).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(
      /^3 of 12 pictures cannot be read: .*2_cam_image_array_.jpg \(.*\), 3_cam_image_array_.jpg, 10_cam_image_array_.jpg; restore them, or go on without them: --skip_broken$/,
    );
    expect(names(folder)).toEqual([]);
  });

  test.each(['skipBroken', 'skipMissing'] as const)('are left out with %s, and counted', async (option) => {
    const out = join(temporaryFolder(), 'out');
    const notes: string[] = [];
    const checked: number[] = [];
    const { frames } = await importDrives('donkeycar', [await brokenTub()], out, {
      ...plain,
      [option]: true,
      onNote: (note) => notes.push(note),
      onChecking: (done) => checked.push(done),
    });
    expect(frames).toBe(9);
    expect(notes[0]).toMatch(/^3 of 12 pictures cannot be read: .*; left out$/);
    expect(notes[1]).toContain('frames are missing at 2 places within drives');
    expect(checked.at(-1)).toBe(12);
    const recording = await openRecording(join(out, 'my_tub_d1.h5'));
    // 0, 1, 4, 5, 6, 7: frame 4 does not follow frame 1.
    expect(recording.info).toMatchObject({ frames: 6, sequenceStarts: [2] });
    expect(Math.abs(recording.readFrames(2, 1)[0] - 40)).toBeLessThan(4); // red of frame 4
    recording.close();
  });

  test('of which there are no others end the import', async () => {
    const folder = await tub();
    for (let i = 0; i < 12; i++) writeText(join(folder, 'images', `${i}_cam_image_array_.jpg`), 'x');
    const out = join(temporaryFolder(), 'out');
    await expect(importDrives('donkeycar', [folder], out, { ...plain, skipBroken: true })).rejects.toThrow(
      /^12 of 12 pictures cannot be read: .*; restore them$/,
    );
  });
});

describe('what fails leaves nothing behind', () => {
  const failure = async (out: string, path: string, options: Partial<ImportOptions> = {}) => {
    const error = await importDrives('donkeycar', [path], out, { ...plain, ...options }).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(NcpTrainError);
    return error as NcpTrainError;
  };

  test('an image in the middle that cannot be read', async () => {
    const folder = temporaryFolder();
    const broken = await tub();
    writeText(join(broken, 'images', '10_cam_image_array_.jpg'), 'no picture');
    const { message } = await failure(join(folder, 'out'), broken);
    expect(message).toContain('10_cam_image_array_.jpg cannot be read (');
    expect(names(folder)).toEqual([]);
  });

  test('a folder that is taken: its files stay', async () => {
    const out = temporaryFolder();
    writeText(join(out, 'mine.txt'), 'x');
    const { exitStatus, message } = await failure(out, await tub());
    expect({ exitStatus, message }).toEqual({
      exitStatus: 2,
      message: `--out ${out} is there and not empty; choose another folder, or delete it first`,
    });
    expect(readFileSync(join(out, 'mine.txt'), 'utf8')).toBe('x');
  });

  test('a folder that cannot be made', async () => {
    const { exitStatus, message } = await failure('/proc/nowhere/out', await tub());
    expect(exitStatus).toBe(3);
    expect(message).toMatch(/^--out \/proc\/nowhere\/out cannot be made \(E\w+\); choose a folder/);
  });

  test('drives that are all too short, and pieces of nothing', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    const { message } = await failure(out, await tub(), { shortest: 64 });
    expect(message).toContain('no drive has 64 frames, the longest of 2 has 8: a smaller --min_frames');
    expect((await failure(out, await tub(), { shortest: 4, pieces: 6 })).exitStatus).toBe(2);
    expect(names(folder)).toEqual([]);
  });

  test('a crop of nothing', async () => {
    const out = join(temporaryFolder(), 'out');
    const crop = { left: 0, top: 0.5, right: 1, bottom: 0.51 };
    expect((await failure(out, await tub(), { crop })).message).toContain('crop 0,0.5,1,0.51 leaves');
    expect(existsSync(out)).toBe(false);
  });

  test('a format that does not exist: the nearest', async () => {
    await expect(importDrives('donkeycars', ['x'], 'out', plain)).rejects.toThrow(
      'did you mean "donkeycar"?',
    );
  });

  test.skipIf(!disk.present)(disk.title('a disk too small, known before anything is written'), async () => {
    const error = await failure(join(disk.path, 'out'), await tub(), { size: { height: 300, width: 400 } });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('are needed and');
    expect(names(disk.path)).toEqual([]);
  });

  test.skipIf(!disk.present)(disk.title('a disk that gets full on the way'), async () => {
    // With --compress the size is not known before; noise does not compress.
    const size = { height: 300, width: 400 };
    const noisy = join(temporaryFolder(), 'noisy');
    await writeTub(
      noisy,
      Array.from({ length: 12 }, (_, i) => tubRecord(i)),
    );
    for (let i = 0; i < 12; i++) {
      const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
      const create = { ...size, channels: 3 as const, noise, background: { r: 0, g: 0, b: 0 } };
      await sharp({ create })
        .jpeg()
        .toFile(join(noisy, 'images', `${i}_cam_image_array_.jpg`));
    }
    const error = await failure(join(disk.path, 'out'), noisy, { size, compress: true });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(`${join(disk.path, 'out')}/noisy_d1.h5: the disk is full`);
    expect(names(disk.path)).toEqual([]);
  });
});

test.each([
  [2, 'a single recording cannot be cross-tested: --pieces 6 cuts it'],
  [7, 'a single recording cannot be cross-tested: it is too short to be cut by --pieces'],
])('one recording of 12 frames, at least %d in a piece: %s', async (shortest, note) => {
  const notes: string[] = [];
  const onNote = (one: string) => notes.push(one);
  await importDrives('donkeycar', [await tub()], join(temporaryFolder(), 'out'), {
    ...plain,
    pause: 5,
    shortest,
    onNote,
  });
  expect(notes).toContain(note);
});
