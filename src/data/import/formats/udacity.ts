/**
 * Drives recorded by Udacity’s simulator: `driving_log.csv` and `IMG/`. The log has the columns center, left, right,
 * steering, throttle, brake, speed, usually without a header; its paths are those of the machine that recorded, Windows
 * or Unix, so only their last part counts. Time stands in the image’s name alone. Steering is −1..1 for ±25°, positive
 * to the right. The side cameras are not used: their labels would be guesses.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../../errors.ts';
import { curvature, type Steering, steeringOf } from '../curvature.ts';
import { foldersInside } from '../folders-inside.ts';
import { type Entry, foreignBase, logOfImages, numberedByName } from '../image-frames.ts';
import { ImagePlaces } from '../image-places.ts';
import { evenRows } from '../logs/decimal-comma.ts';
import { RecordFaults } from '../logs/faults.ts';
import { dateIn } from '../logs/stamps.ts';
import { type CsvRow, numberIn, readCsv } from '../logs/table.ts';
import type { ReadOptions, Source } from '../source.ts';

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
  if (existsSync(given) && statSync(given).isDirectory() && !isDrive(given)) {
    const inside = foldersInside(path, isDrive, 'udacity');
    if (inside !== '') throw new DataError(`${path}: no ${LOG} in it, but ${inside}`);
  }
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
  const places = new ImagePlaces(folder, options.follow);
  const folders = [join(folder, 'IMG'), folder];
  const notes: string[] = [];
  const faults = new RecordFaults();
  const data = rows.slice(header === undefined ? 0 : 1);
  const wanted = { width: columns.length, isNamed: header !== undefined, used: [steeringColumn] };
  const entries = evenRows(data, wanted, file, notes).map((row, ordinal) =>
    faults.attempt(row.where, (): Entry => {
      if (row.fault !== undefined) throw new DataError(`${row.fault} (${columns.join(', ')})`);
      const name = foreignBase(row.cells[center]);
      if (name === '') throw new DataError(`${row.where}: column ${center + 1} is empty`);
      return {
        image: places.within(places.place(name, folders), row.where),
        label: curvature(numberIn(row.cells[steeringColumn]), steering, row.where),
        time: dateIn(name),
        ordinal,
      };
    }),
  );
  faults.settle(options, notes);
  const numbered = numberedByName(entries, file, notes);
  const log = logOfImages(basename(folder), numbered, file, places, options, notes);
  return { logs: [log], steering, nominalRate: RATE, crop: () => CROP, notes };
}

const isDrive = (folder: string) => existsSync(join(folder, LOG));

/** The names of the columns where the first row is a header: it names no picture. */
function headerOf({ cells }: CsvRow): string[] | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  return names.includes('steering') || names.includes('center') ? names : undefined;
}
