/**
 * The keys of a `dataset.yaml`, which lies beside recordings and says how they are to be read, so that a folder is used
 * with no further options. What a key leaves out has the default of the paper's data.
 */
import { z } from 'zod';

const key = <Type extends z.ZodType>(type: Type, description: string) =>
  type.optional().meta({ description });

export const datasetSchema = z.strictObject({
  crop: key(
    z.union([z.string(), z.array(z.number()).length(4)]),
    'the part of a frame that models see: paper, full, or left, top, right, bottom in fractions',
  ),
  channel_order: key(z.enum(['rgb', 'bgr']), 'of the recorded frames'),
  label_sign: key(
    z.union([z.literal(1), z.literal(-1)]),
    'factor that makes a turn to the left positive, where that matters',
  ),
  label_scale: key(z.number().gt(0), 'factor from curvature in 1/m to the labels that models learn'),
  folds: key(
    z.union([z.string(), z.array(z.union([z.string(), z.array(z.string())]))]),
    'cross-testing: paper, auto:K, or the test files of each fold',
  ),
  nominal_rate: key(z.number().gt(0), 'frames per second of the source, where its times could not be used'),
  source: key(z.string(), 'where the recordings came from'),
});

/** A `dataset.yaml` as it is written. */
export type DatasetConfig = z.output<typeof datasetSchema>;
