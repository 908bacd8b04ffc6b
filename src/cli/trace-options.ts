/** What the analyses of states have in common: checkpoints with a recording, or drives. */
import type { BackendChoice } from '../backend/names.ts';
import type { Traces } from '../replay/traces/open-traces.ts';
import { several } from './operands.ts';

export const traceOperands = {
  path: several(
    'checkpoints (runs, checkpoint folders, weights files) and one recording, or test drives alone',
  ),
};

export const TRACE_NOTES =
  'A checkpoint is replayed over the recording (.h5, .npz); a test drive has recorded the states of the model that drove.';

interface FrameOptions {
  readonly backend: BackendChoice;
  readonly channel_order?: 'rgb' | 'bgr';
  readonly cache_dir?: string;
}

/** Opens the traces, calls `use`, closes them. */
export async function withTraces<Result>(
  paths: readonly string[],
  purpose: string,
  { backend, channel_order: channelOrder, cache_dir: cacheDir }: FrameOptions,
  use: (traces: Traces) => Promise<Result>,
): Promise<Result> {
  const { openTraces } = await import('../replay/traces/open-traces.ts');
  const traces = await openTraces(paths, purpose, { backend, channelOrder, cacheDir });
  try {
    return await use(traces);
  } finally {
    for (const source of traces.sources) source.close();
  }
}

/** The lines under a table: warnings, notes, files. */
export function remarkLines(
  warnings: readonly string[],
  notes: readonly string[],
  out: string,
  files: readonly string[],
): string[] {
  const remarks = [...warnings.map((text) => `warning: ${text}`), ...notes.map((text) => `note: ${text}`)];
  return ['', ...(remarks.length > 0 ? [...remarks, ''] : []), `${out}: ${files.join(', ')}`];
}
