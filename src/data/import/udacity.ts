/**
 * Drives recorded by Udacity’s simulator: `driving_log.csv` and `IMG/`. The log has the columns center, left, right,
 * steering, throttle, brake, speed, usually without a header; its paths are those of the machine that recorded, Windows
 * or Unix, so only their last part counts. Time stands in the image’s name alone. Steering is −1..1 for ±25°, positive
 * to the right. The side cameras are not used: their labels would be guesses.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../errors.ts';
import { curvature, type Steering, steeringOf } from './curvature.ts';
import { type Entry, foreignBase, logOfImages, placeImage, presence } from './image-frames.ts';
import type { ReadOptions, Source } from './source.ts';
import { dateIn } from './stamps.ts';
import { type CsvRow, readCsv } from './table.ts';

/** The simulator’s car; range from its source, wheelbase that of a middle-sized car. */
export const UDACITY: Steering = { unit: 'share', range: 25, ratio: 1, wheelbase: 2.7, sign: -1 };
/** The simulator waits 1/15 s between two pictures. */
const RATE = 15;
/** Of a 160×320 picture: above row 48 is sky and hills, below row 135 the car’s own bonnet. */
const CROP = { left: 0.15, top: 0.3, right: 0.85, bottom: 0.845 };
const LOG = 'driving_log.csv';
const COLUMNS = ['center', 'left', 'right', 'steering', 'throttle', 'brake', 'speed'];

/**
 * @param path - the folder with driving_log.csv, or the log itself
 * @throws DataError where it is not there or a line lacks image or steering
 */
export async function readUdacity(path: string, options: ReadOptions): Promise<Source> {
  const given = resolve(path);
  const file = existsSync(given) && statSync(given).isFile() ? given : join(given, LOG);
  const rows = readCsv(file, `${LOG} of Udacity’s simulator`);
  const header = headerOf(rows[0]);
  const columns = header ?? COLUMNS;
  const center = columns.indexOf('center');
  const steeringColumn = columns.indexOf('steering');
  if (center === -1 || steeringColumn === -1) {
    throw new DataError(`${file}: no column center or steering; its header has ${columns.join(', ')}`);
  }
  const steering = steeringOf(UDACITY, options.steering);
  const folder = dirname(file);
  const there = presence();
  const entries = rows.slice(header === undefined ? 0 : 1).map(({ cells, where }, ordinal): Entry => {
    const name = foreignBase(cells[center] ?? '');
    const text = cells[steeringColumn] ?? '';
    if (name === '' || text === '') {
      throw new DataError(
        `${where}: ${cells.length} columns, expected ${columns.join(', ')}; correct or delete it`,
      );
    }
    return {
      image: placeImage(name, [join(folder, 'IMG'), folder], there),
      label: curvature(Number(text), steering, where),
      time: dateIn(name),
      ordinal,
    };
  });
  const notes: string[] = [];
  const log = logOfImages(basename(folder), entries, file, options.skipMissing, notes);
  return { logs: [log], steering, nominalRate: RATE, crop: () => CROP, notes };
}

/** The names of the columns where the first row is a header: it names no picture. */
function headerOf({ cells }: CsvRow): string[] | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  return names.includes('steering') || names.includes('center') ? names : undefined;
}
