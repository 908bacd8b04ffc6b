/**
 * What a recording must look like (docs/pipeline.md §1): opens the file and finds its three datasets, or says all that is
 * wrong with their names, types, shapes, lengths and values. Reads no frames; recording.ts does.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { BrokenSoftLink, Dataset, type Entity, ExternalLink, File } from 'h5wasm/node';
import { MOST_FRAMES } from '../../files/limits.ts';
import { type Defect, RecordingError } from './defect.ts';
import { entityOf, hdf5Reason, numberType, otherType, oversizeFault } from './hdf5.ts';
import { timeErrors } from './time-faults.ts';

const IMPORT = 'See docs/data.md for the format; `ncp-train data import` converts other formats';

/**
 * Opens the file; HDF5 is loaded.
 * @throws RecordingError for a file that is absent, truncated or no HDF5
 */
export function openFile(path: string): File {
  const fault = (message: string, remedy: string) =>
    new RecordingError({ severity: 'error', file: path, message, remedy });
  const status = existsSync(path) ? statSync(path) : undefined;
  if (status === undefined) throw fault('there is no such file', 'Check the path');
  if (!status.isFile()) throw fault('this is no file', 'Give one recording (*.h5)');
  try {
    return new File(resolve(path), 'r');
  } catch (error) {
    const reason = hdf5Reason(error);
    if (reason.includes('driver should be used') || isFamilyMember(path)) {
      throw fault(
        'this is one of several files that make one recording (HDF5’s split, multi or family driver)',
        'Copy them into one file with what wrote them, in Python with h5py.File(…, driver=…)',
      );
    }
    if (reason.startsWith('truncated file') || status.size === 0)
      throw fault(`the file is truncated, ${status.size} bytes are there`, 'Copy or record it again');
    if (reason === 'file signature not found') throw fault('this is no HDF5 file', IMPORT);
    if (reason.includes('already open for write')) {
      throw fault(
        'the file is marked as open for writing',
        `Wait until its writer has closed it; where that was killed, \`h5clear -s ${path}\` takes the mark away`,
      );
    }
    throw fault(`the file cannot be opened: ${reason}`, 'Check its permissions, or copy it again');
  }
}

/** Whether this is the first of the files that HDF5's family driver wrote: its superblock names the driver. */
function isFamilyMember(path: string): boolean {
  const head = Buffer.alloc(256);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // what keeps it from being read was said
  }
  return head.includes('NCSAfami');
}

/**
 * A further dataset [M] that a recording may have: numbers of frames, above 0, before which frames are missing, so that no
 * sequence spans them, however little time passes there.
 */
export const SEQUENCE_STARTS = 'sequence_starts';

/** @returns the numbers in `sequence_starts`, none where there is no such dataset */
export function sequenceStarts(
  file: File,
  frames: number,
  read: (dataset: Dataset) => Float64Array,
): number[] | undefined {
  const dataset = entityOf(file, SEQUENCE_STARTS);
  if (!(dataset instanceof Dataset) || !numberType(dataset)?.includes('int')) return undefined;
  if (dataset.shape?.length !== 1 || dataset.shape[0] === 0) return undefined;
  return Array.from(read(dataset)).filter((start) => start > 0 && start < frames);
}

interface Expected {
  readonly shape: string;
  readonly fits: (shape: readonly number[]) => boolean;
  readonly types: string;
  readonly takes: (type: string) => boolean;
}

const COLUMN: Expected = {
  shape: '[N] or [N,1]',
  fits: ([, ...rest]) => rest.length === 0 || (rest.length === 1 && rest[0] === 1),
  types: 'numbers',
  takes: () => true,
};

const EXPECTED = {
  camera_front: {
    shape: '[N,height,width,3]',
    fits: ([, height, width, channels, ...rest]) =>
      height > 0 && width > 0 && channels === 3 && rest.length === 0,
    types: 'uint8 or other whole numbers',
    takes: (type) => type.includes('int'),
  },
  inverse_r: COLUMN,
  timestamp: COLUMN,
} satisfies Record<string, Expected>;

type DatasetName = keyof typeof EXPECTED;

/**
 * The three datasets.
 * @throws RecordingError listing all that is wrong with their names, types, shapes and lengths
 */
export function findDatasets(path: string, file: File): Record<DatasetName, Dataset> {
  const there = file.keys();
  const found: Partial<Record<DatasetName, Dataset>> = {};
  const defects: Defect[] = [];
  for (const [name, expected] of Object.entries(EXPECTED) as [DatasetName, Expected][]) {
    const entity = entityOf(file, name);
    const message = misfit(entity, expected, there);
    const fault = message === undefined ? sourceDefect(path, name, entity as Dataset) : undefined;
    if (message !== undefined)
      defects.push({ severity: 'error', file: path, dataset: name, message, remedy: IMPORT });
    else if (fault !== undefined) defects.push(fault);
    else found[name] = entity as Dataset;
  }
  if (defects.length > 0) throw new RecordingError(...defects);
  const datasets = found as Record<DatasetName, Dataset>;

  const [frames, labels, times] = Object.values(datasets).map(({ shape }) => (shape as number[])[0]);
  if (frames !== labels || frames !== times) {
    const message = `lengths differ: camera_front has ${frames} frames, inverse_r ${labels} values, timestamp ${times}`;
    const remedy = 'Cut them to the frames that belong together';
    throw new RecordingError({ severity: 'error', file: path, message, remedy });
  }
  if (frames > MOST_FRAMES) {
    const message = `it claims ${frames} frames, at most ${MOST_FRAMES} are read`;
    const remedy = 'Cut the recording into several';
    throw new RecordingError({ severity: 'error', file: path, dataset: 'camera_front', message, remedy });
  }
  if (frames === 0) {
    const remedy = 'Remove the file from the folder';
    const message = 'there are no frames';
    throw new RecordingError({ severity: 'error', file: path, dataset: 'camera_front', message, remedy });
  }
  return datasets;
}

