/**
 * The two sizes of a reproduction. `full` is the paper's: its folds, epochs and test drives, with every default of the
 * commands. `small` goes the same way with so little of everything that it ends within half an hour on two cores with the
 * native backend: a rehearsal, whose numbers say nothing of the models.
 */
import { join } from 'node:path';

export interface Scale {
  /** Frames of each passive recording; of each active one. */
  readonly frames: { readonly passive: number; readonly active: number };
  /** Of the generated frames. */
  readonly size: string;
  /** Of the cross-testing. */
  readonly folds: string;
  /** More options of the sweeps. */
  readonly passive: SweepOptions;
  readonly active: SweepOptions;
  readonly drives: { readonly runs: number; readonly metres: number };
  /** Said with every number. */
  readonly remark?: string;
}

/** What suits the recurrent models does not suit the CNN. */
export interface SweepOptions {
  readonly recurrent: readonly string[];
  readonly cnn: readonly string[];
}

const SMALL_EPOCHS = { passive: 3, active: 6 };

/** @param configs - path of the folder configs/ */
export function scaleOf(name: 'small' | 'full', configs: string): Scale {
  if (name === 'full') {
    const plain = { recurrent: [], cnn: [] };
    return {
      frames: { passive: 600, active: 1200 },
      size: '250x400',
      folds: '0-9',
      passive: plain,
      active: plain,
      drives: { runs: 10, metres: 1000 },
    };
  }
  const few = (epochs: number): SweepOptions => {
    const options = (file: string) => ['--config', join(configs, file), '--epochs', String(epochs)];
    return { recurrent: options('small.yaml'), cnn: options('small-cnn.yaml') };
  };
  return {
    frames: { passive: 200, active: 400 },
    size: '125x200',
    folds: '0-1',
    passive: few(SMALL_EPOCHS.passive),
    active: few(SMALL_EPOCHS.active),
    drives: { runs: 1, metres: 500 },
    remark:
      `A rehearsal: two folds instead of ten, ${SMALL_EPOCHS.passive} and ${SMALL_EPOCHS.active} epochs instead of 50 and 200, ` +
      'short recordings, test drives of 500 m. Its numbers show that every step works. They are not the paper’s, and do not ' +
      'say which model is better; --scale full does.',
  };
}
