/**
 * `npm run bench -- NAME [options]`: what it costs, measured on this machine. One file per benchmark beside this; each gives
 * rows, printed as a table or, with `--json`, as JSON. docs/performance.md says what they gave.
 */
import { Command, Option } from 'commander';
import { BACKENDS } from '../src/backend/names.ts';
import { MODELS } from '../src/options/schema.ts';

import { type BenchOptions, type BenchRow, printRows } from './row.ts';

type Benchmark = (options: BenchOptions) => Promise<BenchRow[]>;

/** Each is imported only when it is asked for. */
const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  step: async () => (await import('./step.ts')).benchStep,
  cells: async () => (await import('./cells.ts')).benchCells,
  ltc: async () => (await import('./ltc.ts')).benchLtc,
  update: async () => (await import('./update.ts')).benchUpdate,
  data: async () => (await import('./data.ts')).benchData,
  evaluate: async () => (await import('./evaluate.ts')).benchEvaluate,
  drive: async () => (await import('./drive.ts')).benchDrive,
  replay: async () => (await import('./replay.ts')).benchReplay,
  epoch: async () => (await import('./epoch.ts')).benchEpoch,
  grow: async () => (await import('./grow.ts')).benchGrow,
  precision: async () => (await import('./precision.ts')).benchPrecision,
  startup: async () => (await import('./startup.ts')).benchStartup,
  peers: async () => (await import('./peers.ts')).benchPeers,
};

const oneOf = (known: readonly string[]) => (text: string) => {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`unknown name "${unknown}". Known: ${known.join(', ')}`);
  return names;
};

await new Command('bench')
  .argument('<name>', `what to measure: ${Object.keys(BENCHMARKS).join(', ')}`)
  .addOption(new Option('--models <names>', 'comma-separated').argParser(oneOf(MODELS)).default([...MODELS]))
  .addOption(
    new Option('--backend <names>', 'comma-separated').argParser(oneOf(BACKENDS)).default([...BACKENDS]),
  )
  .option('--repetitions <n>', 'timed repetitions', Number, 9)
  .option('--plots <folder>', 'grow, precision: draw SVG files there')
  .addOption(
    new Option(
      '--peers <words>',
      'peers: those whose names have one of these words, comma-separated',
    ).argParser((text: string) => text.split(',')),
  )
  .option('--json', 'print JSON instead of a table')
  .action(async (name: string, options: BenchOptions, command: Command) => {
    const benchmark = await BENCHMARKS[name]?.();
    if (!benchmark)
      command.error(`unknown benchmark "${name}". Known: ${Object.keys(BENCHMARKS).join(', ')}`);
    const rows = await benchmark(options);
    if (options.json) console.log(JSON.stringify(rows, null, 2));
    else printRows(rows);
  })
  .parseAsync();
