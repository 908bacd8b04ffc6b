/**
 * A folder of recordings as training sees it: its `*.h5` files in name order, and how to read them, from `dataset.yaml`,
 * options and the paper's defaults, options first. Opens no recording.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Document, isScalar } from 'yaml';
import { ConfigError, DataError } from '../../errors.ts';
import { reading } from '../../files/reading.ts';
import { notWritten, replaceFileSync } from '../../files/whole-file.ts';
import { type DatasetConfig, datasetSchema } from '../../options/dataset-schema.ts';
import { parseOptions } from '../../options/parse.ts';
import { yamlValue } from '../../options/yaml-value.ts';
import { reasonOf } from '../../text/reason.ts';
import { type FoldsSpec, foldsFrom } from '../batches/folds.ts';
import { type ChannelOrder, type CropSpec, cropText, parseCrop } from '../frames/crop.ts';

export interface Dataset {
  /** Absolute. */
  readonly dir: string;
  /** Absolute paths of its `*.h5`, sorted by name as Python sorts; at least one. */
  readonly recordings: string[];
  readonly crop: CropSpec;
  readonly channelOrder: ChannelOrder;
  readonly labelSign: 1 | -1;
  /** Labels that models learn = stored curvature in 1/m × sign × scale. */
  readonly labelScale: number;
  readonly folds: FoldsSpec;
  /** True where neither `dataset.yaml` nor an option gave the scale, which is then the paper's 1000. */
  readonly labelScaleAssumed: boolean;
}

/** Options of the command line that come before `dataset.yaml`; named as there. */
export interface DatasetOverrides {
  readonly crop?: string;
  readonly channel_order?: ChannelOrder;
  readonly label_sign?: 1 | -1;
  readonly label_scale?: number;
  /** Comes after `dataset.yaml`. */
  readonly default_label_scale?: number;
  readonly folds?: FoldsSpec;
}

const FILE = 'dataset.yaml';

/**
 * @param dir - folder of recordings
 * @param recordings - of them those that are meant
 * @throws DataError where it is absent or holds no recordings
 * @throws ConfigError for a fault in its `dataset.yaml`
 * @throws UsageError for a crop that is none
 */
export async function resolveDataset(
  dir: string,
  overrides: DatasetOverrides = {},
  recordings = listRecordings(dir),
): Promise<Dataset> {
  const config = readDatasetConfig(dir);
  const given = overrides.label_scale ?? config.label_scale ?? overrides.default_label_scale;
  return {
    dir: resolve(dir),
    recordings,
    crop: overrides.crop === undefined ? configuredCrop(dir, config) : parseCrop(overrides.crop),
    channelOrder: overrides.channel_order ?? config.channel_order ?? 'rgb',
    labelSign: overrides.label_sign ?? config.label_sign ?? 1,
    labelScale: given ?? 1000,
    labelScaleAssumed: given === undefined,
    folds: overrides.folds ?? foldsFrom(config.folds ?? 'paper', join(dir, FILE)),
  };
}

/**
 * What a path names to be looked at: a folder with its recordings, or a recording in its folder.
 * @throws DataError where there is no such folder or file, or no recording in the folder
 */
export function recordingsAt(path: string): { readonly dir: string; readonly recordings: string[] } {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    return { dir: path, recordings: listRecordings(path) };
  return { dir: dirname(path), recordings: [resolve(path)] };
}

/**
 * Absolute paths of the `*.h5` in a folder, sorted by name as Python sorts.
 * @throws DataError where there is no such folder, or none in it
 */
export function listRecordings(dir: string): string[] {
  const status = existsSync(dir) ? statSync(dir) : undefined;
  if (status?.isFile()) {
    throw new DataError(
      `${dir}: this is a file, and what is wanted is a folder of recordings: that in which it lies is ${dirname(resolve(dir))}`,
    );
  }
  if (!status && /\.(h5|hdf5|npz)$/i.test(dir)) {
    throw new DataError(
      `${dir}: there is no such file; check the path, or name the folder of the recordings`,
    );
  }
  if (!status?.isDirectory()) {
    throw new DataError(
      `${dir}: there is no such folder. \`ncp-train data generate passive|active --out ${dir}\` makes simulated drives, ` +
        '`ncp-train data import` converts drives you have; a training is told another folder with --data',
    );
  }
  const names = readdirSync(dir);
  const recordings = names.filter((name) => name.endsWith('.h5') && !name.startsWith('._')).sort();
  if (recordings.length === 0) {
    const there =
      names.length === 0
        ? 'it is empty'
        : `it holds ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
    throw new DataError(
      `${dir}: there are no recordings (*.h5) in this folder; ${there}. ` +
        '`ncp-train data import` converts drives of other formats; a training is told another folder with --data',
    );
  }
  return recordings.map((name) => resolve(dir, name));
}

/**
 * The `dataset.yaml` of a folder; empty where there is none.
 * @throws ConfigError for a fault in it
 */
export function readDatasetConfig(dir: string): DatasetConfig {
  return reading(join(dir, FILE), () => {
    const path = join(dir, FILE);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new ConfigError(`${path} cannot be read: ${reasonOf(error)}`);
    }
    let value: unknown;
    try {
      value = yamlValue(text);
    } catch (error) {
      throw new ConfigError(`${path}: ${reasonOf(error)}`);
    }
    return parseOptions(datasetSchema, value ?? {}, path);
  });
}

/** The crop in `dataset.yaml` may be four numbers, which YAML users would write as a list. */
function configuredCrop(dir: string, { crop = 'paper' }: DatasetConfig): CropSpec {
  try {
    return parseCrop(Array.isArray(crop) ? crop.join(',') : crop);
  } catch (error) {
    throw new ConfigError(`${join(dir, FILE)}: ${reasonOf(error)}`);
  }
}

/**
 * Writes `dataset.yaml`, each key with what it means; an existing one is replaced.
 * @throws DataError where it cannot be written
 */
export function writeDatasetConfig(
  dir: string,
  config: Omit<DatasetConfig, 'crop'> & { crop?: CropSpec },
): void {
  const crop = config.crop === undefined ? {} : { crop: cropText(config.crop) };
  const document = new Document(parseOptions(datasetSchema, { ...config, ...crop }, FILE));
  document.commentBefore =
    ' How the recordings in this folder are read; options of the command line come first.';
  for (const { key } of (document.contents as { items: { key: unknown }[] }).items) {
    if (!isScalar(key)) continue;
    key.commentBefore = ` ${datasetSchema.shape[key.value as keyof DatasetConfig].meta()?.description}`;
  }
  const path = join(dir, FILE);
  try {
    replaceFileSync(path, document.toString());
  } catch (error) {
    throw notWritten(path, reasonOf(error));
  }
}
