/** How a finished run steers on its own fold's test drives, frame by frame, beside the driver. */
import { join } from 'node:path';
import { readFolds } from '../data/batches/folds.ts';
import { disposeModel } from '../models/model.ts';
import { loadModel } from '../models/weights-file.ts';
import type { PassiveOptions } from '../options/schema.ts';
import { localEngine } from '../train/engine.ts';
import { predict } from '../train/evaluate.ts';
import { adamState } from '../train/optimizer/optimizer.ts';
import { bestCheckpoint } from '../train/run/checkpoint.ts';
import { WEIGHTS_FILE } from '../train/run/checkpoint-folder.ts';
import { evaluationSet, openTrainingData } from '../train/training-data.ts';

/** A frame of the test drives. */
export interface SteeredFrame {
  readonly frame: number;
  /** Frames of one number follow each other without a skip. */
  readonly stretch: number;
  /** 1/km, positive to the left. */
  readonly driver: number;
  readonly model: number;
}

/**
 * On the backend that is set, with the weights of the best epoch.
 *
 * @param folder - of the run
 * @param options - that it was made with
 * @param chunk - L of the evaluation
 */
export async function steeredFrames(
  folder: string,
  options: PassiveOptions,
  chunk: number,
): Promise<SteeredFrame[]> {
  const best = await bestCheckpoint(folder);
  if (!best) throw new Error(`${folder}: a finished run has a best checkpoint`);
  const data = await openTrainingData({
    data: options.data,
    overrides: {
      crop: options.crop,
      channel_order: options.channel_order,
      label_scale: options.label_scale,
      label_sign: options.label_sign,
      folds: options.folds === undefined ? undefined : readFolds(options.folds),
    },
    cacheDir: options.cache_dir,
    fold: options.experiment_id,
    debug: options.debug,
  });
  const { frames, runs } = evaluationSet(data, data.split.test, 'test', chunk, options.compat);
  const model = await loadModel(join(best.path, WEIGHTS_FILE));
  const engine = localEngine(model, adamState(model), { curveFactor: 0, lr: 1, convGradScaling: 1 });
  const perKilometre = 1000 / (data.dataset.labelScale * data.dataset.labelSign);
  try {
    const outputs = await predict(model, engine, frames, runs, chunk);
    return runs.flatMap(([first], stretch) =>
      Array.from(outputs[stretch], (output, n) => ({
        frame: first + n,
        stretch,
        driver: frames.labels[first + n] * perKilometre,
        model: output * perKilometre,
      })),
    );
  } finally {
    frames.close();
    disposeModel(model);
  }
}
