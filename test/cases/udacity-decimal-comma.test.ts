/**
 * On a machine with a German or French locale Udacity's simulator writes numbers with decimal commas into a file whose separator
 * is a comma. Its labels are those of the steering, or the file is refused; they are never those of half a number.
 */
import { describe, expect, it } from 'vitest';
import { imported } from '../imported-drives.ts';
import { labelOf, pictureNames, steeringAt, writeSimulatorDrive } from '../simulator-drives.ts';

const FRAMES = 80;
const names = pictureNames(FRAMES);
/** A number as such a locale writes it. */
const german = (value: number) => String(value).replace('.', ',');

/** A log whose rows have these cells behind the names of three pictures. */
function logOf(separator: string, cells: (i: number) => string[]): string {
  const rows = names.map((name, i) => [name, name, name, ...cells(i)].join(separator));
  return `${rows.join('\n')}\n`;
}

const usual = (i: number) => [german(steeringAt(i)), german(0.1286689), '0', german(12.1822)];
const wanted = names.map((_, i) => expect.closeTo(labelOf(steeringAt(i)), 10));

describe('decimal commas of the simulator', () => {
  it.each([
    ['bare between commas', logOf(',', usual), ', without quotes between commas'],
    ['bare between commas and spaces', logOf(', ', usual), ', without quotes between commas'],
    ['in quotes', logOf(',', (i) => usual(i).map((cell) => `"${cell}"`)), ''],
    ['between semicolons', logOf(';', usual), ''],
    ['between tabs', logOf('\t', usual), ''],
  ])('%s are read, and that is said', async (_, log, form) => {
    const folder = await writeSimulatorDrive(log, names);
    const { drives, notes } = await imported('udacity', [folder]);
    expect(drives.map(({ labels }) => labels)).toEqual([wanted]);
    expect(notes[0]).toBe(`${folder}/driving_log.csv: numbers have decimal commas${form}; read as such`);
  });

  it('are refused with the line where a row has two readings; the way on leaves such rows out', async () => {
    const whole = (i: number) => [
      german(i % 3 === 0 ? 0 : steeringAt(i)),
      german(i % 2 === 0 ? 0 : 0.12),
      '0',
      german(12.18),
    ];
    const folder = await writeSimulatorDrive(logOf(', ', whole), names);
    await expect(imported('udacity', [folder])).rejects.toThrow(
      /driving_log.csv:3: numbers have decimal commas without quotes, and the row can be read as 0 and as 0\.\d+ .*of 80 records cannot be used.*--skip_broken$/,
    );
    const { drives, notes } = await imported('udacity', [folder], { skipBroken: true, shortest: 2 });
    const right = names.map((_, i) => labelOf(i % 3 === 0 ? 0 : steeringAt(i)));
    for (const label of drives.flatMap(({ labels }) => labels)) {
      expect(right.some((each) => Math.abs(each - label) < 1e-10)).toBe(true);
    }
    expect(notes.join('\n')).toContain('of 80 records cannot be used, left out');
    expect(notes.join('\n')).toMatch(/frames are missing at \d+ places within drives/);
  });
});
