/**
 * Images and a log of their names with curvature or steering angle: any CSV with such columns, and two layouts known
 * by themselves.
 * - SullyChen’s `data.txt`: lines `0.jpg 0.000000`, degrees of the steering wheel; the set of 2018 appends
 *   `,2018-07-01 17:09:44:912`.
 * - Udacity’s real car, `interpolated.csv`: a frame_id column names the camera of each row, angles are radians of the
 *   steering wheel, times nanoseconds.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { DataError } from '../../../errors.ts';
import { curvature, type Steering, steeringOf } from '../curvature.ts';
import { foldersInside } from '../folders-inside.ts';
import { type Entry, foreignBase, logOfImages, numberedByName } from '../image-frames.ts';
import { ImagePlaces } from '../image-places.ts';
import { type EvenRow, evenRows } from '../logs/decimal-comma.ts';
import { RecordFaults } from '../logs/faults.ts';
import { secondsIn } from '../logs/stamps.ts';
import { type Columns, findColumns, numberIn, readCsv } from '../logs/table.ts';
import { linesOf, readText, shown } from '../logs/text-file.ts';
import { type ReadOptions, type Source, type TimeUnit, wideCrop } from '../source.ts';

/** A layout: what its angles are, how fast its camera was, where in the picture the road is. */
interface Layout {
  /** For the note that says what a file was taken for. */
  name: string;
  steering: Steering;
  rate: number;
  /** Middle of the crop, 0 top to 1 bottom. */
  middle: number;
}

/** Nothing is known of it but what the user says: degrees of the front wheels, a middle-sized car. */
export const CSV: Layout = {
  name: 'a CSV',
  steering: { unit: 'deg', range: 25, ratio: 1, wheelbase: 2.7, sign: 1 },
  rate: 30,
  middle: 0.65,
};

/** A Honda Civic of 2014; its published viewer turns the wheel clockwise for positive angles. */
const SULLY: Layout = {
  name: 'the data.txt of SullyChen',
  steering: { unit: 'deg', range: 25, ratio: 15, wheelbase: 2.67, sign: -1 },
  rate: 30,
  middle: 1,
};

/** A Lincoln MKZ whose angles follow ROS: positive to the left. */
const UDACITY_CAR: Layout = {
  name: 'the interpolated.csv of Udacity’s car',
  steering: { unit: 'rad', range: 25, ratio: 14.8, wheelbase: 2.85, sign: 1 },
  rate: 20,
  middle: 0.62,
};

const CENTER = 'center_camera';
const LOG = 'a log of images: a CSV with columns for file and curvature or angle, or SullyChen’s data.txt';

/** What a row of any layout says, before its image is looked for. */
interface Reading {
  name: string;
  value: number;
  time?: number;
}

/** A row and where it stands. */
interface Row {
  where: string;
  /** @throws DataError where it cannot be used */
  read(): Reading;
}

/**
 * @param path - the folder of the log, or the log itself
 * @throws DataError where log, columns or images are not there, or a value is no number
 */
export async function readImages(path: string, options: ReadOptions): Promise<Source> {
  const file = logFile(resolve(path), options.log);
  const notes: string[] = [];
  const faults = new RecordFaults();
  const sully = extname(file) === '.txt' && options.columns === undefined;
  const { layout, rows, isCurvature } = sully ? readSully(file, notes) : readTable(file, options, notes);
  if (layout !== CSV) notes.push(`${file}: taken for ${layout.name}`);
  const steering = isCurvature ? undefined : steeringOf(layout.steering, options.steering);
  const sign = options.steering.sign ?? 1;
  const folder = options.images === undefined ? dirname(file) : resolve(options.images);
  const places = new ImagePlaces(folder, options.follow);
  const usual = ['', 'images', 'data', 'IMG'].map((sub) => join(folder, sub));
  const entries = rows.map(({ where, read }, ordinal) =>
    faults.attempt(where, (): Entry => {
      const { name, value, time } = read();
      return {
        image: found(name.replaceAll('\\', '/'), places, usual, where),
        label: steering === undefined ? sign * finite(value, where) + 0 : curvature(value, steering, where),
        time,
        ordinal,
      };
    }),
  );
  faults.settle(options, notes);
  const log = logOfImages(
    basename(dirname(file)),
    numberedByName(entries, file, notes),
    file,
    places,
    options,
    notes,
  );
  return {
    logs: [log],
    steering,
    nominalRate: layout.rate,
    crop: (size) => wideCrop(size, layout.middle),
    notes,
  };
}

/**
 * Where the log says, else its last part in the folder itself or one of the usual ones inside.
 *
 * @param usual - folders, that of the images first
 * @throws DataError for an image that is there, but outside
 */
function found(name: string, places: ImagePlaces, usual: readonly string[], where: string): string {
  const asSaid = isAbsolute(name) ? name : join(usual[0], name);
  const isMeant = places.follow || asSaid.startsWith(join(usual[0], '/'));
  if (isMeant && places.has(asSaid)) return places.within(asSaid, where);
  const placed = places.place(foreignBase(name), usual);
  // The drive was moved, and its log still has the old place.
  if (places.has(placed)) return places.within(placed, where);
  return places.has(asSaid) ? places.within(asSaid, where) : placed;
}

function finite(value: number, where: string): number {
  if (!Number.isFinite(value)) throw new DataError(`${where}: the curvature is ${value}`);
  return value;
}

