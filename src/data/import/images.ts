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
import { DataError } from '../../errors.ts';
import { curvature, type Steering, steeringOf } from './curvature.ts';
import { type Entry, foreignBase, logOfImages, placeImage, presence } from './image-frames.ts';
import { type ReadOptions, type Source, wideCrop } from './source.ts';
import { secondsIn } from './stamps.ts';
import { type Columns, type CsvRow, findColumns, readCsv } from './table.ts';
import { linesOf, readText } from './text-file.ts';

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

/** A row of any layout before its image is looked for. */
interface Reading {
  name: string;
  value: number;
  time?: number;
  ordinal: number;
  where: string;
}

/**
 * @param path - the folder of the log, or the log itself
 * @throws DataError where log, columns or images are not there, or a value is no number
 */
export async function readImages(path: string, options: ReadOptions): Promise<Source> {
  const file = logFile(resolve(path), options.log);
  const notes: string[] = [];
  const sully = extname(file) === '.txt' && options.columns === undefined;
  const { layout, readings, isCurvature } = sully ? readSully(file) : readTable(file, options, notes);
  if (layout !== CSV) notes.push(`${file}: taken for ${layout.name}`);
  const steering = isCurvature ? undefined : steeringOf(layout.steering, options.steering);
  const sign = options.steering.sign ?? 1;
  const there = presence();
  const folder = options.images === undefined ? dirname(file) : resolve(options.images);
  const entries = readings.map(({ name, value, time, ordinal, where }): Entry => {
    const relative = name.replaceAll('\\', '/');
    return {
      image: found(relative, folder, there),
      label: steering === undefined ? sign * finite(value, where) + 0 : curvature(value, steering, where),
      time,
      ordinal,
    };
  });
  const log = logOfImages(basename(dirname(file)), entries, file, options.skipMissing, notes);
  return {
    logs: [log],
    steering,
    nominalRate: layout.rate,
    crop: (size) => wideCrop(size, layout.middle),
    notes,
  };
}

/** Where the log says, else its last part in the folder itself or one of the usual ones inside. */
function found(name: string, folder: string, there: (path: string) => boolean): string {
  const asSaid = isAbsolute(name) ? name : join(folder, name);
  if (there(asSaid)) return asSaid;
  const inside = ['', 'images', 'data', 'IMG'].map((sub) => join(folder, sub));
  return placeImage(foreignBase(name), inside, there);
}

function finite(value: number, where: string): number {
  if (!Number.isFinite(value))
    throw new DataError(`${where}: the curvature is ${value}; correct the line or delete it`);
  return value;
}

/** The log: as said, the path itself where it is a file, else the only one in the folder. */
function logFile(path: string, given: string | undefined): string {
  if (given !== undefined) return existsSync(join(path, given)) ? join(path, given) : resolve(given);
  if (!existsSync(path)) throw new DataError(`${path}: not there; expected ${LOG}, or its folder`);
  if (statSync(path).isFile()) return path;
  const logs = readdirSync(path).filter((name) => /\.csv$/i.test(name) || name === 'data.txt');
  const candidates = logs.filter((name) => !name.startsWith('._'));
  const known = candidates.find((name) => name === 'interpolated.csv') ?? candidates[0];
  if (known === undefined) throw new DataError(`${path}: no *.csv and no data.txt; expected ${LOG}`);
  if (candidates.length > 1 && known !== 'interpolated.csv') {
    throw new DataError(`${path}: several logs, ${candidates.join(', ')}; say which: --log ${candidates[0]}`);
  }
  return join(path, known);
}

function readSully(file: string): { layout: Layout; readings: Reading[]; isCurvature: false } {
  const readings = linesOf(readText(file, LOG), file).map(({ text, where }, ordinal) => {
    const [, name, angle, date] = /^(\S+)\s+([^\s,]+)(?:\s*,\s*(.+))?$/.exec(text) ?? [];
    if (name === undefined) {
      throw new DataError(
        `${where}: "${text}"; expected an image and degrees, e.g. 0.jpg 1.25; correct or delete it`,
      );
    }
    return { name, value: Number(angle), time: dateOf(date, where), ordinal, where };
  });
  return { layout: SULLY, readings, isCurvature: false };
}

function readTable(file: string, options: ReadOptions, notes: string[]) {
  const rows = readCsv(file, LOG);
  const { columns, header } = findColumns(rows, options.columns);
  const cameraColumn = header ? rows[0].cells.indexOf('frame_id') : -1;
  const layout = cameraColumn !== -1 && columns.angle !== undefined ? UDACITY_CAR : CSV;
  let data = header ? rows.slice(1) : rows;
  if (data.length === 0) throw new DataError(`${file}: a header and no rows`);
  if (cameraColumn !== -1) {
    const camera = options.camera ?? CENTER;
    const cameras = [...new Set(data.map(({ cells }) => cells[cameraColumn]))];
    data = data.filter(({ cells }) => cells[cameraColumn] === camera);
    if (data.length === 0) {
      throw new DataError(`${file}: no row of ${camera}; frame_id has ${cameras.join(', ')}: --camera NAME`);
    }
    if (cameras.length > 1) notes.push(`${file}: rows of ${camera} only, of ${cameras.join(', ')}`);
  }
  const readings = data.map((row, ordinal) => readingOf(row, columns, ordinal, options));
  return { layout, readings, isCurvature: columns.curvature !== undefined };
}

function readingOf(
  { cells, where }: CsvRow,
  columns: Columns,
  ordinal: number,
  options: ReadOptions,
): Reading {
  const cell = (column: number) => {
    const text = cells[column] ?? '';
    if (text === '')
      throw new DataError(`${where}: column ${column + 1} is empty; correct the line or delete it`);
    return text;
  };
  const name = cell(columns.file as number);
  const value = Number(cell((columns.curvature ?? columns.angle) as number));
  if (columns.time === undefined) return { name, value, ordinal, where };
  return { name, value, time: timeOf(cell(columns.time), where, options), ordinal, where };
}

function timeOf(text: string, where: string, { timeUnit }: ReadOptions): number {
  const time = secondsIn(text, timeUnit);
  if (time === undefined) throw new DataError(`${where}: the time is "${text}"; expected a number or a date`);
  return time;
}

function dateOf(text: string | undefined, where: string): number | undefined {
  return text === undefined ? undefined : timeOf(text, where, { steering: {}, skipMissing: false });
}
