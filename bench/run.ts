/**
 * `npm run bench -- NAME [options]`: what it costs, measured on this machine. One file per benchmark beside this; each gives
 * rows, printed as a table or, with `--json`, as JSON.
 */
import { Command, Option } from 'commander';
import { BACKENDS } from '../src/backend/names.ts';
import { MODELS } from '../src/config/schema.ts';
import { benchCells } from './cells.ts';
import { benchData } from './data.ts';
import { benchLtc } from './ltc.ts';
import { type BenchOptions, type BenchRow, printRows } from './row.ts';
import { benchStep } from './step.ts';

const BENCHMARKS: Record<string, (options: BenchOptions) => Promise<BenchRow[]>> = {
  step: benchStep,
  cells: benchCells,
  ltc: benchLtc,
  data: benchData,
};

const commaSeparated = (text: string) => text.split(',');

await new Command('bench')
  .argument('<name>', `what to measure: ${Object.keys(BENCHMARKS).join(', ')}`)
  .addOption(new Option('--models <names>', 'comma-separated').argParser(commaSeparated).default([...MODELS]))
  .addOption(
    new Option('--backend <names>', 'comma-separated').argParser(commaSeparated).default([...BACKENDS]),
  )
  .option('--repetitions <n>', 'timed repetitions', Number, 9)
  .option('--json', 'print JSON instead of a table')
  .action(async (name: string, options: BenchOptions & { json?: boolean }, command: Command) => {
    const benchmark = BENCHMARKS[name];
    if (!benchmark)
      command.error(`unknown benchmark "${name}". Known: ${Object.keys(BENCHMARKS).join(', ')}`);
    const rows = await benchmark(options);
    if (options.json) console.log(JSON.stringify(rows, null, 2));
    else printRows(rows);
  })
  .parseAsync();
