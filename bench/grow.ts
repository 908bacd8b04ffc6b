/**
 * `npm run bench -- grow`: how the cost of a step grows with the batch, the sequence, the cell and the number of workers,
 * and that of making batches with the number of recordings and loaders. Each point is a process of its own, so that
 * its memory is its own; the points of a series alternate. `--plots FOLDER` draws them.
 */
import { availableParallelism } from 'node:os';
import type { BackendName } from '../src/backend/names.ts';
import { type OwnTask, startOwn, withChildren } from './child.ts';
import { drawGrowth } from './growth-plot.ts';
import { type BenchOptions, type BenchRow, say } from './row.ts';
import { alternate, figuresOf, ratiosOf } from './timing.ts';

interface Series {
  readonly factor: string;
  readonly model: string;
  readonly backend: string;
  readonly values: readonly number[];
  task(value: number): OwnTask;
}

const WORKERS = [1, 2, 4, 8].filter((count) => count <= availableParallelism());

function seriesOf(models: readonly string[], backends: readonly string[]): Series[] {
  const series: Series[] = [];
  for (const backend of backends as BackendName[]) {
    for (const model of models) {
      const train = { task: 'train', model, backend } as const;
      const add = (factor: string, values: readonly number[], task: Series['task']) =>
        series.push({ factor, model, backend, values, task });
      add('batch size', [5, 10, 20, 40], (sequences) => ({ ...train, sequences }));
      if (backend === 'wasm') add('workers', WORKERS, (workers) => ({ ...train, workers }));
      if (model === 'cnn') continue;
      add('sequence length', [4, 8, 16, 32], (steps) => ({ ...train, steps }));
      const units = model === 'wm' ? [19, 38, 76, 152] : [32, 64, 128, 256];
      add('units', units, (of) => ({ ...train, units: of }));
    }
  }
  const load = { factor: 'recordings', model: 'loader', backend: '' };
  series.push({
    ...load,
    values: [1, 10, 100],
    task: (recordings) => ({ task: 'load', recordings, loaders: 1 }),
  });
  const loaders = [0, ...WORKERS];
  series.push({
    ...load,
    factor: 'loaders',
    values: loaders,
    task: (count) => ({ task: 'load', recordings: 10, loaders: count }),
  });
  return series;
}

export async function benchGrow({ models, backend, repetitions, plots }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const series of seriesOf(models, backend)) {
    say(`${series.factor} of ${series.model} ${series.backend}`);
    rows.push(...(await measured(series, repetitions)));
  }
  if (plots !== undefined) await drawGrowth(rows, plots);
  return rows;
}

function measured(
  { factor, model, backend, values, task }: Series,
  repetitions: number,
): Promise<BenchRow[]> {
  return withChildren(
    values.map((value) => () => startOwn(task(value))),
    async (children) => {
      const timings = await alternate(
        children.map((child) => () => child.step()),
        repetitions,
      );
      return children.map(({ ready, memoryMB }, n) => ({
        name: 'grow',
        model: `${model}, ${factor} ${values[n]}`,
        backend,
        ...figuresOf(timings[n]),
        framesPerSecond: ready.frames && (ready.frames * 1000) / timings[n].ms,
        gflops: ready.gflop && (ready.gflop * 1000) / timings[n].ms,
        memoryMB,
        ...ratiosOf(timings[n], timings[0]),
        against: `${factor} ${values[0]}`,
        at: { factor, value: values[n] },
      }));
    },
  );
}
