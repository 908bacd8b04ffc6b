/** The foreign formats, by the names that `data import` takes. Adding one: a reader in a file of its own, a line here. */
import { UsageError } from '../../../errors.ts';
import { reading } from '../../../files/reading.ts';
import { unknownName } from '../../../text/nearest.ts';
import { type Steering, steeringText } from '../curvature.ts';
import type { ReadOptions, Source } from '../source.ts';
import { COMMA2016, readComma2016 } from './comma2016.ts';
import { DONKEYCAR, readDonkeycar } from './donkeycar.ts';
import { CSV, readImages } from './images.ts';
import { readUdacity, UDACITY } from './udacity.ts';

export type Reader = (path: string, options: ReadOptions) => Promise<Source>;

interface Format {
  read: Reader;
  /** What PATH is. */
  path: string;
  /** What an angle is taken for, unless options say otherwise. */
  steering: Steering;
}

const TABLE: Record<string, Format> = {
  donkeycar: { read: readDonkeycar, path: 'a tub, version 1 or 2', steering: DONKEYCAR },
  udacity: { read: readUdacity, path: 'driving_log.csv and IMG/ of the simulator', steering: UDACITY },
  comma2016: { read: readComma2016, path: 'camera/*.h5 and log/*.h5', steering: COMMA2016 },
  images: {
    read: readImages,
    path: 'images and a CSV; also data.txt of SullyChen and interpolated.csv of Udacity’s car',
    steering: CSV.steering,
  },
};

export const FORMATS = Object.keys(TABLE);

/** A line or two for each format: what it reads and what its steering is taken for. */
export function formatsText(): string {
  return Object.entries(TABLE)
    .map(
      ([name, { path, steering }]) =>
        `  ${name.padEnd(11)}${path}\n${' '.repeat(13)}steering: ${steeringText(steering)}`,
    )
    .join('\n');
}

/** @throws UsageError for a format that does not exist */
export function readerOf(format: string): Reader {
  if (!FORMATS.includes(format)) throw new UsageError(unknownName('format', format, FORMATS));
  return (path, options) => reading(path, () => TABLE[format].read(path, options));
}
