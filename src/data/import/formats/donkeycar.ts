/**
 * Donkeycar’s tubs, of both versions. Version 2 is `manifest.json`, whose last line lists catalogs and deleted indexes,
 * `*.catalog` with a JSON record a line, and `images/`; version 1 is one `record_N.json` a frame beside its image.
 * `user/angle` is −1..1, positive to the right. Facts: test/data/README.md and the public project autorope/donkeycar.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../../errors.ts';
import { curvature, type Steering, steeringOf } from '../curvature.ts';
import { foldersInside } from '../folders-inside.ts';
import { type Entry, logOfImages } from '../image-frames.ts';
import { ImagePlaces } from '../image-places.ts';
import { RecordFaults } from '../logs/faults.ts';
import { dateIn } from '../logs/stamps.ts';
import { type Line, linesOf, parseJson, readText } from '../logs/text-file.ts';
import { type ReadOptions, type Source, wideCrop } from '../source.ts';

/** The usual car of the scale 1:16; steering range and wheelbase differ from car to car. */
export const DONKEYCAR: Steering = { unit: 'share', range: 25, ratio: 1, wheelbase: 0.17, sign: -1 };
/** Donkeycar’s drive loop, Hz. */
const RATE = 20;
/** The horizon lies at about two fifths of the picture; this takes a little above it and most of the track below. */
const MIDDLE = 0.61;
const TUB = 'a Donkeycar tub, a folder with manifest.json (version 2) or record_*.json (version 1)';

const MANIFEST = 'manifest.json';
const CATALOG = /^catalog_(\d+)\.catalog$/;
const SINGLE = /^record_(\d+)\.json$/;

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
  const faults = new RecordFaults();
  const found = recordsOf(tub, path, options, faults, notes);
  const driven = found.filter(({ record }) => (record['user/mode'] ?? 'user') === 'user');
  if (driven.length < found.length) {
    notes.push(`${path}: ${found.length - driven.length} records driven by a pilot, left out`);
  }
  const steering = steeringOf(DONKEYCAR, options.steering);
  const places = new ImagePlaces(tub, options.follow);
  const entries = driven.map((each) => faults.check(each.where, () => entryOf(each, tub, steering, places)));
  faults.settle(options, notes);
  if (driven.length === 0) throw new DataError(`${path}: no records driven by a person (user/mode "user")`);
  const log = logOfImages(basename(tub), entries, path, places, options, notes);
  return { logs: [log], steering, nominalRate: RATE, crop: (size) => wideCrop(size, MIDDLE), notes };
}

function unpacking(path: string): string {
  return path.endsWith('.zip') ? `unzip ${path}` : `tar xf ${path}`;
}

/** Whether a folder is a tub, of either version. */
function isTub(folder: string): boolean {
  return readdirSync(folder).some((name) => name === MANIFEST || CATALOG.test(name) || SINGLE.test(name));
}

function recordsOf(
  tub: string,
  path: string,
  options: ReadOptions,
  faults: RecordFaults,
  notes: string[],
): Found[] {
  if (!isTub(tub)) {
    const inside = foldersInside(path, isTub, 'donkeycar');
    if (inside !== '') throw new DataError(`${path}: no tub itself, but ${inside}`);
    throw new DataError(`${path}: neither ${MANIFEST} nor record_*.json; expected ${TUB}`);
  }
  const names = readdirSync(tub);
  if (!names.includes(MANIFEST) && names.some((name) => SINGLE.test(name)))
    return singleRecords(tub, names, faults);
  return catalogRecords(tub, names, options, faults, notes);
}

/** The records of a tub of version 2, without deleted ones. */
function catalogRecords(
  tub: string,
  names: readonly string[],
  options: ReadOptions,
  faults: RecordFaults,
  notes: string[],
): Found[] {
  const { paths, deleted } = manifestOf(tub, names, options, notes);
  const all = paths
    .flatMap((name) => catalogLines(join(tub, name), options, notes))
    .flatMap((line) => {
      const found = faults.attempt(line.where, (): Found => {
        const record = parseJson<TubRecord>(line);
        const index = record._index;
        if (typeof index !== 'number')
          throw new DataError(`${line.where}: no _index; the record cannot be placed`);
        return { record, index, where: line.where };
      });
      return found ?? [];
    });
  const kept = all.filter(({ index }) => !deleted.has(index));
  if (kept.length < all.length) notes.push(`${tub}: ${all.length - kept.length} deleted records, left out`);
  return kept;
}

/** Which catalogs there are, in order, and which records were deleted. */
interface Manifest {
  paths: string[];
  deleted: Set<number>;
}

