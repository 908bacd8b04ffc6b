import { join, relative } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeImages, writeText } from '../../../../test/foreign-drives.ts';
import { NcpTrainError } from '../../../errors.ts';
import type { ReadOptions } from '../source.ts';
import { readImages } from './images.ts';

const plain: ReadOptions = { steering: {}, skipMissing: false, skipBroken: false };
const degrees = (angle: number) => (angle * Math.PI) / 180;

async function drive(log: string, text: string, images: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  await writeImages(folder, images);
  writeText(join(folder, log), text);
  return folder;
}

async function read(path: string, options: Partial<ReadOptions> = {}) {
  const source = await readImages(path, { ...plain, ...options });
  const [{ labels, times }] = source.logs;
  return { ...source, labels: Array.from(labels), times: times && Array.from(times) };
}

describe('a CSV', () => {
  test('with curvature needs no steering', async () => {
    const folder = await drive('log.csv', 'time,frame,curvature\n0.5,a.png,0.01\n0.6,b.png,-0.02\n', [
      'a.png',
      'b.png',
    ]);
    const { labels, times, steering } = await read(folder);
    expect({ labels, times, steering }).toEqual({
      labels: [0.01, -0.02],
      times: [0.5, 0.6],
      steering: undefined,
    });
    expect((await read(folder, { steering: { sign: -1 } })).labels).toEqual([-0.01, 0.02]);
  });

  test('takes no image from outside its folder, unless that is meant', async () => {
    const outside = await drive('other.csv', '', ['private.png']);
    const image = join(outside, 'private.png');
    const folder = temporaryFolder();
    const climbing = relative(folder, image);
    for (const name of [image, climbing]) {
      writeText(join(folder, 'log.csv'), `file,curvature\n${name},0.01\n`);
      await expect(read(folder)).rejects.toThrow(NcpTrainError);
      await expect(read(folder)).rejects.toThrow(
        `${image} lies outside ${folder}; say that it is meant: --follow`,
      );
      expect((await read(folder, { follow: true })).labels).toEqual([0.01]);
    }
    await writeImages(folder, ['private.png']); // the drive was moved, and its log still has the old place
    expect((await read(folder)).labels).toEqual([0.01]);
  });

  test('with angles is in degrees of the front wheels, positive to the left, unless told otherwise', async () => {
    const folder = await drive('log.csv', 'file,angle\na.jpg,10\n', ['a.jpg']);
    expect((await read(folder)).labels[0]).toBeCloseTo(Math.tan(degrees(10)) / 2.7, 12);
    const told = { unit: 'rad', ratio: 100, wheelbase: 1, sign: -1 } as const;
    expect((await read(folder, { steering: told })).labels[0]).toBeCloseTo(-Math.tan(0.1), 12);
  });

  test('without a header is read by numbers of columns', async () => {
    const folder = await drive('log.csv', '12,a.jpg,5\n', ['a.jpg']);
    const { labels, times } = await read(folder, { columns: 'file=2,angle=3,time=1', timeUnit: 'ms' });
    expect(labels[0]).toBeCloseTo(Math.tan(degrees(5)) / 2.7, 12);
    expect(times).toEqual([0.012]);
  });

  test('with names of its own is read by them, also from a folder of images elsewhere', async () => {
    const folder = await drive('log.csv', 'picture,wheel\nC:\\x\\a.jpg,5\n', []);
    const images = temporaryFolder();
    await writeImages(images, ['a.jpg']);
    const { logs } = await read(folder, { columns: 'file=picture,angle=wheel', images });
    expect((await logs[0].frames.read(0, 1)).length).toBe(12 * 16 * 3);
  });

  test('without times has none', async () => {
    expect((await read(await drive('log.csv', 'file,angle\na.jpg,1\n', ['a.jpg']))).times).toBeUndefined();
  });
});

