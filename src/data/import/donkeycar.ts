/**
 * Donkeycar’s tubs, of both versions. Version 2 is `manifest.json`, whose last line lists catalogs and deleted indexes,
 * `*.catalog` with a JSON record a line, and `images/`; version 1 is one `record_N.json` a frame beside its image.
 * `user/angle` is −1..1, positive to the right. Facts: test/data/README.md and the public project autorope/donkeycar.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataError } from '../../errors.ts';
import { curvature, type Steering, steeringOf } from './curvature.ts';
import { type Entry, logOfImages, placeImage, presence } from './image-frames.ts';
import { type ReadOptions, type Source, wideCrop } from './source.ts';
import { dateIn } from './stamps.ts';
import { type Line, linesOf, parseJson, readText } from './text-file.ts';

/** The usual car of the scale 1:16; steering range and wheelbase differ from car to car. */
export const DONKEYCAR: Steering = { unit: 'share', range: 25, ratio: 1, wheelbase: 0.17, sign: -1 };
/** Donkeycar’s drive loop, Hz. */
const RATE = 20;
/** The horizon lies at about two fifths of the picture; this takes a little above it and most of the track below. */
const MIDDLE = 0.61;
const TUB = 'a Donkeycar tub, a folder with manifest.json (version 2) or record_*.json (version 1)';

/** One frame as recorded; names as in the files. */
interface TubRecord {
  _index?: number;
  _timestamp_ms?: number;
  _session_id?: string;
  'cam/image_array'?: string;
  'user/angle'?: number;
  'user/mode'?: string;
  milliseconds?: number;
  timestamp?: string | number;
}

/** A record and where it stands. */
interface Found {
  record: TubRecord;
  index: number;
  where: string;
}

/**
 * @param path - the tub’s folder
 * @throws DataError for anything else, and for records without image or angle
 */
export async function readDonkeycar(path: string, options: ReadOptions): Promise<Source> {
  const tub = resolve(path);
  if (existsSync(tub) && statSync(tub).isFile()) {
    const unpack = /\.(tar\.gz|tgz|tar|zip)$/.test(tub) ? `; unpack it first: ${unpacking(path)}` : '';
    throw new DataError(`${path}: a file; expected ${TUB}${unpack}`);
  }
  if (!existsSync(tub)) throw new DataError(`${path}: not there; expected ${TUB}`);
  const notes: string[] = [];
  const found = existsSync(join(tub, 'manifest.json'))
    ? catalogRecords(tub, notes)
    : singleRecords(tub, path);
  const driven = found.filter(({ record }) => (record['user/mode'] ?? 'user') === 'user');
  if (driven.length < found.length) {
    notes.push(`${path}: ${found.length - driven.length} records driven by a pilot, left out`);
  }
  if (driven.length === 0) throw new DataError(`${path}: no records driven by a person (user/mode "user")`);
  const steering = steeringOf(DONKEYCAR, options.steering);
  const there = presence();
  const entries = driven.map((each) => entryOf(each, tub, steering, there));
  const log = logOfImages(basename(tub), entries, path, options.skipMissing, notes);
  return { logs: [log], steering, nominalRate: RATE, crop: (size) => wideCrop(size, MIDDLE), notes };
}

function unpacking(path: string): string {
  return path.endsWith('.zip') ? `unzip ${path}` : `tar xf ${path}`;
}

/** The records of a tub of version 2, without deleted ones. */
function catalogRecords(tub: string, notes: string[]): Found[] {
  const manifest = join(tub, 'manifest.json');
  const last = linesOf(readText(manifest, 'the manifest of a tub'), manifest).at(-1) as Line;
  const { paths, deleted_indexes = [] } = parseJson<{ paths?: string[]; deleted_indexes?: number[] }>(last);
  if (!Array.isArray(paths)) {
    throw new DataError(
      `${last.where}: no "paths"; expected the list of catalogs in the manifest’s last line`,
    );
  }
  const deleted = new Set(deleted_indexes);
  // macOS archives carry a ._NAME beside every NAME, of no use to anybody.
  const catalogs = paths.map((name) => basename(name)).filter((name) => !name.startsWith('._'));
  const all = catalogs.flatMap((name) => {
    const catalog = join(tub, name);
    return linesOf(readText(catalog, 'a catalog that manifest.json lists'), catalog).map((line) => {
      const record = parseJson<TubRecord>(line);
      const index = record._index;
      if (typeof index !== 'number')
        throw new DataError(`${line.where}: no _index; the record cannot be placed`);
      return { record, index, where: line.where };
    });
  });
  const kept = all.filter(({ index }) => !deleted.has(index));
  if (kept.length < all.length) notes.push(`${tub}: ${all.length - kept.length} deleted records, left out`);
  return kept;
}

/** The records of a tub of version 1, by number. */
function singleRecords(tub: string, path: string): Found[] {
  const numbered = readdirSync(tub)
    .map((name) => /^record_(\d+)\.json$/.exec(name))
    .filter((match) => match !== null)
    .map(([name, number]) => ({ file: join(tub, name), index: Number(number) }))
    .sort((a, b) => a.index - b.index);
  if (numbered.length === 0)
    throw new DataError(`${path}: neither manifest.json nor record_*.json; expected ${TUB}`);
  return numbered.map(({ file, index }) => {
    const text = readText(file, 'a record of a tub');
    return { record: parseJson<TubRecord>({ text, where: file }), index, where: file };
  });
}

function entryOf(
  { record, index, where }: Found,
  tub: string,
  steering: Steering,
  there: (path: string) => boolean,
): Entry {
  const { 'cam/image_array': image, 'user/angle': angle } = record;
  if (typeof image !== 'string' || image === '') {
    throw new DataError(`${where}: no cam/image_array; the record has ${Object.keys(record).join(', ')}`);
  }
  if (typeof angle !== 'number') {
    throw new DataError(
      `${where}: user/angle is ${JSON.stringify(angle) ?? 'absent'}; expected a number −1..1`,
    );
  }
  return {
    image: placeImage(basename(image), [join(tub, 'images'), tub], there),
    label: curvature(angle, steering, where),
    time: secondsOf(record),
    ordinal: index,
    session: record._session_id,
  };
}

/** Version 1 has milliseconds since the start of the tub, or a date, or nothing. */
function secondsOf({ _timestamp_ms, milliseconds, timestamp }: TubRecord): number | undefined {
  const ms = _timestamp_ms ?? milliseconds;
  if (typeof ms === 'number') return ms / 1000;
  if (typeof timestamp === 'number') return timestamp;
  return timestamp === undefined ? undefined : dateIn(timestamp);
}
