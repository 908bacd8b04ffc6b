/** Two logs joined by hand, one from Windows, one from Linux: no row vanishes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeImages } from '../foreign-drives.ts';
import { imported } from '../imported-drives.ts';
import { pictureNames, steeringAt, writeSimulatorDrive } from '../simulator-drives.ts';

const parts = [pictureNames(70, 10), pictureNames(70, 11)];

it.each([
  ['Windows, then Linux', '\r\n', '\n'],
  ['Linux, then Windows', '\n', '\r\n'],
  ['Linux, then old Mac', '\n', '\r'],
  ['old Mac', '\r', '\r'],
])('%s: all frames of both', async (_, first, second) => {
  const [one, two] = parts.map((names, part) =>
    names.map((name, i) => `${name},l,r,${steeringAt(i)},0,0,9${[first, second][part]}`).join(''),
  );
  const { drives } = await imported('udacity', [await writeSimulatorDrive(one + two, parts.flat())]);
  expect(drives.map(({ labels }) => labels.length)).toEqual([70, 70]);
});

it('a CSV of images and a data.txt, too', async () => {
  const folder = temporaryFolder();
  const names = ['0.jpg', '1.jpg', '2.jpg', '3.jpg'];
  await writeImages(folder, names);
  writeFileSync(join(folder, 'a.csv'), 'file,curvature\n0.jpg,0.1\n1.jpg,0.2\r\n2.jpg,0.3\r3.jpg,0.4\r\n');
  const csv = await imported('images', [folder], { shortest: 1 });
  expect(csv.drives.map(({ labels }) => labels)).toEqual([[0.1, 0.2, 0.3, 0.4]]);
  writeFileSync(join(folder, 'data.txt'), '0.jpg 1\r\n1.jpg 2\r2.jpg 3\n3.jpg 4\n');
  const txt = await imported('images', [folder], { log: 'data.txt', shortest: 1 });
  expect(txt.drives.map(({ labels }) => labels.length)).toEqual([4]);
});
