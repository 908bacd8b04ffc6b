import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeImages, writeText } from '../../../../test/foreign-drives.ts';
import { DataError } from '../../../errors.ts';
import type { ReadOptions } from '../source.ts';
import { readUdacity } from './udacity.ts';

const plain: ReadOptions = { steering: {}, skipMissing: false, skipBroken: false };
const names = [0, 70, 140].map((ms) => `center_2018_07_16_17_11_43_${String(ms).padStart(3, '0')}.jpg`);

async function drive(log: string): Promise<string> {
  const folder = temporaryFolder();
  await writeImages(join(folder, 'IMG'), names);
  writeText(join(folder, 'driving_log.csv'), log);
  return folder;
}

/** Rows as the simulator writes them, with paths of the machine that recorded. */
function rows(folder: string, separator = ', '): string {
  return names
    .map((name, i) =>
      [name, name.replace('center', 'left'), name.replace('center', 'right')]
        .map((n) => folder + n)
        .concat([`${-0.2 * i}`, '1', '0', '3.5'])
        .join(separator),
    )
    .join('\n');
}

test.each([
  ['Windows, a space in the path', 'C:\\Users\\A B\\Desktop\\my drive\\IMG\\'],
  ['Unix', '/Users/ab/my drive/IMG/'],
  ['relative', 'IMG/'],
])('paths of %s lead to the images in IMG', async (_, prefix) => {
  const { logs, notes } = await readUdacity(await drive(rows(prefix)), plain);
  const [{ labels, times, frames }] = logs;
  // 0.2 · 25° = 5° to the left
  expect(labels[1]).toBeCloseTo(Math.tan((5 * Math.PI) / 180) / 2.7, 12);
  expect(Array.from(times ?? [], (time) => Number((time - (times?.[0] ?? 0)).toFixed(6)))).toEqual([
    0, 0.07, 0.14,
  ]);
  expect(times?.[0]).toBe(Date.UTC(2018, 6, 16, 17, 11, 43) / 1000);
  expect((await frames.read(0, 3)).length).toBe(3 * 12 * 16 * 3);
  expect(notes).toEqual([]);
});

test('a header is known by its names, in any order of columns', async () => {
  const folder = await drive(
    `steering,center,left,right\n-0.4,IMG/${names[0]},l.jpg,r.jpg\n0.4, IMG/${names[1]}, l.jpg, r.jpg\n`,
  );
  const [{ labels }] = (await readUdacity(join(folder, 'driving_log.csv'), plain)).logs;
  expect([labels.length, labels[0] > 0, labels[1] < 0]).toEqual([2, true, true]);
});

describe('bad input', () => {
  const failure = async (path: string) => {
    const error = await readUdacity(path, plain).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  };

  test('no log, an empty one, one of other columns', async () => {
    const folder = temporaryFolder();
    expect(await failure(folder)).toContain(
      'driving_log.csv: not there; expected driving_log.csv of Udacity',
    );
    writeText(join(folder, 'driving_log.csv'), ' \n');
    expect(await failure(folder)).toContain('driving_log.csv: empty');
    expect(await failure(await drive('center,angle\nIMG/a.jpg,1\n'))).toContain(
      'its header has center, angle',
    );
  });

  test('a line cut off, and a steering that is no number: file and line', async () => {
    const cut = await drive(`${rows('IMG/')}\nIMG/${names[0]}, l.jpg`);
    expect(await failure(cut)).toContain(
      'driving_log.csv:4: 2 columns, expected 7 (center, left, right, steering',
    );
    const wrong = await drive(rows('IMG/').replace(', -0.2,', ', nan,'));
    expect(await failure(wrong)).toContain('driving_log.csv:2: the steering angle is NaN');
  });

  test('images that are not there', async () => {
    expect(await failure(await drive(rows('IMG/').replaceAll('_07', '_09')))).toMatch(
      /names 3 of 3 images that are not in .*IMG: center_2018_09_16_17_11_43_000.jpg, /,
    );
  });
});
