/**
 * `ncp-train test`: a finished model on any recordings, by default on those that its run kept for the test. The model's own
 * file says how its frames are cropped and its labels scaled; data that says otherwise is refused.
 */
import { useBackend } from '../backend/choose.ts';
import type { BackendChoice } from '../backend/names.ts';
import { readFolds } from '../data/batches/folds.ts';
import type { Segment } from '../data/batches/split.ts';
import { cropText, parseCrop } from '../data/frames/crop.ts';
import { readDatasetConfig } from '../data/recordings/dataset-config.ts';
import { ConfigError, UsageError } from '../errors.ts';
import type { InputDescription } from '../models/input-description.ts';
import { disposeModel } from '../models/model.ts';
import { loadModel, readInput } from '../models/weights-file.ts';
import { localEngine } from './engine.ts';
import { CHUNK, evaluate, type Figures } from './evaluate.ts';
import { adamState } from './optimizer/optimizer.ts';
import { runOfCheckpoint } from './run/checkpoint-origin.ts';
import { requireKnownPlace } from './run/run-paths.ts';
import { alteredRecordings } from './run/run-record.ts';
import { type DataRequest, evaluationSet, openTrainingData, wholeRecordings } from './training-data.ts';
import { weightsOf } from './weights-of.ts';

/** `all`: every recording whole. */
export type TestSplit = 'all' | 'train' | 'validation' | 'test';

/** What is not given is as the run of the checkpoint recorded it. */
export interface TestRequest {
  /** A run's folder (its best checkpoint), a checkpoint's folder, or a weights file. */
  readonly checkpoint: string;
  readonly data?: string;
  /** Of a run its test split, of an active one, which has none, the validation; of a weights file alone `all`. */
  readonly split?: TestSplit;
  readonly fold?: number | 'active';
  readonly folds?: string;
  /** L; by default the run's, or 16. */
  readonly chunk?: number;
  readonly compat?: 'none' | 'paper';
  readonly channelOrder?: 'rgb' | 'bgr';
  readonly cacheDir?: string;
  readonly backend: BackendChoice;
  readonly onProgress: DataRequest['onProgress'];
}

export interface TestResult extends Figures {
  readonly weights: string;
  readonly model: string;
  readonly data: string;
  readonly split: TestSplit;
  /** Null with the split `all`. */
  readonly fold: number | 'active' | null;
  readonly frames: number;
  readonly chunks: number;
  /** Variance of the labels: the loss of the best constant. */
  readonly labelVariance: number;
  /** Mean absolute error in 1/km. */
  readonly maePerKilometre: number;
}

/**
 * @throws DataError where there is no such checkpoint or data
 * @throws UsageError if neither the request nor a run says which data or fold
 * @throws ConfigError if the data is described otherwise than the model was trained, naming each difference
 */
