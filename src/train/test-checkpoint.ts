/**
 * `ncp-train test`: a finished model on any recordings. The model's own file says how its frames are cropped and its labels
 * scaled; data that says otherwise is refused.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '../backend/choose.ts';
import type { BackendChoice } from '../backend/names.ts';
import { cropText, parseCrop } from '../data/crop.ts';
import { readDatasetConfig } from '../data/dataset-config.ts';
import { readFolds } from '../data/folds.ts';
import type { Segment } from '../data/split.ts';
import { ConfigError, DataError } from '../errors.ts';
import type { InputDescription } from '../models/input-description.ts';
import { disposeModel } from '../models/model.ts';
import { loadModel, readInput } from '../models/weights-file.ts';
import { bestCheckpoint } from './checkpoint.ts';
import { WEIGHTS_FILE } from './checkpoint-folder.ts';
import { localEngine } from './engine.ts';
import { evaluate, type Figures } from './evaluate.ts';
import { adamState } from './optimizer.ts';
import { type DataRequest, evaluationSet, openTrainingData, wholeRecordings } from './training-data.ts';

export interface TestRequest {
  /** A run's folder (its best checkpoint), a checkpoint's folder, or a weights file. */
  readonly checkpoint: string;
  readonly data: string;
  /** `all`: every recording whole. The others need a fold, or `active`. */
  readonly split: 'all' | 'train' | 'validation' | 'test';
  readonly fold: number | 'active' | undefined;
  readonly folds: string | undefined;
  /** L */
  readonly chunk: number;
  readonly compat: 'none' | 'paper';
  readonly backend: BackendChoice;
  readonly cacheDir: string | undefined;
  readonly onProgress: DataRequest['onProgress'];
}

export interface TestResult extends Figures {
  readonly weights: string;
  readonly model: string;
  readonly frames: number;
  readonly chunks: number;
  /** Variance of the labels: the loss of the best constant. */
  readonly labelVariance: number;
  /** Mean absolute error in 1/km. */
  readonly maePerKilometre: number;
}

/**
 * @throws DataError where there is no such checkpoint or data
 * @throws ConfigError if the data is described otherwise than the model was trained, naming each difference
 */
export async function testCheckpoint(request: TestRequest): Promise<TestResult> {
  const weights = await weightsOf(request.checkpoint);
  const input = await readInput(weights);
  if (!input)
    throw new ConfigError(`${weights} does not say what its model was trained on; it is not of a run`);
  refuseOtherInput(weights, input, request.data);
  await useBackend(request.backend);
  const model = await loadModel(weights);
  const data = await openTrainingData({
    data: request.data,
    overrides: {
      crop: input.crop,
      label_scale: input.label_scale,
      label_sign: input.label_sign,
      folds: request.folds === undefined ? undefined : readFolds(request.folds),
    },
    cacheDir: request.cacheDir,
    fold: request.split === 'all' ? 'none' : (request.fold ?? 'none'),
    debug: false,
    onProgress: request.onProgress,
  });
  const segments: readonly Segment[] =
    request.split === 'all' ? wholeRecordings(data.recordings) : data.split[request.split];
  const set = evaluationSet(data, segments, request.split, request.chunk, request.compat);
  const engine = localEngine(model, adamState(model), { curveFactor: 0, lr: 1, convGradScaling: 1 });
  try {
    const figures = await evaluate(model, engine, set.frames, set.runs, set.chunk);
    const judged = set.runs
      .flat()
      .flatMap((first) => Array.from(set.frames.labels.subarray(first, first + set.chunk)));
    return {
      weights,
      model: model.options.model,
      frames: judged.length,
      chunks: judged.length / set.chunk,
      ...figures,
      labelVariance: variance(judged),
      maePerKilometre: (figures.mae / input.label_scale) * 1000,
    };
  } finally {
    set.frames.close();
    disposeModel(model);
  }
}

/** @throws DataError naming what was looked for */
async function weightsOf(path: string): Promise<string> {
  if (!existsSync(path)) throw new DataError(`${path}: there is no such checkpoint`);
  if (!statSync(path).isDirectory()) return path;
  const own = join(path, WEIGHTS_FILE);
  if (existsSync(own)) return own;
  const best = await bestCheckpoint(path);
  if (best) return join(best.path, WEIGHTS_FILE);
  throw new DataError(
    `${path} is neither a checkpoint (${WEIGHTS_FILE}) nor a run with one (checkpoints/best)`,
  );
}

function refuseOtherInput(weights: string, input: InputDescription, folder: string): void {
  const { crop, label_scale, label_sign } = readDatasetConfig(folder);
  const cropHere =
    crop === undefined ? undefined : cropText(parseCrop(Array.isArray(crop) ? crop.join(',') : crop));
  const there = { crop: input.crop, label_scale: input.label_scale, label_sign: input.label_sign };
  const here = { crop: cropHere, label_scale, label_sign };
  const faults = Object.entries(there).flatMap(([key, value]) => {
    const other = here[key as keyof typeof here];
    return other === undefined || other === value
      ? []
      : [`${key} ${other}, the model was trained with ${value}`];
  });
  if (faults.length > 0) {
    throw new ConfigError(`${weights} does not fit ${folder}, whose dataset.yaml says ${faults.join('; ')}`);
  }
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
