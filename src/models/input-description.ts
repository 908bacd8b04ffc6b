/**
 * What a model's input and output mean: the frames it was trained on and the unit of its labels. Stands in the header of
 * every checkpoint's weights file, so that whatever uses the model prepares its frames alike (docs/pipeline.md §1).
 */
import { z } from 'zod';
import { parseOptions } from '../options/parse.ts';

const inputDescription = z.strictObject({
  height: z.int().min(1).meta({ description: 'of the cropped frame, pixels' }),
  width: z.int().min(1).meta({ description: 'of the cropped frame, pixels' }),
  crop: z.string().meta({ description: 'paper, full, or left,top,right,bottom in fractions' }),
  channel_order: z.enum(['rgb', 'bgr']).meta({ description: 'of the recorded frames' }),
  label_scale: z
    .number()
    .gt(0)
    .meta({ description: 'outputs are curvature (1/m) × label_scale × label_sign' }),
  label_sign: z.union([z.literal(1), z.literal(-1)]),
  rate_hz: z.number().gt(0).meta({ description: 'frames a second, nominal' }),
});

export type InputDescription = z.output<typeof inputDescription>;

/** @throws ConfigError naming what is wrong */
export function parseInputDescription(value: unknown, where: string): InputDescription {
  return parseOptions(inputDescription, value, where);
}