describe('SullyChen’s data.txt', () => {
  test('has degrees of the steering wheel, positive to the right, and no time', async () => {
    const folder = await drive('data.txt', '0.jpg 0.000000\n1.jpg 15.000000\n', ['0.jpg', '1.jpg']);
    const { labels, times, nominalRate } = await read(folder);
    // 15° / 15 = 1°
    expect(labels).toEqual([0, -Math.tan(degrees(1)) / 2.67]);
    expect({ times, nominalRate }).toEqual({ times: undefined, nominalRate: 30 });
  });

  test('of 2018 has times, and its images in data/', async () => {
    const text = '0.jpg 1.5,2018-07-01 17:09:44:912\n1.jpg 1.6,2018-07-01 17:09:44:945\n';
    const folder = await drive('data.txt', text, ['data/0.jpg', 'data/1.jpg']);
    const { times } = await read(folder);
    expect(times?.[1]).toBeCloseTo(Date.UTC(2018, 6, 1, 17, 9, 44, 945) / 1000, 5);
  });
});

describe('decimal commas', () => {
  test('between semicolons, with a header or without', async () => {
    const named = await drive('log.csv', 'file;time;curvature\na.jpg;0,5;0,01\nb.jpg;1,5;-0,02\n', [
      'a.jpg',
      'b.jpg',
    ]);
    expect(await read(named)).toMatchObject({ labels: [0.01, -0.02], times: [0.5, 1.5] });
    const bare = await drive('log.csv', 'a.jpg;0,01\nb.jpg;-0,02\n', ['a.jpg', 'b.jpg']);
    const { labels, notes } = await read(bare, { columns: 'file=1,curvature=2' });
    expect(labels).toEqual([0.01, -0.02]);
    expect(notes).toContainEqual(
      expect.stringContaining('log.csv: numbers have decimal commas; read as such'),
    );
  });

  test('between commas, where a header tells how many columns there are', async () => {
    const folder = await drive('log.csv', 'file,time,curvature\na.jpg,0,5,0,01\nb.jpg,1,5,0,02\n', [
      'a.jpg',
      'b.jpg',
    ]);
    expect(await read(folder)).toMatchObject({ labels: [0.01, 0.02], times: [0.5, 1.5] });
  });

  test('between commas without a header are refused', async () => {
    const folder = await drive('log.csv', 'a.jpg,0,012\nb.jpg,0,25\nc.jpg,-1,5\n', [
      'a.jpg',
      'b.jpg',
      'c.jpg',
    ]);
    await expect(read(folder, { columns: 'file=1,angle=2' })).rejects.toThrow(
      'log.csv: column 2 has whole numbers only and column 3 what looks like their decimals',
    );
  });

  test('in data.txt, with dates or without', async () => {
    const text = '0.jpg 15,0\n1.jpg -30,0,2018-07-01 17:09:44:912\n';
    const { labels, times } = await read(await drive('data.txt', text, ['0.jpg', '1.jpg']));
    expect(labels[0]).toBeCloseTo(-Math.tan(degrees(1)) / 2.67, 12);
    expect(labels[1]).toBeCloseTo(Math.tan(degrees(2)) / 2.67, 12);
    expect(times).toBeUndefined();
  });
});

describe('rows that cannot be used', () => {
  const text = 'file,time,curvature\na.jpg,1,0.1\nb.jpg,2\nc.jpg,3,0.3,9\nd.jpg,4,x\ne.jpg,5,0.5\n';
  const images = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];

  test('are counted in one error, which names the way on', async () => {
    await expect(read(await drive('log.csv', text, images))).rejects.toThrow(
      /log.csv:3: 2 columns, expected 3; 3 of 5 records cannot be used, also \S+log.csv:4, \S+log.csv:5; correct or delete them, or go on without them: --skip_broken$/,
    );
  });

  test('are left out with --skip_broken; their places stay', async () => {
    const { labels, times, notes, logs } = await read(await drive('log.csv', text, images), {
      skipBroken: true,
    });
    expect({ labels, times }).toEqual({ labels: [0.1, 0.5], times: [1, 5] });
    expect(Array.from(logs[0].ordinals)).toEqual([0, 4]);
    expect(notes[0]).toContain('3 of 5 records cannot be used, left out: ');
  });

  test('end the import where there are no others', async () => {
    const folder = await drive('log.csv', 'file,curvature\na.jpg,x\n', ['a.jpg']);
    await expect(read(folder, { skipBroken: true })).rejects.toThrow(
      /log.csv:2: the curvature is NaN; correct or delete it$/,
    );
  });
});

