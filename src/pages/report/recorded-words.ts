/** What the JSON file of an analysis says of its command: checkpoints, recording, options. Only what is there and of the right kind. */
import { z } from 'zod';
import type { Known } from './catalogue.ts';
import type { Facts } from './file-preview.ts';

const text = z.string().min(1).optional().catch(undefined);
const recorded = z.object({
  checkpoint: text,
  recording: text,
  models: z
    .array(z.object({ checkpoint: z.string().min(1) }))
    .optional()
    .catch(undefined),
  options: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** The folder is known, and how it was computed changes nothing. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['out', 'backend', 'threads', 'workers']);

export function recordedWords(facts: Facts): Pick<Known, 'checkpoints' | 'recording' | 'options'> {
  const { checkpoint, recording, models = [], options = {} } = recorded.parse(facts);
  const checkpoints = [
    ...(checkpoint === undefined ? [] : [checkpoint]),
    ...models.map((one) => one.checkpoint),
  ];
  return {
    checkpoints: [...new Set(checkpoints)],
    recording,
    options: Object.entries(options).flatMap(([name, value]) => {
      if (NOT_REPEATED.has(name) || value === '') return [];
      if (value === true) return [`--${name}`];
      return typeof value === 'string' || typeof value === 'number' ? [`--${name}`, String(value)] : [];
    }),
  };
}
