/** Logs of Udacity's simulator name pictures by paths of the machine that recorded them, with spaces, with and without a header. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { imported } from '../imported-drives.ts';
import { labelOf, pictureNames, steeringAt, writeSimulatorDrive } from '../simulator-drives.ts';

const names = pictureNames(80);
const log = (header: string) => {
  const rows = names.map((name, i) => {
    const paths = [name, name, name].map((each) => `C:\\Users\\Some One\\my data\\IMG\\${each}`);
    return `${paths.join(', ')}, ${steeringAt(i)}, 0.1, 0, 9.5E-05\r\n`;
  });
  return `\uFEFF${header}${rows.join('')}`;
};

it.each([
  ['without', ''],
  ['with', 'center,left,right,steering,throttle,brake,speed\r\n'],
])('%s a header they lead to the pictures', async (_, header) => {
  const { drives } = await imported('udacity', [await writeSimulatorDrive(log(header), names)]);
  expect(drives).toHaveLength(1);
  expect(drives[0].labels).toEqual(names.map((_name, i) => expect.closeTo(labelOf(steeringAt(i)), 10)));
  expect(drives[0].times[79] - drives[0].times[0]).toBeCloseTo(5 + 4 * 0.066, 5);
  expect(drives[0].sequenceStarts).toBeUndefined();
});

it('two recordings in one log are two drives', async () => {
  const later = pictureNames(70, 11);
  const folder = await writeSimulatorDrive(log(''), [...names, ...later]);
  for (const [i, name] of later.entries()) {
    appendFileSync(
      join(folder, 'driving_log.csv'),
      `/x/IMG/${name},l.jpg,r.jpg,${steeringAt(i)},0.1,0,9.5\r\n`,
    );
  }
  const { drives } = await imported('udacity', [folder]);
  expect(drives.map(({ labels }) => labels.length)).toEqual([80, 70]);
});

it('a row too long or too short is counted, not padded', async () => {
  const folder = await writeSimulatorDrive('', names);
  const rows = names.map((name, i) => `${name},l,r,${steeringAt(i)},0.1,0,9.5`);
  rows[4] = rows[4].replace(',9.5', '');
  rows[9] += ',7';
  writeFileSync(join(folder, 'driving_log.csv'), rows.join('\n'));
  await expect(imported('udacity', [folder])).rejects.toThrow(
    /driving_log.csv:5: 6 columns, expected 7 .*2 of 80 records cannot be used, also \S+driving_log.csv:10;/,
  );
  const { drives } = await imported('udacity', [folder], { skipBroken: true });
  expect(drives.map(({ labels, sequenceStarts }) => [labels.length, sequenceStarts])).toEqual([[78, [4, 8]]]);
});
