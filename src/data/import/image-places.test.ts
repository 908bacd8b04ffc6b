import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  temporaryFolder,
  tubRecord,
  writeImages,
  writeText,
  writeTub,
} from '../../../test/foreign-drives.ts';
import { DataError } from '../../errors.ts';
import { readerOf } from './formats/formats.ts';
import { ImagePlaces } from './image-places.ts';

const OPTIONS = { steering: {}, skipMissing: false, skipBroken: false };

/** A drive of each format whose one image is to lie in the folder `images` or `IMG`; that folder is not made. */
const DRIVES = {
  donkeycar: {
    folder: 'images',
    image: '0_cam_image_array_.jpg',
    write: async (drive: string) => {
      await writeTub(drive, [tubRecord(0)]);
    },
  },
  udacity: {
    folder: 'IMG',
    image: 'a.jpg',
    write: async (drive: string) =>
      writeText(join(drive, 'driving_log.csv'), 'a.jpg,b.jpg,c.jpg,0.5,0,0,0\n'),
  },
  images: {
    folder: 'images',
    image: 'a.jpg',
    write: async (drive: string) => writeText(join(drive, 'log.csv'), 'file,curvature\nimages/a.jpg,0.01\n'),
  },
};

test.each(
  Object.entries(DRIVES).flatMap(([format, drive]) => [
    { format, drive, kind: 'file' },
    { format, drive, kind: 'folder' },
  ]),
)('$format: a linked $kind that leads out of the drive is refused, unless it is meant', async (given) => {
  const { format, drive, kind } = given;
  const [outside, folder] = [temporaryFolder(), temporaryFolder()];
  await writeImages(outside, [drive.image]);
  await drive.write(folder);
  const images = join(folder, drive.folder);
  const place = join(images, drive.image);
  rmSync(images, { recursive: true, force: true });
  if (kind === 'folder') symlinkSync(outside, images);
  else {
    mkdirSync(images);
    symlinkSync(join(outside, drive.image), place);
  }
  const reading = readerOf(format)(folder, OPTIONS);
  await expect(reading).rejects.toThrow(DataError);
  await expect(reading).rejects.toThrow(
    `${place} lies outside ${folder} (it is a link to ${join(outside, drive.image)}); say that it is meant: --follow`,
  );
  const { logs } = await readerOf(format)(folder, { ...OPTIONS, follow: true });
  expect(logs[0].labels).toHaveLength(1);
});

test('links that stay within the folder are taken, also where that was given as a link', async () => {
  const folder = temporaryFolder();
  await writeImages(join(folder, 'all'), ['a.jpg']);
  symlinkSync('all', join(folder, 'images'));
  symlinkSync('all/a.jpg', join(folder, 'b.jpg'));
  const given = join(temporaryFolder(), 'drive');
  symlinkSync(folder, given);
  for (const root of [folder, given]) {
    const places = new ImagePlaces(root);
    for (const name of ['images/a.jpg', 'b.jpg']) {
      expect(places.within(join(root, name), 'log.csv:1')).toBe(join(root, name));
    }
  }
});

test('what is not there, a link that leads nowhere and a file in place of a folder are no error here', async () => {
  const folder = temporaryFolder();
  await writeImages(folder, ['a.jpg']);
  symlinkSync('nowhere', join(folder, 'b.jpg'));
  const places = new ImagePlaces(folder);
  for (const name of ['c.jpg', 'none/a.jpg', 'a.jpg/b.jpg']) {
    expect(places.has(join(folder, name))).toBe(false);
    expect(places.within(join(folder, name), 'log.csv:1')).toBe(join(folder, name));
  }
  expect(places.within(join(folder, 'b.jpg'), 'log.csv:1')).toBe(join(folder, 'b.jpg'));
});
