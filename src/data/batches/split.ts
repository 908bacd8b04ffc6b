/**
 * Which frames train, which validate, which test: segments of recordings, for one fold of a passive set or for the
 * active set's fixed split (docs/pipeline.md §1). Only frames are counted here; none is read.
 */
import { DataError } from '../../errors.ts';
import { type FoldsSpec, type SizedRecording, testRecordings } from './folds.ts';

/** Neighbouring frames of one recording. */
export interface Segment {
  /** Index into the data set's recordings. */
  readonly recording: number;
  /** First frame. */
  readonly first: number;
  /** Number of frames. */
  readonly count: number;
}

/** No frame is in two of the three, or twice in one. */
export interface Split {
  readonly train: Segment[];
  readonly validation: Segment[];
  readonly test: Segment[];
  /** What a user should be told of it, in sentences: recordings that are not there or too short. */
  readonly notes: string[];
}

/** The paper's recordings for active driving; their names end alike. */
const ACTIVE_TRAIN = ['20190628-094335', '20190723-133449', '20190723-154501', '20190723-161821'].map(
  activeName,
);
const ACTIVE_VALIDATION = ['20190628-150233', '20190723-134708'].map(activeName);

function activeName(time: string): string {
  return `${time}_blue_prius_devens_rightside.h5`;
}

/**
 * Frames at each end of a training recording that validate: S = s + (16 − s mod 16), s = ⌊0.05·N⌋; so 5 % and a little
 * more, a multiple of 16, at least 16.
 *
 * @param frames - N
 */
export function validationFrames(frames: number): number {
  const share = Math.floor(0.05 * frames);
  return share + (16 - (share % 16));
}

/**
 * The split of one fold: its test recordings whole, of every other one the first and last S frames for validation and
 * the middle for training, in the order of `recordings`. A recording shorter than 3·S (about 48 frames), whose middle
 * would be less than one end, trains whole.
 *
 * @param recordings - in name order
 * @throws UsageError if there is no such fold; DataError if none of its test recordings is there, or no other one
 */
export function passiveSplit(recordings: readonly SizedRecording[], folds: FoldsSpec, fold: number): Split {
  const { indices, missing } = testRecordings(recordings, folds, fold);
  const split: Split = { train: [], validation: [], test: [], notes: [] };
  if (missing.length > 0) {
    split.notes.push(`fold ${fold} is tested without ${missing.join(', ')}: not in the data folder.`);
  }
  recordings.forEach(({ name, frames }, recording) => {
    if (indices.includes(recording)) {
      split.test.push(whole(recording, frames));
      return;
    }
    const ends = validationFrames(frames);
    const middle = frames - 2 * ends;
    if (middle < ends) {
      split.notes.push(
        `${name} has ${frames} frames, too few to keep ${2 * ends} for validation: all train.`,
      );
      split.train.push(whole(recording, frames));
      return;
    }
    split.validation.push({ recording, first: 0, count: ends });
    split.train.push({ recording, first: ends, count: middle });
    split.validation.push({ recording, first: frames - ends, count: ends });
  });
  if (split.train.length === 0) {
    throw new DataError(
      `fold ${fold} tests all ${recordings.length} recordings, none is left to train on; ` +
        'add recordings, or use other folds (--folds auto:K)',
    );
  }
  if (split.validation.length === 0) {
    throw new DataError(
      `fold ${fold}: no recording to train on is long enough to keep frames for validation (48 suffice); ` +
        'cut drives into fewer, longer recordings',
    );
  }
  return split;
}

/**
 * The active set's fixed split, by file name; there is no test set.
 *
 * @param recordings - in name order
 * @throws DataError if none of the training or none of the validation recordings is there
 */
export function activeSplit(recordings: readonly SizedRecording[]): Split {
  const notes: string[] = [];
  const pick = (use: string, names: string[]) => {
    const there = recordings.flatMap(({ name, frames }, recording) =>
      names.includes(name) ? whole(recording, frames) : [],
    );
    const missing = names.filter((file) => !recordings.some(({ name }) => name === file));
    if (there.length === 0) {
      throw new DataError(
        `no ${use} recording of the active set is among the ${recordings.length} recordings: looked for ` +
          `${missing.join(', ')}; make such a set with ncp-train data generate active, ` +
          'or train on other recordings with ncp-train passive --folds auto:K',
      );
    }
    if (missing.length > 0) notes.push(`${use} goes without ${missing.join(', ')}: not in the data folder.`);
    return there;
  };
  const train = pick('training', ACTIVE_TRAIN);
  const validation = pick('validation', ACTIVE_VALIDATION);
  return { train, validation, test: [], notes };
}

function whole(recording: number, frames: number): Segment {
  return { recording, first: 0, count: frames };
}