describe('without times', () => {
  const csv = (names: readonly string[]) =>
    `file,curvature\n${names.map((name) => `${name},0.1\n`).join('')}`;

  test('numbers of files tell which frames are missing, and another series another drive', async () => {
    const names = ['a_0001.jpg', 'a_0002.jpg', 'a_0005.jpg', 'a_0006.jpg', 'b_0007.jpg', 'b_0008.jpg'];
    const [{ ordinals, sessions }] = (await read(await drive('log.csv', csv(names), names))).logs;
    expect(Array.from(ordinals)).toEqual([1, 2, 5, 6, 7, 8]);
    expect(new Set(sessions).size).toBe(2);
  });

  test('names without numbers leave rows as neighbours, and that is said', async () => {
    const names = ['x.jpg', 'b.jpg', 'k.jpg'];
    const { logs, notes } = await read(await drive('log.csv', csv(names), names));
    expect(Array.from(logs[0].ordinals)).toEqual([0, 1, 2]);
    expect(notes[0]).toContain('neither times nor file names number its frames');
  });
});

test('a picture is turned as its EXIF orientation says, as a viewer shows it', async () => {
  const folder = await drive('log.csv', 'file,curvature\na.jpg,0\n', []);
  // 4 wide and 8 high, the upper half red; stored lying on its side.
  const half = { create: { width: 8, height: 4, channels: 3 as const, background: 'red' } };
  const upright = sharp({ create: { width: 8, height: 16, channels: 3, background: 'blue' } }).composite([
    { input: await sharp(half).png().toBuffer(), left: 0, top: 0 },
  ]);
  const lying = await sharp(await upright.png().toBuffer())
    .rotate(-90)
    .png()
    .toBuffer();
  await sharp(lying).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toFile(join(folder, 'a.jpg'));
  const [{ frames }] = (await read(folder)).logs;
  expect(await frames.size()).toEqual({ height: 16, width: 8 });
  for (const size of [undefined, { height: 16, width: 8 }]) {
    const pixels = await frames.read(0, 1, size);
    const at = (row: number) => Array.from(pixels.subarray((row * 8 + 4) * 3, (row * 8 + 4) * 3 + 3));
    expect(at(1)[0]).toBeGreaterThan(200);
    expect(at(12)[2]).toBeGreaterThan(200);
  }
});

test('a folder above several drives: the command that names them', async () => {
  const folder = temporaryFolder();
  for (const name of ['one', 'two']) writeText(join(folder, name, 'data.txt'), '0.jpg 1\n');
  await expect(read(folder)).rejects.toThrow(
    `no *.csv and no data.txt in it, but 2 folders in it are: give those: ncp-train data import images ${folder}/one ${folder}/two --out DIR`,
  );
});

