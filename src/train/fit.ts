/**
 * The training loop, from top to bottom: validate, checkpoint, then an epoch of draw, step, log; over and over.
 *
 * Validation comes before an epoch's training, as in the original: row e of the log pairs the validation of the weights
 * that enter epoch e with the training metrics of epoch e, and a last row validates the final weights
 * (docs/pipeline.md §4). A stop request is obeyed after the batch at hand, with a checkpoint from which a resumed run goes
 * on bit for bit. What stands around the loop (data, folders, backends) is in session.ts; what it leaves on disk, in
 * run/training-record.ts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { DivergedError, NotFiniteError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Engine, StepMetrics } from './engine.ts';
import type { Figures } from './evaluate.ts';
import type { CheckpointState } from './run/checkpoint-folder.ts';
import type { StopSignal } from './signals.ts';

/** Where batches come from. */
export interface BatchSource {
  readonly batchesPerEpoch: number;
  next(epoch: number, batch: number): Promise<HostBatch>;
}

/** What is told to whoever watches. */
export interface Watcher {
  validated(epoch: number, valid: Figures, isBest: boolean): void;
  stepped(epoch: number, batch: number, metrics: { mse: number; mae: number }, frames: number): void;
  epochEnded(epoch: number, train: Figures, valid: Figures): void;
}

/** A place in training: a checkpoint's, or that before the first epoch. */
export type TrainingPlace = Omit<CheckpointState, 'adamUpdates'>;

/** What is measured of an epoch. */
export interface TrainedEpoch {
  readonly epoch: number;
  /** Means over its batches. */
  readonly train: Figures;
  readonly valid: Figures;
  readonly gradientNorm: number;
  readonly seconds: number;
  readonly framesPerSecond: number;
  readonly batches: number;
}

/** What the loop leaves of itself; on disk it is run/training-record.ts. @throws DataError where the disk is full */
export interface TrainingRecord {
  validated(epoch: number, valid: Figures): void;
  stepped(epoch: number, batch: number, step: Omit<StepMetrics, 'loss'>): void;
  epochEnded(epoch: TrainedEpoch): Promise<void>;
  /** The validation of the final weights, after `epoch` epochs. */
  finished(epoch: number, valid: Figures): Promise<void>;
  /**
   * Keeps a checkpoint.
   *
   * @param isBest - its weights have the least validation loss so far
   * @throws NotFiniteError for weights that are not finite; ConfigError if another process has taken the run over
   */
  save(place: TrainingPlace, isBest: boolean): Promise<void>;
  /** Path of the checkpoint that a resume would go on from. */
  lastCheckpoint(): Promise<string | undefined>;
}

export interface FitSettings {
  readonly seed: number;
  readonly fold: number;
  readonly epochs: number;
  /** Epochs that may pass without a better validation loss; 0 for any number. */
  readonly patience: number;
}

export interface FitTask {
  readonly engine: Engine;
  readonly batches: BatchSource;
  /** Validation of the weights as they are. */
  readonly validate: () => Promise<Figures>;
  readonly record: TrainingRecord;
  readonly watcher: Watcher;
  readonly start: TrainingPlace;
  readonly settings: FitSettings;
  /** Asked after every batch: a signal, or time over. */
  readonly stopRequested: () => StopSignal | 'time' | undefined;
}

/** How the loop ended. */
export type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'stopped'; readonly by: StopSignal | 'time' };

const NO_SUMS = { loss: 0, mae: 0, gradientNorm: 0, batches: 0 };

/** The state of a run that has not begun. */
export const STATE_AT_START: TrainingPlace = {
  epoch: 0,
  batch: 0,
  sums: NO_SUMS,
  valid: null,
  best: null,
};

/**
 * @throws DivergedError when a loss, gradient or weight is not finite; the last checkpoint is from before
 * @throws DataError when the disk is full
 */
