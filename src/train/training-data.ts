/**
 * From a folder of recordings to what training and evaluation draw from: cropped frames in the cache, a split, and its
 * validation and test frames with the order in which they are walked. Reads no frame itself.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { sampleWeights } from '../augment/weighting.ts';
import { type Compat, Concatenation } from '../data/batches/concatenation.ts';
import { type EvaluationRun, evaluationRuns } from '../data/batches/evaluation-order.ts';
import { activeSplit, passiveSplit, type Segment, type Split } from '../data/batches/split.ts';
import { SplitFrames } from '../data/batches/split-frames.ts';
import { cropText } from '../data/frames/crop.ts';
import { type CachedRecording, openCached } from '../data/frames/frame-cache.ts';
import { type Dataset, type DatasetOverrides, resolveDataset } from '../data/recordings/dataset-config.ts';
import { ConfigError } from '../errors.ts';
import { FRAME } from '../models/convolution.ts';
import type { InputDescription } from '../models/input-description.ts';
import { deviation, median, steps } from '../text/statistics.ts';
import { type Floors, floorsOf } from './floors.ts';

export interface TrainingData {
  readonly dataset: Dataset;
  readonly recordings: readonly CachedRecording[];
  readonly split: Split;
  /** Hexadecimal SHA-256 of all recordings' names and contents. */
  readonly fingerprint: string;
  /** What a model trained on it has to be fed. */
  readonly input: InputDescription;
  /** Standard deviation of the training labels, curvature × label scale. */
  readonly labelDeviation: number;
}

/** A split's frames, and the order in which evaluation walks them. */
export interface EvaluationSet {
  readonly frames: SplitFrames;
  readonly runs: readonly EvaluationRun[];
  /** L */
  readonly chunk: number;
}

export interface DataRequest {
  readonly data: string;
  readonly overrides: DatasetOverrides;
  readonly cacheDir: string | undefined;
  /** The fold that is kept for the test; `active` for the fixed split; `none` for no split: all frames train. */
  readonly fold: number | 'active' | 'none';
  /** Use one recording of each split only. */
  readonly debug: boolean;
  /** Called before each recording that has to be cropped, and while it is. */
  readonly onProgress?: (recording: string, framesDone: number, frames: number) => void;
}

/**
 * @throws DataError for recordings that are missing or cannot be used
 * @throws UsageError, ConfigError for faults in options and `dataset.yaml`
 */
export async function openTrainingData(request: DataRequest): Promise<TrainingData> {
  const { fold, cacheDir, onProgress } = request;
  const dataset = await resolveDataset(request.data, request.overrides);
  const { crop, channelOrder, labelScale, labelSign } = dataset;
  const recordings: CachedRecording[] = [];
  for (const path of dataset.recordings) {
    const onFrames = (done: number, frames: number) => onProgress?.(basename(path), done, frames);
    recordings.push(await openCached(path, { crop, channelOrder, cacheDir, onProgress: onFrames }));
  }
  const whole = splitOf(recordings, dataset, fold);
  const split = request.debug ? firstRecordings(whole) : whole;
  return {
    dataset,
    recordings,
    split,
    fingerprint: dataFingerprint(recordings),
    input: {
      height: FRAME.height,
      width: FRAME.width,
      crop: cropText(crop),
      channel_order: channelOrder,
      label_scale: labelScale,
      label_sign: labelSign,
      rate_hz: 1 / median(steps(recordings[split.train[0].recording].timestamps)),
    },
    labelDeviation: deviation(labelsOf(split.train, recordings, labelScale * labelSign)),
  };
}

/**
 * @param what - the split's name for messages, e.g. `validation`
 * @param chunk - L, frames that are judged together
 * @throws DataError if no chunk fits
 */
export function evaluationSet(
  { dataset, recordings }: TrainingData,
  segments: readonly Segment[],
  what: string,
  chunk: number,
  compat: Compat,
): EvaluationSet {
  const order = new Concatenation(segments, recordings);
  return {
    frames: new SplitFrames(order, recordings, dataset.labelScale * dataset.labelSign),
    runs: evaluationRuns(order, chunk, compat, what),
    chunk,
  };
}

/**
 * Finds labels that no training can learn, since their squares or their weights in the loss are beyond 32 bits.
 *
 * @param curveFactor - see `sampleWeights`
 * @throws ConfigError naming the largest label and the option that makes it too large
 */
export function requireFiniteLabels({ dataset, recordings }: TrainingData, curveFactor: number): void {
  for (const { name, labels } of recordings) {
    const curvature = labels.reduce((most, label) => Math.max(most, Math.abs(label)), 0);
    const label = Math.fround(curvature * dataset.labelScale);
    const said = `the largest label of ${name} is ${label.toPrecision(4)} (curvature ${curvature.toPrecision(4)} 1/m × label scale ${dataset.labelScale})`;
    if (!Number.isFinite(Math.fround(label * label))) {
      throw new ConfigError(`${said}, too large to compute with; give a smaller --label_scale`);
    }
    if (!sampleWeights(Float32Array.of(label), curveFactor).every(Number.isFinite)) {
      throw new ConfigError(
        `${said}, and its weight in the loss, exp(${curveFactor}·${label.toPrecision(4)}), is too large to compute with; ` +
          'give a smaller --curve_factor or --label_scale',
      );
    }
  }
}

/**
 * Floors of a split, from its labels alone.
 *
 * @throws DataError if no chunk fits
 */
export function splitFloors(...split: Parameters<typeof evaluationSet>): Floors {
  const { frames, runs, chunk } = evaluationSet(...split);
  frames.close();
  return floorsOf(frames.labels, runs, chunk);
}

function splitOf(
  recordings: readonly CachedRecording[],
  { folds }: Dataset,
  fold: DataRequest['fold'],
): Split {
  if (fold === 'active') return activeSplit(recordings);
  if (fold === 'none') return { train: wholeRecordings(recordings), validation: [], test: [], notes: [] };
  return passiveSplit(recordings, folds, fold);
}

/** Every frame of every recording. */
export function wholeRecordings(recordings: readonly CachedRecording[]): Segment[] {
  return recordings.map(({ frames }, recording) => ({ recording, first: 0, count: frames }));
}

/** `--debug`: of each split only what lies in its first recording. */
function firstRecordings(split: Split): Split {
  const first = (segments: Segment[]) =>
    segments.filter(({ recording }) => recording === segments[0].recording);
  return {
    ...split,
    train: first(split.train),
    validation: first(split.validation),
    test: first(split.test),
  };
}

function labelsOf(segments: readonly Segment[], recordings: readonly CachedRecording[], factor: number) {
  return segments.flatMap(({ recording, first, count }) =>
    Array.from(recordings[recording].labels.subarray(first, first + count), (label) => label * factor),
  );
}

/** Hexadecimal SHA-256 of all recordings' names and contents. */
export function dataFingerprint(recordings: readonly CachedRecording[]): string {
  const hash = createHash('sha256');
  for (const { name, fingerprint } of recordings) hash.update(`${name} ${fingerprint}\n`);
  return hash.digest('hex');
}