export async function testCheckpoint(request: TestRequest): Promise<TestResult> {
  const weights = await weightsOf(request.checkpoint);
  const input = await readInput(weights);
  if (!input)
    throw new ConfigError(`${weights} does not say what its model was trained on; it is not of a run`);
  const { data: folder, split, fold, folds, chunk, compat, ...ofData } = await completed(request);
  const compared = COMPARED_KEYS.filter((key) => !ofData.overridden.includes(key));
  refuseOtherInput(weights, input, folder, compared);
  await useBackend(request.backend);
  const data = await openTrainingData({
    data: folder,
    overrides: {
      crop: input.crop,
      label_scale: input.label_scale,
      label_sign: input.label_sign,
      channel_order: ofData.channelOrder,
      folds: folds === undefined ? undefined : readFolds(folds),
    },
    cacheDir: ofData.cacheDir,
    fold: fold ?? 'none',
    debug: ofData.debug,
    onProgress: request.onProgress,
  });
  if (ofData.fingerprint !== undefined && ofData.fingerprint !== data.fingerprint) {
    throw new ConfigError(
      `${folder} does not hold the recordings any more that the run was trained on (fingerprint ${data.fingerprint}, the ` +
        `run has ${ofData.fingerprint}); --data ${folder} tests on what is there all the same`,
    );
  }
  const altered = alteredRecordings(ofData, data.recordings);
  if (altered.length > 0) {
    throw new ConfigError(
      `${folder}: ${altered.join(', ')} ${altered.length === 1 ? 'was' : 'were'} altered since the run was started: frames, labels or ` +
        `times are others; --data ${folder} tests on what is there all the same`,
    );
  }
  refuseOtherRate(weights, input.rate_hz, folder, data.input.rate_hz);
  const model = await loadModel(weights);
  const segments: readonly Segment[] = split === 'all' ? wholeRecordings(data.recordings) : data.split[split];
  const set = evaluationSet(data, segments, split, chunk, compat);
  const engine = localEngine(model, adamState(model), { curveFactor: 0, lr: 1, convGradScaling: 1 });
  try {
    const figures = await evaluate(model, engine, set.frames, set.runs, set.chunk);
    const judged = set.runs
      .flat()
      .flatMap((first) => Array.from(set.frames.labels.subarray(first, first + set.chunk)));
    return {
      weights,
      model: model.options.model,
      data: folder,
      split,
      fold: fold ?? null,
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

/** The request with what the checkpoint's run recorded. What only holds for the run's own folder of data is left to that. */
async function completed(request: TestRequest) {
  const run = await runOfCheckpoint(request.checkpoint).catch((error) => {
    if (request.data === undefined || request.split === undefined) throw error;
    return undefined; // a run's damaged files do not matter where everything is said
  });
  const data = request.data ?? run?.data;
  if (data === undefined) {
    throw new UsageError(`${request.checkpoint} lies in no run that says which recordings; give --data DIR`);
  }
  if (run && request.data === undefined) requireKnownPlace(run, { data: run.data });
  if (run && request.folds === undefined) requireKnownPlace(run, { folds: run.folds });
  const split = request.split ?? (run ? (run.command === 'passive' ? 'test' : 'validation') : 'all');
  const fold = split === 'all' ? undefined : (request.fold ?? run?.fold);
  if (split !== 'all' && fold === undefined) {
    throw new UsageError(`--split ${split} needs --experiment_id FOLD, or --active`);
  }
  if (split === 'test' && fold === 'active') {
    throw new UsageError(
      'the active recordings have no test split; --split validation has what was not trained on',
    );
  }
  const own = request.data === undefined ? run : undefined;
  return {
    data,
    split,
    fold,
    folds: request.folds ?? run?.folds,
    chunk: request.chunk ?? CHUNK[run?.command ?? 'passive'],
    compat: request.compat ?? run?.compat ?? 'none',
    channelOrder: request.channelOrder ?? own?.channelOrder,
    cacheDir: request.cacheDir ?? run?.cacheDir,
    overridden: own?.overridden ?? [],
    debug: own?.debug ?? false,
    fingerprint: own?.fingerprint,
    // Frames with their colours swapped are others, but meant to be.
    recordings: request.channelOrder === undefined ? own?.recordings : undefined,
  };
}

/** What of a model's input `dataset.yaml` may contradict. */
const COMPARED_KEYS = ['crop', 'label_scale', 'label_sign'] as const;
type ComparedKey = (typeof COMPARED_KEYS)[number];

/** @throws ConfigError where `dataset.yaml` in the folder says otherwise than the model was trained */
export function refuseOtherInput(
  weights: string,
  input: InputDescription,
  folder: string,
  keys: readonly ComparedKey[] = COMPARED_KEYS,
): void {
  const { crop, label_scale, label_sign } = readDatasetConfig(folder);
  const cropHere =
    crop === undefined ? undefined : cropText(parseCrop(Array.isArray(crop) ? crop.join(',') : crop));
  const there = { crop: input.crop, label_scale: input.label_scale, label_sign: input.label_sign };
  const here = { crop: cropHere, label_scale, label_sign };
  const faults = keys.flatMap((key) =>
    here[key] === undefined || here[key] === there[key]
      ? []
      : [`${key} ${here[key]}, the model was trained with ${there[key]}`],
  );
  if (faults.length > 0) {
    throw new ConfigError(`${weights} does not fit ${folder}, whose dataset.yaml says ${faults.join('; ')}`);
  }
}

/** Frames come at nearly the same pace everywhere, so that only what is another rate is refused. */
const RATE_TOLERANCE = 0.2;

/** @param where - for the message: the data @throws ConfigError for frames at another pace than the model was trained with */
export function refuseOtherRate(weights: string, trained: number, where: string, here: number): void {
  if (Math.abs(here / trained - 1) <= RATE_TOLERANCE) return;
  throw new ConfigError(
    `${weights} does not fit ${where}: ${here.toFixed(1)} frames a second, the model was trained with ` +
      `${trained.toFixed(1)}`,
  );
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