describe('Udacity’s interpolated.csv', () => {
  const header = 'index,timestamp,width,height,frame_id,filename,angle,torque,speed,lat,long,alt';
  const row = (ns: string, camera: string, angle: number) =>
    `${ns},${ns},640,480,${camera}_camera,${camera}/${ns}.jpg,${angle},0,12,37,-122,40`;
  const text = [
    header,
    row('1479425440130861659', 'left', 0.5),
    row('1479425440130861659', 'center', 0.148),
    row('1479425440180861659', 'right', 0.7),
    row('1479425440180861659', 'center', -0.148),
  ].join('\n');
  const images = ['center/1479425440130861659.jpg', 'center/1479425440180861659.jpg'];

  test('keeps the center camera: radians of the steering wheel, positive to the left, nanoseconds', async () => {
    const { labels, times, notes, nominalRate } = await read(await drive('interpolated.csv', text, images));
    // 0.148 / 14.8 = 0.01
    expect(labels).toEqual(
      [Math.tan(0.01) / 2.85, -Math.tan(0.01) / 2.85].map((each) => expect.closeTo(each, 12)),
    );
    expect(times?.map((time) => time - 1479425440)).toEqual([
      expect.closeTo(0.130862, 5),
      expect.closeTo(0.180862, 5),
    ]);
    expect({ notes, nominalRate }).toEqual({
      notes: [
        expect.stringContaining('rows of center_camera only, of left_camera, center_camera, right_camera'),
        expect.stringContaining('interpolated.csv: taken for the interpolated.csv of Udacity’s car'),
      ],
      nominalRate: 20,
    });
  });

  test('or another camera, as told; one that is not there is an error with those that are', async () => {
    const folder = await drive('interpolated.csv', text, ['left/1479425440130861659.jpg']);
    expect((await read(folder, { camera: 'left_camera' })).labels).toHaveLength(1);
    await expect(read(folder, { camera: 'rear' })).rejects.toThrow(
      'no row of rear; frame_id has left_camera, center_camera, right_camera',
    );
  });
});

describe('bad input', () => {
  const failure = async (path: string, options: Partial<ReadOptions> = {}) => {
    const error = await read(path, options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(NcpTrainError);
    return (error as Error).message;
  };

  test.each([
    [
      'columns missing',
      'file,speed\na.jpg,1\n',
      'log.csv:1: no column for curvature or angle; the header has file, speed',
    ],
    [
      'no header',
      'a.jpg,1\n',
      'log.csv:1: no column for file; the first row, a.jpg, 1, is no header and has 2 columns',
    ],
    ['a header only', 'file,angle\n', 'log.csv: a header and no rows'],
    ['an empty file', '\n', 'log.csv: empty'],
    [
      'an angle that is no number',
      'file,angle\na.jpg,1\na.jpg,nan\n',
      'log.csv:3: the steering angle is NaN',
    ],
    ['a curvature that is no number', 'file,curvature\na.jpg,x\n', 'log.csv:2: the curvature is NaN'],
    ['an empty cell', 'file,angle\na.jpg,\n', 'log.csv:2: column 2 is empty'],
    ['a time that is none', 'file,time,angle\na.jpg,noon,1\n', 'log.csv:2: the time is "noon"'],
    [
      'an angle of another unit',
      'file,angle\na.jpg,350\n',
      'log.csv:2: an angle of 350 would turn the front wheels by 350°',
    ],
  ])('%s', async (_, text, message) => {
    expect(await failure(await drive('log.csv', text, ['a.jpg']))).toContain(message);
  });

  test('a path that is not there, a folder without a log, several logs', async () => {
    expect(await failure('/nowhere')).toContain('/nowhere: not there; expected a log of images');
    const folder = temporaryFolder();
    expect(await failure(folder)).toContain('no *.csv and no data.txt');
    for (const name of ['a.csv', 'b.csv']) writeText(join(folder, name), 'file,angle\nx.jpg,1\n');
    expect(await failure(folder)).toContain('several logs, a.csv, b.csv; say which: --log a.csv');
    expect(await failure(folder, { log: 'b.csv' })).toContain('b.csv names 1 of 1 images');
  });

  test('a column that does not exist, a role that does not exist', async () => {
    const folder = await drive('log.csv', 'file,angle\na.jpg,1\n', ['a.jpg']);
    expect(await failure(folder, { columns: 'file=file,angle=steer' })).toContain(
      'no column steer for angle; the header has file, angle',
    );
    expect(await failure(folder, { columns: 'image=1' })).toContain(
      '"image=1" is not role=column; roles are file',
    );
  });

  test('a line of data.txt that is cut off', async () => {
    const folder = await drive('data.txt', '0.jpg 0.5\n1.jpg\n', ['0.jpg']);
    expect(await failure(folder)).toContain('data.txt:2: "1.jpg"; expected an image and degrees');
  });
});
