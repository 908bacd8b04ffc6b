/**
 * How large what files of others declare may be, looked at before memory is taken for it: a file of some kilobytes can claim
 * gigabytes. NCP_TRAIN_MAX_GB raises the limit, or lowers it.
 */
import { DataError } from '../errors.ts';

/** Variable of the environment: gigabytes that one piece of a file of others may take in memory. */
export const LIMIT_VARIABLE = 'NCP_TRAIN_MAX_GB';

/** Enough for a picture of 60 million pixels, for a second of full-size frames, and for every chunk that recorders write. */
const DEFAULT_GB = 1;

/** Frames of one recording, 18 hours at 30 a second; what is kept of each while a file is looked at is about 100 bytes. */
export const MOST_FRAMES = 2_000_000;

/** What a pixel may take while a picture is decoded: four channels of 16 bits, and copies on the way to RGB. */
const PIXEL_BYTES = 16;

/** Bytes that one piece may take: a picture, a chunk, a frame, a column. @throws DataError for a variable that is no number */
export function largestPiece(): number {
  const given = process.env[LIMIT_VARIABLE];
  if (given === undefined || given === '') return DEFAULT_GB * 1e9;
  const gigabytes = Number(given);
  if (!(gigabytes > 0))
    throw new DataError(`${LIMIT_VARIABLE}=${given}: expected gigabytes, a number above 0`);
  return gigabytes * 1e9;
}

/**
 * Why a piece is too large to be read; undefined where it is not.
 *
 * @param what - as the subject of a sentence, `its chunk 3`
 * @param bytes - that it will take in memory
 */
export function oversize(what: string, bytes: number): string | undefined {
  const limit = largestPiece();
  if (bytes <= limit) return undefined;
  return (
    `${what} claims ${gigabytes(bytes)}, and ${gigabytes(limit)} is the limit; ` +
    `if that is right, ${LIMIT_VARIABLE}=${Math.ceil(bytes / 1e9)} allows it`
  );
}

/** The same of a picture, by the size that its header claims. */
export const oversizePicture = ({ width, height }: { readonly width: number; readonly height: number }) =>
  oversize('the picture', width * height * PIXEL_BYTES);

/** @param path - of the file, for the error @throws DataError */
export function refuseOversize(path: string, what: string, bytes: number): void {
  const fault = oversize(what, bytes);
  if (fault !== undefined) throw new DataError(`${path}: ${fault}`);
}

const gigabytes = (bytes: number) =>
  bytes < 1e9
    ? `${Math.round(bytes / 1e6)} MB`
    : `${bytes < 1e12 ? (bytes / 1e9).toPrecision(3) : Math.round(bytes / 1e9)} GB`;
