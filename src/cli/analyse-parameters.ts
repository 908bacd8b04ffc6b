/** `ncp-train analyse parameters`: see src/analyses/parameters/count.ts. */
import { type Command, Option } from 'commander';
import type { ParameterCounts } from '../analyses/parameters/count.ts';
import { MODELS, type ModelInput, WM_SIZES } from '../options/schema.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { share, wholeNumber } from './number-flags.ts';
import { makeFolderOf, outFile } from './out-path.ts';

export function define(command: Command): void {
  command
    .argument(
      '[checkpoint...]',
      'runs, checkpoints or weights files; none: all eight models by their options',
    )
    .option('--lstm-size <units>', 'units of every recurrent cell but wm (default: 64)', wholeNumber(1))
    .addOption(new Option('--wm-size <name>', 'wiring of wm (default: small)').choices([...WM_SIZES]))
    .option('--wiring <file>', 'JSON file with a wiring of your own for wm')
    .option('--sparsity <share>', 'share of the recurrent weights that stays 0', share)
    .option('--csv <file>', 'also write the table as CSV', outFile)
    .option('--json', 'print JSON')
    .action(async (checkpoints: string[], options) => {
      const rows = checkpoints.length > 0 ? await ofCheckpoints(checkpoints, options) : await ofAll(options);
      const { countsAsCsv } = await import('../analyses/parameters/count.ts');
      const { replaceFile } = await import('../files/whole-file.ts');
      if (options.csv !== undefined) {
        makeFolderOf(options.csv);
        await replaceFile(options.csv, countsAsCsv(rows));
      }
      print(options.json ? JSON.stringify({ models: rows }, null, 2) : text(rows));
    });
}

interface Given {
  readonly lstmSize?: number;
  readonly wmSize?: (typeof WM_SIZES)[number];
  readonly wiring?: string;
  readonly sparsity?: number;
}

async function ofCheckpoints(paths: readonly string[], given: Given): Promise<ParameterCounts[]> {
  const { UsageError } = await import('../errors.ts');
  const meaningless = Object.entries({
    '--lstm-size': given.lstmSize,
    '--wm-size': given.wmSize,
    '--wiring': given.wiring,
    '--sparsity': given.sparsity,
  }).filter(([, value]) => value !== undefined);
  if (meaningless.length > 0) {
    const flags = meaningless.map(([flag]) => flag).join(', ');
    throw new UsageError(`a checkpoint says itself what it is: leave out ${flags}, or the checkpoint`);
  }
  const { countCheckpoint } = await import('../analyses/parameters/count.ts');
  const { weightsOf } = await import('../train/weights-of.ts');
  await useEmbedded();
  const rows: ParameterCounts[] = [];
  for (const path of paths) rows.push(await countCheckpoint(path, await weightsOf(path)));
  return rows;
}

async function ofAll({ lstmSize, wmSize, wiring: path, sparsity }: Given): Promise<ParameterCounts[]> {
  const { countOptions } = await import('../analyses/parameters/count.ts');
  const { readWiring } = await import('../models/wiring/wiring-json.ts');
  const wiring = path === undefined ? undefined : await readWiring(path);
  await useEmbedded();
  const rows: ParameterCounts[] = [];
  const add = (name: string, options: ModelInput) =>
    rows.push(countOptions(name, options, options.model === 'wm' ? wiring : undefined));
  for (const model of MODELS) {
    const sizes = model === 'wm' ? { wm_size: wmSize } : { lstm_size: lstmSize };
    const sparse = model === 'wm' || model === 'cnn' ? {} : { sparsity };
    add(model, { model, ...sizes, ...sparse });
    if (model === 'ctrnn') add('ctrnn, feedback', { model, ...sizes, ...sparse, ctfeedback: true });
  }
  return rows;
}

/** Counting needs no native TensorFlow, which takes longer to load. */
async function useEmbedded(): Promise<void> {
  const { useBackend } = await import('../backend/choose.ts');
  await useBackend('wasm');
}

function text(rows: readonly ParameterCounts[]): string {
  const number = (value: number) => (value === 0 ? '–' : value.toLocaleString('en'));
  const head = [
    '',
    'convolutions',
    'dense',
    'inputs',
    'recurrent',
    'output',
    'total',
    'absent',
    'units',
    'synapses',
  ];
  const cells = rows.map(({ name, parts, total, absent, units, synapses }) => [
    name,
    ...[...Object.values(parts), total, absent, units, synapses].map(number),
  ]);
  return [
    aligned([head, ...cells], 'right'),
    '',
    'absent: numbers in the file that are never trained: of synapses that do not exist, or kept at 0 by --sparsity',
    'synapses: connections into units and outputs',
  ].join('\n');
}
