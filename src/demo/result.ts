/** What the demo's two runs came to: their losses beside the best constant's, and pictures. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { useBackend } from '../backend/choose.ts';
import { replaceFile } from '../files/whole-file.ts';
import type { PassiveOptions } from '../options/schema.ts';
import { svgToPng } from '../plot/draw.ts';
import { CHUNK } from '../train/evaluate.ts';
import { FINAL_FILE } from '../train/run/final.ts';
import { TRAIN_LOG_FILE, trainLogRows } from '../train/run/metrics-log.ts';
import { runFolder } from '../train/run/run-place.ts';
import { readRun } from '../train/run/run-record.ts';
import { DEMO_MODELS, type DemoModel, lossesSvg, type PerModel, steeringSvg } from './pictures.ts';
import { steeredFrames } from './predictions.ts';

/** Losses in squared label units. */
export interface DemoResult {
  readonly out: string;
  readonly backend: string;
  /** Of the best constant, that is one chosen with the labels of that very split: their variance. */
  readonly constant: { readonly validation: number; readonly test: number };
  readonly models: readonly {
    readonly model: DemoModel;
    /** Of its run. */
    readonly folder: string;
    readonly validation: { readonly untrained: number; readonly best: number; readonly best_epoch: number };
    /** Of the best epoch's weights. */
    readonly test: number;
  }[];
  readonly pictures: readonly string[];
}

/**
 * @param runs - options of each model's finished run
 * @throws DataError if the pictures cannot be written
 */
export async function demoResult(out: string, runs: PerModel<PassiveOptions>): Promise<DemoResult> {
  const backend = await useBackend(runs.lstm.backend);
  const folders = perModel((model) => runFolder('passive', runs[model]));
  const logs = await perModelAsync(async (model) =>
    trainLogRows(await readFile(join(folders[model], TRAIN_LOG_FILE), 'utf8')),
  );
  const finals = await perModelAsync(async (model) => finalFigures(folders[model]));
  const steered = await perModelAsync((model) => steeredFrames(folders[model], runs[model], CHUNK.passive));
  const { floors } = (await readRun(folders.lstm)).record;
  if (!floors?.test) throw new Error(`${folders.lstm}: a run with a test records what it has to beat`);
  const constant = { validation: floors.validation.constant.loss, test: floors.test.constant.loss };
  const { experiment_id, label_scale = 1000 } = runs.lstm;
  return {
    out,
    backend,
    constant,
    models: DEMO_MODELS.map((model) => ({
      model,
      folder: folders[model],
      validation: {
        untrained: logs[model][0].valid_loss as number,
        best: finals[model].valid_loss,
        best_epoch: finals[model].best_epoch,
      },
      test: finals[model].test_loss,
    })),
    pictures: [
      ...(await written(join(out, 'steering'), await steeringSvg(steered, experiment_id))),
      ...(await written(join(out, 'loss'), await lossesSvg(logs, constant.validation, label_scale))),
    ],
  };
}

/** Values by column of `final.csv`. */
async function finalFigures(folder: string): Promise<Record<string, number>> {
  const [row]: Record<string, string>[] = parse(await readFile(join(folder, FINAL_FILE)), { columns: true });
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, Number(cell)]));
}

/** As SVG and PNG. @param path - without ending */
async function written(path: string, svg: string): Promise<string[]> {
  const [vector, pixels] = [`${path}.svg`, `${path}.png`];
  await replaceFile(vector, svg);
  await replaceFile(pixels, await svgToPng(svg));
  return [vector, pixels];
}

function perModel<Value>(of: (model: DemoModel) => Value): PerModel<Value> {
  return { lstm: of('lstm'), wm: of('wm') };
}

/** One after the other: what computes is shared. */
async function perModelAsync<Value>(of: (model: DemoModel) => Promise<Value>): Promise<PerModel<Value>> {
  const lstm = await of('lstm');
  return { lstm, wm: await of('wm') };
}
