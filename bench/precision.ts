/**
 * `npm run bench -- precision`: the same trainings in float32 and in bfloat16, on generated drives, from as many seeds as
 * `--repetitions` says: validation losses, and how long the training of an epoch takes. `--plots FOLDER` draws the losses epoch by epoch. Runs
 * the build: `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OKABE_ITO } from '../src/plot/colours.ts';
import { drawPlot } from '../src/plot/draw.ts';
import { deviation, mean } from '../src/text/statistics.ts';
import { METRICS_FILE, TRAIN_LOG_FILE, trainLogRows } from '../src/train/run/metrics-log.ts';
import { ENTRY, requireBuild } from './built.ts';
import { type BenchOptions, type BenchRow, say } from './row.ts';
import { figuresOf, timingOf } from './timing.ts';

const CONFIG = fileURLToPath(new URL('../configs/small.yaml', import.meta.url));
const PRECISIONS = ['float32', 'bf16'] as const;
type Precision = (typeof PRECISIONS)[number];

const DRIVES = ['--recordings', '9', '--frames', '300', '--size', '125x200'];
const EPOCHS = 10;

/** One training. */
interface Curve {
  readonly model: string;
  readonly precision: Precision;
  /** Before every epoch, and after the last. */
  readonly validation: readonly number[];
  /** Of every epoch. */
  readonly seconds: readonly number[];
}

export async function benchPrecision({ models, repetitions, plots }: BenchOptions): Promise<BenchRow[]> {
  requireBuild();
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-bench-'));
  const seeds = Array.from({ length: repetitions }, (_, n) => n + 1);
  try {
    const curves = await trained(folder, models, seeds);
    if (plots !== undefined) {
      mkdirSync(plots, { recursive: true });
      for (const model of models)
        writeFileSync(join(plots, `precision-${model}.svg`), await drawn(model, curves));
    }
    return models.flatMap((model) => PRECISIONS.map((precision) => rowOf(model, precision, curves)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function trained(
  folder: string,
  models: readonly string[],
  seeds: readonly number[],
): Promise<Curve[]> {
  const [data, sessions] = ['data', 'sessions'].map((name) => join(folder, name));
  await command('data', 'generate', 'passive', '--out', data, ...DRIVES);
  // One after the other, so that an epoch's time is its own.
  await command(
    'sweep',
    'passive',
    '--models',
    models.join(),
    '--folds',
    'auto:3/0',
    '--config',
    CONFIG,
    '--no_final',
    '--set',
    `seed=${seeds}`,
    '--set',
    `precision=${PRECISIONS}`,
    '--epochs',
    String(EPOCHS),
    '--data',
    data,
    '--sessions_dir',
    sessions,
    '--cache_dir',
    join(folder, 'cache'),
    '--backend',
    'tensorflow',
    '--jobs',
    '1',
  );
  return models.flatMap((model) =>
    seeds.flatMap((seed) =>
      PRECISIONS.map((precision) => {
        const name = `${model}_session-seed-${seed}-precision-${precision}`;
        const run = join(sessions, 'passive', name, 'experiment_0');
        const rows = trainLogRows(readFileSync(join(run, TRAIN_LOG_FILE), 'utf8'));
        const epochs = readFileSync(join(run, METRICS_FILE), 'utf8').trim().split('\n');
        return {
          model,
          precision,
          validation: rows.map((row) => row.valid_loss as number),
          seconds: epochs.map((line) => JSON.parse(line).seconds as number),
        };
      }),
    ),
  );
}

async function command(...args: string[]): Promise<void> {
  say(`ncp-train ${args.join(' ')}`);
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`ncp-train ${args[0]} ended with status ${status}`);
}

function rowOf(model: string, precision: Precision, curves: readonly Curve[]): BenchRow {
  const mine = curves.filter((curve) => curve.model === model && curve.precision === precision);
  const last = mine.map(({ validation }) => validation[validation.length - 1]);
  const epochs = mine.flatMap(({ seconds }) => seconds.map((s) => ({ ms: 1000 * s, cpuMs: Number.NaN })));
  const { ms, spread } = figuresOf(timingOf(epochs));
  return {
    name: `precision, ${last.length} seeds`,
    model,
    backend: `tensorflow, ${precision}`,
    ms,
    spread,
    loss: mean(last),
    lossDeviation: deviation(last),
  };
}

function drawn(model: string, curves: readonly Curve[]): Promise<string> {
  const mine = curves.filter((curve) => curve.model === model);
  const colourOf = (precision: Precision) => OKABE_ITO[PRECISIONS.indexOf(precision)];
  return drawPlot({
    title: `Validation loss of ${model}, a line a seed`,
    legend: PRECISIONS.map((precision) => ({ label: precision, colour: colourOf(precision) })),
    plot: ({ lineY }) => ({
      height: 260,
      x: { label: 'epoch', ticks: EPOCHS, tickFormat: 'd' },
      y: { label: 'mean squared error', type: 'log', grid: true, tickFormat: '.2f' },
      marks: mine.map(({ precision, validation }) =>
        lineY(validation, { x: (_, epoch) => epoch, y: (loss) => loss, stroke: colourOf(precision) }),
      ),
    }),
  });
}