/** The log: as said, the path itself where it is a file, else the only one in the folder. */
function logFile(path: string, given: string | undefined): string {
  if (given !== undefined) return existsSync(join(path, given)) ? join(path, given) : resolve(given);
  if (!existsSync(path)) throw new DataError(`${path}: not there; expected ${LOG}, or its folder`);
  if (statSync(path).isFile()) return path;
  const candidates = logsIn(path);
  const known = candidates.find((name) => name === 'interpolated.csv') ?? candidates[0];
  if (known === undefined) {
    const inside = foldersInside(path, (each) => logsIn(each).length > 0, 'images');
    const instead = inside === '' ? `; expected ${LOG}` : ` in it, but ${inside}`;
    throw new DataError(`${path}: no *.csv and no data.txt${instead}`);
  }
  if (candidates.length > 1 && known !== 'interpolated.csv') {
    throw new DataError(`${path}: several logs, ${candidates.join(', ')}; say which: --log ${candidates[0]}`);
  }
  return join(path, known);
}

function logsIn(folder: string): string[] {
  const logs = readdirSync(folder).filter((name) => /\.csv$/i.test(name) || name === 'data.txt');
  return logs.filter((name) => !name.startsWith('._'));
}

/** An image, degrees, and in the set of 2018 a date; decimal commas as a locale writes them. */
const SULLY_LINE = /^(\S+)\s+([^\s,]+(?:,\d+)?)(?:\s*,\s*(\d.*\D.*))?$/;

function readSully(file: string, notes: string[]): { layout: Layout; rows: Row[]; isCurvature: false } {
  const lines = linesOf(readText(file, LOG), file).map(({ text, where }) => {
    const [, name, angle, date] = SULLY_LINE.exec(text) ?? [];
    if (name !== undefined) return { cells: [name, angle, date ?? ''], where };
    return {
      cells: ['', '', ''],
      where,
      fault: `${where}: "${shown(text)}"; expected an image and degrees, e.g. 0.jpg 1.25`,
    };
  });
  const even = evenRows(lines, { width: 3, isNamed: true, used: [1] }, file, notes);
  const rows = even.map(({ cells: [name, angle, date], where, fault }, i): Row => {
    const problem = lines[i].fault ?? fault;
    const read = () => {
      if (problem !== undefined) throw new DataError(problem);
      return { name, value: numberIn(angle), time: date === '' ? undefined : timeOf(date, where) };
    };
    return { where, read };
  });
  return { layout: SULLY, rows, isCurvature: false };
}

function readTable(file: string, options: ReadOptions, notes: string[]) {
  const all = readCsv(file, LOG);
  const { columns, header } = findColumns(all, options.columns);
  const names = header ? all[0].cells : undefined;
  const cameraColumn = names?.indexOf('frame_id') ?? -1;
  const layout = cameraColumn !== -1 && columns.angle !== undefined ? UDACITY_CAR : CSV;
  if (names !== undefined && all.length === 1) throw new DataError(`${file}: a header and no rows`);
  const numbers = [columns.curvature, columns.angle, columns.time].filter((column) => column !== undefined);
  const wanted = { width: names?.length, isNamed: header, used: numbers };
  let data = evenRows(header ? all.slice(1) : all, wanted, file, notes);
  if (names === undefined) refuseCutNumbers(data, numbers, file);
  if (cameraColumn !== -1) {
    const camera = options.camera ?? CENTER;
    const cameras = [...new Set(data.map(({ cells }) => cells[cameraColumn]))];
    data = data.filter(({ cells, fault }) => fault !== undefined || cells[cameraColumn] === camera);
    if (data.length === 0) {
      throw new DataError(`${file}: no row of ${camera}; frame_id has ${cameras.join(', ')}: --camera NAME`);
    }
    if (cameras.length > 1) notes.push(`${file}: rows of ${camera} only, of ${cameras.join(', ')}`);
  }
  const rows = data.map((row): Row => ({ where: row.where, read: () => readingOf(row, columns, options) }));
  return { layout, rows, isCurvature: columns.curvature !== undefined };
}

/**
 * Without a header nobody knows how many columns there should be, so that decimal commas between commas look like columns.
 * @throws DataError where a column of whole numbers is followed by one that looks like their decimals
 */
function refuseCutNumbers(rows: readonly EvenRow[], columns: readonly number[], file: string): void {
  const whole = rows.filter(({ fault }) => fault === undefined);
  const cut = columns.find((column) => {
    const next = whole.map(({ cells }) => cells[column + 1] ?? '');
    const areDigits = next.length > 0 && next.every((cell) => /^\d+$/.test(cell));
    return (
      areDigits &&
      next.some((cell) => /^0\d/.test(cell)) &&
      whole.every(({ cells }) => /^[+-]?\d+$/.test(cells[column]))
    );
  });
  if (cut === undefined) return;
  throw new DataError(
    `${file}: column ${cut + 1} has whole numbers only and column ${cut + 2} what looks like their decimals, as of ` +
      'decimal commas between commas; give the file a header, or write it with points, quotes or semicolons',
  );
}

function readingOf({ cells, where, fault }: EvenRow, columns: Columns, { timeUnit }: ReadOptions): Reading {
  if (fault !== undefined) throw new DataError(fault);
  const cell = (column: number) => {
    if (cells[column] === '') throw new DataError(`${where}: column ${column + 1} is empty`);
    return cells[column];
  };
  const name = cell(columns.file as number);
  const value = numberIn(cell((columns.curvature ?? columns.angle) as number));
  if (columns.time === undefined) return { name, value };
  return { name, value, time: timeOf(cell(columns.time), where, timeUnit) };
}

function timeOf(text: string, where: string, unit?: TimeUnit): number {
  const time = secondsIn(text, unit);
  if (time === undefined) throw new DataError(`${where}: the time is "${text}"; expected a number or a date`);
  return time;
}
