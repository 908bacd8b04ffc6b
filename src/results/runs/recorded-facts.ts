/** What is read of a run's `run.json` (train/run/run-record.ts), as far as it is there; a damaged entry counts as absent. */
import { z } from 'zod';

const figures = z.object({ loss: z.number(), mae: z.number() });
const floors = z.object({ constant: figures, last_value: figures.nullable(), frames: z.number() });
const time = z.iso.datetime().optional().catch(undefined);

const facts = z.object({
  fingerprint: z.string().optional().catch(undefined),
  backend: z.string().optional().catch(undefined),
  folds: z.int().optional().catch(undefined),
  input: z.looseObject({ label_scale: z.number() }).optional().catch(undefined),
  floors: z.object({ validation: floors, test: floors.optional() }).optional().catch(undefined),
});
export const runRecord = facts.extend({
  command: z.enum(['passive', 'active']).optional().catch(undefined),
  state: z.enum(['running', 'finished', 'stopped', 'failed']),
  started: time,
  ended: time,
  files: z.record(z.string(), z.string()).optional().catch(undefined),
  cause: z.string().optional().catch(undefined),
  resumed: z
    .array(facts.extend({ at: time, after: time }))
    .optional()
    .catch(undefined),
});
export type ReadRecord = z.output<typeof runRecord>;
