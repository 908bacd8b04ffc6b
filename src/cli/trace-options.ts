/** What the analyses of states have in common: checkpoints with a recording, or drives; where to write, and what computes. */
import { type Command, Option } from 'commander';
import type { BackendChoice } from '../backend/names.ts';
import type { Traces } from '../replay/traces/open-traces.ts';
import { outFolder } from './out-path.ts';

export interface TraceFlags {
  readonly out: string;
  readonly backend: BackendChoice;
  readonly channelOrder?: 'rgb' | 'bgr';
  readonly cacheDir?: string;
  readonly json?: boolean;
}

/** @param name - of the analysis, and of its folder */
export function addTraceFlags(command: Command, name: string): Command {
  return command
    .argument(
      '<path...>',
      'checkpoints (runs, checkpoint folders, weights files) and one recording, or test drives alone',
    )
    .option('--out <folder>', 'for pictures and tables', outFolder, `analyses/${name}`)
    .addOption(
      new Option(
        '--channel-order <name>',
        'of the recorded frames; not given: as dataset.yaml says, else as the model was trained',
      ).choices(['rgb', 'bgr']),
    )
    .addOption(
      new Option('--backend <name>', 'what computes').choices(['auto', 'tensorflow', 'wasm']).default('auto'),
    )
    .option(
      '--cache-dir <folder>',
      'where cropped frames may lie already; not given: the user’s cache folder',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA checkpoint is replayed over the recording (.h5, .npz); a test drive has recorded the states of the model that drove.',
    );
}

/** Opens the traces, calls `use`, closes them. */
export async function withTraces<Result>(
  paths: readonly string[],
  purpose: string,
  { backend, channelOrder, cacheDir }: TraceFlags,
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
