/**
 * What a recording must look like (docs/pipeline.md §1): opens the file and finds its three datasets, or says all that is
 * wrong with their names, types, shapes, lengths and values. Reads no frames; recording.ts does.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Dataset, type Entity, File } from 'h5wasm/node';
import { type Defect, RecordingError } from './defect.ts';
import { hdf5Reason, numberType } from './hdf5.ts';

const IMPORT = 'See docs/data.md for the format; `ncp-train data import` converts other formats';

/**
 * Opens the file; HDF5 is loaded.
 * @throws RecordingError for a file that is absent, truncated or no HDF5
 */
export function openFile(path: string): File {
  const fault = (message: string, remedy: string) =>
    new RecordingError({ severity: 'error', file: path, message, remedy });
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw fault('there is no such file', 'Check the path');
  if (!status.isFile()) throw fault('this is no file', 'Give one recording (*.h5)');
  try {
    return new File(resolve(path), 'r');
  } catch (error) {
    const reason = hdf5Reason(error);
    if (reason.startsWith('truncated file') || status.size === 0)
      throw fault(`the file is truncated, ${status.size} bytes are there`, 'Copy or record it again');
    if (reason === 'file signature not found') throw fault('this is no HDF5 file', IMPORT);
    throw fault(`the file cannot be opened: ${reason}`, 'Check its permissions, or copy it again');
  }
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
    const entity = there.includes(name) ? file.get(name) : null;
    const message = misfit(entity, expected, there);
    if (message === undefined) found[name] = entity as Dataset;
    else defects.push({ severity: 'error', file: path, dataset: name, message, remedy: IMPORT });
  }
  if (defects.length > 0) throw new RecordingError(...defects);
  const datasets = found as Record<DatasetName, Dataset>;

  const [frames, labels, times] = Object.values(datasets).map(({ shape }) => (shape as number[])[0]);
  if (frames !== labels || frames !== times) {
    const message = `lengths differ: camera_front has ${frames} frames, inverse_r ${labels} values, timestamp ${times}`;
    const remedy = 'Cut them to the frames that belong together';
    throw new RecordingError({ severity: 'error', file: path, message, remedy });
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
  if (!(entity instanceof Dataset)) return 'this is a group or a link, not a dataset';
  const shape = entity.shape ?? [];
  if (shape.length === 0 || !expected.fits(shape))
    return `its shape is [${shape}], expected ${expected.shape}`;
  const type = numberType(entity);
  if (type === undefined || !expected.takes(type))
    return `its type is ${type ?? 'no plain number'}, expected ${expected.types}`;
  return undefined;
}

/** Labels and times that are not finite. */
export function valueDefects(path: string, labels: Float64Array, timestamps: Float64Array): Defect[] {
  const columns = { inverse_r: labels, timestamp: timestamps };
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
