/**
 * What `data inspect` says of a folder of recordings, and the published scripts print at start (docs/pipeline.md §1): frames
 * of every split, memory, rate, label histogram. Reads labels and times only.
 */
import { DataError } from '../../errors.ts';
import { deviation, histogram, LABEL_BINS, mean, median, steps } from '../../text/statistics.ts';
import { SKIP_SECONDS } from '../batches/concatenation.ts';
import { foldCount } from '../batches/folds.ts';
import { activeSplit, passiveSplit, type Segment, type Split } from '../batches/split.ts';
import { CROP_BYTES } from '../frames/crop.ts';
import type { Dataset } from '../recordings/dataset-config.ts';
import type { RecordingInfo } from '../recordings/recording.ts';
import { suggestScale } from './label-scale.ts';

export interface RecordingSummary {
  readonly name: string;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** From the first to the last frame, skips included. */
  readonly seconds: number;
  /** Frames per second: 1 / median step in time. */
  readonly rate: number;
  /** Steps of 5 s or more. */
  readonly skips: number;
  /** Steps back in time. */
  readonly backward: number;
  /** Of the labels as models learn them. */
  readonly mean: number;
  readonly deviation: number;
}

export interface SplitSummary {
  /** `fold 0` …, or `active`. */
  readonly name: string;
  /** Frames. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly notes: readonly string[];
}

export interface DatasetSummary {
  readonly recordings: RecordingSummary[];
  readonly frames: number;
  /** Of all cropped frames: what the cache takes on disk, and the published scripts in memory. */
  readonly croppedBytes: number;
  readonly rate: number;
  readonly skips: number;
  readonly backward: number;
  /** Of the labels as models learn them: stored label × sign × scale. */
  readonly labels: {
    readonly scale: number;
    readonly mean: number;
    readonly deviation: number;
    readonly smallest: number;
    readonly largest: number;
    /** Counts in the bins between `edges`. */
    readonly edges: readonly number[];
    readonly histogram: readonly number[];
    /** Labels that lie beyond the first and the last edge, in no bin. */
    readonly below: number;
    readonly above: number;
  };
  /** The scale that suits these labels; see label-scale.ts. */
  readonly suggestedScale: number;
  /** The active set, or the folds whose recordings are there. */
  readonly splits: readonly SplitSummary[];
  /** Why a fold is not among them. */
  readonly splitFault?: string;
}

/**
 * @param dataset - how the recordings are read
 * @param infos - of its recordings, at least one
 */
export function summarise(dataset: Dataset, infos: readonly RecordingInfo[]): DatasetSummary {
  const stored = concatenated(infos.map(({ labels }) => labels));
  const labels = scaled(stored, dataset);
  const recordings = infos.map((info) => summariseRecording(dataset, info));
  const total = (of: (recording: RecordingSummary) => number) =>
    recordings.reduce((sum, recording) => sum + of(recording), 0);
  return {
    recordings,
    frames: labels.length,
    croppedBytes: labels.length * CROP_BYTES,
    rate: 1 / median(concatenated(infos.map(({ timestamps }) => steps(timestamps)))),
    skips: total(({ skips }) => skips),
    backward: total(({ backward }) => backward),
    labels: {
      scale: dataset.labelScale,
      mean: mean(labels),
      deviation: deviation(labels),
      smallest: labels.reduce((a, b) => Math.min(a, b)),
      largest: labels.reduce((a, b) => Math.max(a, b)),
      edges: LABEL_BINS,
      histogram: histogram(labels, LABEL_BINS),
      below: labels.filter((label) => label < LABEL_BINS[0]).length,
      above: labels.filter((label) => label > LABEL_BINS[LABEL_BINS.length - 1]).length,
    },
    suggestedScale: suggestScale(stored),
    ...splitsOf(dataset, infos),
  };
}

function summariseRecording(dataset: Dataset, info: RecordingInfo): RecordingSummary {
  const { name, frames, height, width, timestamps } = info;
  const between = steps(timestamps);
  const labels = scaled(info.labels, dataset);
  return {
    name,
    frames,
    height,
    width,
    seconds: timestamps[frames - 1] - timestamps[0],
    rate: 1 / median(between),
    skips: between.filter((step) => step >= SKIP_SECONDS).length,
    backward: between.filter((step) => step < 0).length,
    mean: mean(labels),
    deviation: deviation(labels),
  };
}

/** Labels as models learn them. */
export function scaled(labels: Float64Array, { labelScale, labelSign }: Dataset): Float64Array {
  return labels.map((label) => label * labelScale * labelSign);
}

function concatenated(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

/** The active set where its names are there, else the folds, as far as theirs are. */
function splitsOf(
  { folds }: Dataset,
  infos: readonly RecordingInfo[],
): Pick<DatasetSummary, 'splits' | 'splitFault'> {
  const splits: SplitSummary[] = [];
  let splitFault: string | undefined;
  const attempt = (name: string, make: () => Split) => {
    try {
      splits.push(summariseSplit(name, make()));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      splitFault ??= error.message;
    }
  };
  if (folds === 'paper') attempt('active', () => activeSplit(infos));
  if (splits.length > 0) return { splits };
  splitFault = undefined;
  for (let fold = 0; fold < foldCount(folds); fold++) {
    attempt(`fold ${fold}`, () => passiveSplit(infos, folds, fold));
  }
  return { splits, splitFault };
}

function summariseSplit(name: string, { train, validation, test, notes }: Split): SplitSummary {
  const frames = (segments: readonly Segment[]) => segments.reduce((sum, { count }) => sum + count, 0);
  return { name, train: frames(train), validation: frames(validation), test: frames(test), notes };
}