/** Why this is not the dataset expected; undefined where it is. */
function misfit(entity: Entity | null, expected: Expected, there: readonly string[]): string | undefined {
  if (entity === null) return `there is no such dataset; the file holds ${there.join(', ') || 'none at all'}`;
  if (!(entity instanceof Dataset)) return noDataset(entity);
  const shape = entity.shape ?? [];
  if (shape.length === 0 || !expected.fits(shape))
    return `its shape is [${shape}], expected ${expected.shape}`;
  const type = numberType(entity);
  if (type === undefined || !expected.takes(type))
    return `its type is ${type ?? otherType(entity)}, expected ${expected.types}`;
  return oversizeFault(entity);
}

/** What stands in a dataset's place. */
export function noDataset(entity: Entity | null): string {
  if (entity instanceof ExternalLink)
    return `this is a link to ${entity.obj_path} of ${entity.filename}, which cannot be opened`;
  if (entity instanceof BrokenSoftLink)
    return `this is a link to ${entity.target}, which the file does not hold`;
  return 'this is a group, not a dataset';
}

/**
 * Why a further dataset is no column of one number a frame; undefined where it is one.
 * @param frames - N
 */
export function columnDefect(
  path: string,
  name: string,
  entity: Entity | null,
  frames: number,
): Defect | undefined {
  const fault = (message: string): Defect => {
    const remedy = `Store one number or truth value a frame, or leave ${name} out of the file`;
    return { severity: 'error', file: path, dataset: name, message, remedy };
  };
  if (!(entity instanceof Dataset)) return fault(noDataset(entity));
  const type = numberType(entity);
  if (type === undefined) return fault(`it holds ${otherType(entity)}, expected numbers`);
  const shape = entity.shape ?? [];
  if (shape[0] !== frames || !COLUMN.fits(shape))
    return fault(`its shape is [${shape}], expected [${frames}] or [${frames},1]`);
  return sourceDefect(path, name, entity);
}

/**
 * HDF5 reads a virtual dataset whose files are absent as zeros, without a word.
 * @returns what is absent; undefined where the dataset is not virtual, or all of it is there
 */
export function sourceDefect(path: string, name: string, dataset: Dataset): Defect | undefined {
  const fault = (message: string): Defect => {
    const remedy = 'Put it there again, or copy the values into the recording';
    return { severity: 'error', file: path, dataset: name, message, remedy };
  };
  for (const { file_name: source, dset_name } of dataset.metadata.virtual_sources ?? []) {
    if (source === '.' || source.includes('%')) continue; // this very file, or a series of files
    const beside = resolve(dirname(path), source);
    const found = isAbsolute(source) || existsSync(beside) ? beside : resolve(source);
    if (!existsSync(found)) return fault(`its values lie in ${source}, which is not there`);
    if (!holdsDataset(found, dset_name))
      return fault(`its values lie in ${dset_name} of ${source}, and there is no such dataset`);
  }
  return undefined;
}

function holdsDataset(path: string, name: string): boolean {
  let file: File | undefined;
  try {
    file = new File(path, 'r');
    return file.get(name) instanceof Dataset;
  } catch {
    return false; // no HDF5 file, or a group on the way to the dataset is absent
  } finally {
    file?.close();
  }
}

/** Labels and times that are not finite, and times that are not seconds. */
export function valueDefects(path: string, labels: Float64Array, timestamps: Float64Array): Defect[] {
  const columns = { inverse_r: labels, timestamp: timestamps };
  const areNumbers = timestamps.every(Number.isFinite);
  return [...notFinite(path, columns), ...(areNumbers ? timeErrors(path, timestamps) : [])];
}

function notFinite(path: string, columns: Readonly<Record<string, Float64Array>>): Defect[] {
  return Object.entries(columns).flatMap(([dataset, values]): Defect[] => {
    const index = values.findIndex((value) => !Number.isFinite(value));
    if (index === -1) return [];
    const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    const what = count === 1 ? 'one value is' : `${count} values are`;
    return [
      {
        severity: 'error',
        file: path,
        dataset,
        index,
        count,
        message: `${what} not finite, the first is ${values[index]}`,
        remedy: 'Cut these frames out of all datasets, or mend the values',
      },
    ];
  });
}
