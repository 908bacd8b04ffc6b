/** `ncp-train analyse parameters`: see src/analyses/parameters/count.ts. */
import type { z } from 'zod';
import type { ParameterCounts } from '../analyses/parameters/count.ts';
import { parametersOptions } from '../options/commands/analyses.ts';
import type { Given } from '../options/flags.ts';
import { MODELS, type ModelInput } from '../options/schema.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { severalOr } from './operands.ts';
import { makeFolderOf } from './out-path.ts';

type Options = z.output<typeof parametersOptions>;

export default defineCommand({
  operands: {
    checkpoint: severalOr(
      undefined,
      'runs, checkpoints or weights files; none: all eight models by their options',
    ),
  },
  options: parametersOptions,
  faults: (given, { checkpoint }) => meaningless(given, checkpoint),
  async run(options, { checkpoint }, { print }) {
    const rows = checkpoint.length > 0 ? await ofCheckpoints(checkpoint) : await ofAll(options);
    const { countsAsCsv } = await import('../analyses/parameters/count.ts');
    const { replaceFile } = await import('../files/whole-file.ts');
    if (options.csv !== undefined) {
      makeFolderOf(options.csv);
      await replaceFile(options.csv, countsAsCsv(rows));
    }
    print({ models: rows }, text(rows));
  },
});

/** Options of a model beside a checkpoint, which has them itself. */
function meaningless(given: Given, checkpoints: readonly string[]): string[] {
  const names = ['lstm_size', 'wm_size', 'wiring', 'sparsity'].filter((name) => given[name] !== undefined);
  if (checkpoints.length === 0 || names.length === 0) return [];
  const flags = names.map((name) => `--${name}`).join(', ');
  return [`a checkpoint says itself what it is: leave out ${flags}, or the checkpoint`];
}

async function ofCheckpoints(paths: readonly string[]): Promise<ParameterCounts[]> {
  const { countCheckpoint } = await import('../analyses/parameters/count.ts');
  const { weightsOf } = await import('../train/weights-of.ts');
  await useEmbedded();
  const rows: ParameterCounts[] = [];
  for (const path of paths) rows.push(await countCheckpoint(path, await weightsOf(path)));
  return rows;
}

async function ofAll({ lstm_size, wm_size, wiring: path, sparsity }: Options): Promise<ParameterCounts[]> {
  const { countOptions } = await import('../analyses/parameters/count.ts');
  const { readWiring } = await import('../models/wiring/wiring-json.ts');
  const wiring = path === undefined ? undefined : await readWiring(path);
  await useEmbedded();
  const rows: ParameterCounts[] = [];
  const add = (name: string, options: ModelInput) =>
    rows.push(countOptions(name, options, options.model === 'wm' ? wiring : undefined));
  for (const model of MODELS) {
    const sizes = model === 'wm' ? { wm_size } : { lstm_size };
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
