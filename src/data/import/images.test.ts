import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeImages, writeText } from '../../../test/foreign-drives.ts';
import { NcpTrainError } from '../../errors.ts';
import { readImages } from './images.ts';
import type { ReadOptions } from './source.ts';

const plain: ReadOptions = { steering: {}, skipMissing: false };
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
