/**
 * What is said of a part of an HDF5 file that cannot be read: whether it is damaged, packed by a filter that is not here, or
 * lies in another file; and what to do about each.
 */
import { RecordingError } from './defect.ts';
import { hdf5Reason, missingFilter } from './hdf5.ts';

/** The message and the remedy, as {@link RecordingError} takes them. */
export interface ReadFault {
  readonly message: string;
  readonly remedy: string;
}

/**
 * @param path - of the file, for the command that rewrites it
 * @param error - as HDF5 threw it
 * @param damaged - the remedy where the file is damaged
 */
export function readFault(path: string, error: unknown, damaged: string): ReadFault {
  const filter = missingFilter(error);
  if (filter !== undefined) {
    const message = `it is compressed with the filter ${filter}, which is not read here`;
    // Without the plugin h5repack leaves the dataset out, with a warning and status 0: hence no `&& mv`.
    const remedy =
      'Rewrite the file with gzip: by the lines of Python in docs/data.md, Filters, or with HDF5_PLUGIN_PATH set to where that ' +
      `filter’s plugin is, h5repack -f GZIP=4 ${shellQuoted(path)} rewritten.h5`;
    return { message, remedy };
  }
  const reason = hdf5Reason(error);
  const message = `cannot be read: ${reason}`;
  if (reason.includes('external raw data file'))
    return { message, remedy: 'Its values lie in a file of their own: put that beside this one again' };
  return { message, remedy: damaged };
}

/** The error for a part of a recording that HDF5 could not read. */
export function unreadable(path: string, error: unknown, dataset?: string, index?: number): RecordingError {
  const fault = readFault(path, error, 'The file is damaged: copy or record it again');
  return new RecordingError({ severity: 'error', file: path, dataset, index, ...fault });
}

const shellQuoted = (path: string) =>
  /^[\w./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