/**
 * As manifest.json says in its last line. Where that line is lost, all catalogs of the folder, nothing deleted: at once if
 * the manifest ends before it, else where records may be left out, as the user may yet mend the line.
 */
function manifestOf(
  tub: string,
  names: readonly string[],
  { skipBroken }: ReadOptions,
  notes: string[],
): Manifest {
  const manifest = join(tub, MANIFEST);
  const catalogs = names.filter((name) => CATALOG.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
  const instead = (why: string): Manifest => {
    notes.push(`${why}: all ${catalogs.length} catalogs in the folder are read, deleted records with them`);
    return { paths: catalogs, deleted: new Set() };
  };
  let listed: { paths?: unknown[]; deleted_indexes?: unknown };
  let where = manifest;
  try {
    const last = linesOf(readText(manifest, 'the manifest of a tub'), manifest).at(-1) as Line;
    where = last.where;
    listed = parseJson(last);
  } catch (error) {
    if (!(error instanceof DataError) || catalogs.length === 0) throw error;
    if (skipBroken) return instead(error.message);
    const mend = where === manifest ? 'mend it' : 'mend or delete that line';
    const way = 'or read all catalogs in the folder, deleted records with them: --skip_broken';
    throw new DataError(`${error.message}; ${mend}, ${way}`);
  }
  if (!Array.isArray(listed.paths)) {
    if (catalogs.length > 0) return instead(`${where}: the manifest’s last line lists no catalogs`);
    throw new DataError(`${where}: no "paths", the list of catalogs, and no *.catalog in the folder`);
  }
  const { paths: given, deleted_indexes: deleted = [] } = listed;
  const odd = given.find((name) => typeof name !== 'string' || /\p{Cc}/u.test(name));
  if (odd !== undefined) {
    throw new DataError(
      `${where}: "paths" lists ${JSON.stringify(odd)}; expected names of catalogs: mend that line`,
    );
  }
  if (!isNumbers(deleted)) {
    const seen = JSON.stringify(deleted).slice(0, 60);
    throw new DataError(`${where}: "deleted_indexes" is ${seen}; expected a list of numbers: mend that line`);
  }
  // macOS archives carry a ._NAME beside every NAME, of no use to anybody.
  const paths = (given as string[]).map((name) => basename(name)).filter((name) => !name.startsWith('._'));
  return { paths, deleted: new Set(deleted) };
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');

const numberOf = (catalog: string) => Number(CATALOG.exec(catalog)?.[1]);

/** The lines of a catalog; none of one that the recorder had only begun. */
function catalogLines(catalog: string, { skipBroken }: ReadOptions, notes: string[]): Line[] {
  const name = basename(catalog);
  if (!existsSync(catalog)) {
    const what = `${catalog}: not there, but listed in ${MANIFEST}`;
    if (!skipBroken) throw new DataError(`${what}; restore it, or go on without its records: --skip_broken`);
    notes.push(`${what}; its records are left out`);
    return [];
  }
  const lines = statSync(catalog).size === 0 ? [] : linesOf(readText(catalog, 'a catalog of a tub'), catalog);
  if (lines.length === 0) notes.push(`${dirname(catalog)}: ${name} is empty`);
  return lines;
}

/** The records of a tub of version 1, by number. */
function singleRecords(tub: string, names: readonly string[], faults: RecordFaults): Found[] {
  const numbered = names
    .map((name) => SINGLE.exec(name))
    .filter((match) => match !== null)
    .map(([name, number]) => ({ file: join(tub, name), index: Number(number) }))
    .sort((a, b) => a.index - b.index);
  return numbered.flatMap(({ file, index }) => {
    const found = faults.attempt(file, (): Found => {
      const text = readText(file, 'a record of a tub');
      return { record: parseJson<TubRecord>({ text, where: file }), index, where: file };
    });
    return found ?? [];
  });
}

function entryOf(
  { record, index, where }: Found,
  tub: string,
  steering: Steering,
  places: ImagePlaces,
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
    image: places.within(places.place(basename(image), [join(tub, 'images'), tub]), where),
    label: curvature(angle, steering, where),
    time: secondsOf(record),
    ordinal: index,
    session: typeof record._session_id === 'string' ? record._session_id : undefined,
  };
}

/** Version 1 has milliseconds since the start of the tub, or a date, or nothing. */
function secondsOf({ _timestamp_ms, milliseconds, timestamp }: TubRecord): number | undefined {
  const ms = _timestamp_ms ?? milliseconds;
  if (typeof ms === 'number') return ms / 1000;
  if (typeof timestamp === 'number') return timestamp;
  return typeof timestamp === 'string' ? dateIn(timestamp) : undefined;
}