export async function fit(task: FitTask): Promise<Ending> {
  const { engine, batches, record, watcher } = task;
  const { seed, fold, epochs, patience } = task.settings;
  const checkpoint = (state: TrainingPlace, isBest: boolean) =>
    orDiverged(task, `after ${placeOf(state)}`, () => record.save(state, isBest));

  let state = task.start;
  for (;;) {
    const { epoch } = state;

    // 1. Validate the weights that enter this epoch, and keep them. A resumed run has done so already.
    if (state.valid === null) {
      const valid = await orDiverged(task, `in the validation before epoch ${epoch}`, async () => {
        const figures = await task.validate();
        requireFinite(figures.loss, 'the validation loss');
        return figures;
      });
      const isBest = state.best === null || valid.loss < state.best.loss;
      const best = isBest ? { epoch, loss: valid.loss } : state.best;
      state = { ...state, valid, best };
      record.validated(epoch, valid);
      await checkpoint(state, isBest);
      watcher.validated(epoch, valid, isBest);
    }
    const valid = state.valid as Figures;
    const withoutBetter = epoch - (state.best?.epoch ?? epoch);
    if (epoch >= epochs || (patience > 0 && withoutBetter >= patience)) {
      await record.finished(epoch, valid);
      return { kind: 'finished' };
    }

    // 2. Train for an epoch.
    const started = performance.now();
    let before: StepMetrics | undefined;
    let frames = 0; // since then: a resumed epoch has fewer than it has batches
    while (state.batch < batches.batchesPerEpoch) {
      const by = task.stopRequested();
      if (by) {
        if (state.batch > 0) await checkpoint(state, false);
        return { kind: 'stopped', by };
      }
      const batch = await batches.next(epoch, state.batch);
      const next = { ...state, batch: state.batch + 1 };
      const where = `in ${placeOf(next)} of ${batches.batchesPerEpoch}${trend(before)}`;
      before = await orDiverged(task, where, async () => {
        const step = await engine.step(batch, { seed, fold, epoch, batch: state.batch });
        requireFinite(step.mse, 'the loss');
        return step;
      });
      const { mse, mae, gradientNorm } = before;
      record.stepped(epoch, state.batch, { mse, mae, gradientNorm });
      frames += batch.T * batch.B;
      const { sums } = state;
      state = {
        ...next,
        sums: {
          loss: sums.loss + mse,
          mae: sums.mae + mae,
          gradientNorm: sums.gradientNorm + gradientNorm,
          batches: sums.batches + 1,
        },
      };
      watcher.stepped(epoch, state.batch, { mse, mae }, batch.T * batch.B);
      await nextTurn(); // let signals in
    }

    // 3. Log it; the next epoch's checkpoint comes after its validation.
    const { sums } = state;
    const train = { loss: sums.loss / sums.batches, mae: sums.mae / sums.batches };
    const gradientNorm = sums.gradientNorm / sums.batches;
    const seconds = (performance.now() - started) / 1000;
    const framesPerSecond = frames / seconds;
    const { batches: trained } = sums;
    await record.epochEnded({
      epoch,
      train,
      valid,
      gradientNorm,
      seconds,
      framesPerSecond,
      batches: trained,
    });
    watcher.epochEnded(epoch, train, valid);
    state = { ...state, epoch: epoch + 1, batch: 0, sums: NO_SUMS, valid: null };
  }
}

function requireFinite(value: number, what: string): void {
  if (!Number.isFinite(value)) throw new NotFiniteError(`${what} is ${value}`);
}

/**
 * An update may overflow; a checkpoint of such weights would take the place of a good one.
 *
 * @throws NotFiniteError naming the weight
 */
export function requireFiniteWeights(model: Model): void {
  for (const [name, variable] of model.weights) {
    if (!variable.dataSync<'float32'>().every(Number.isFinite)) {
      throw new NotFiniteError(`weight ${name} holds numbers that are not finite`);
    }
  }
}

/** Batches count from 1, as in the name of a checkpoint, which says how many are done. */
const placeOf = ({ epoch, batch }: { epoch: number; batch: number }) =>
  batch === 0 ? `epoch ${epoch - 1}` : `epoch ${epoch}, batch ${batch}`;

const trend = (before: StepMetrics | undefined) =>
  before === undefined
    ? ''
    : ` (the batch before had loss ${before.mse.toPrecision(3)}, gradient norm ${before.gradientNorm.toPrecision(3)})`;

/** Runs something in which numbers may cease to be finite, and then says where that was and what is left. */
async function orDiverged<Value>(task: FitTask, where: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    const last = await task.record.lastCheckpoint();
    const kept = last === undefined ? 'there is no checkpoint yet' : `${last} is kept`;
    throw new DivergedError(
      `training diverged ${where}: ${error.message}. Nothing was saved of it, ${kept}. ` +
        'Start again with a lower learning rate (--lr, with --new), or check the labels and --label_scale',
    );
  }
}
