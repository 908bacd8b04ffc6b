/**
 * The training loop, from top to bottom: validate, checkpoint, then an epoch of draw, step, log; over and over.
 *
 * Validation comes before an epoch's training, as in the original: row e of the log pairs the validation of the weights
 * that enter epoch e with the training metrics of epoch e, and a last row validates the final weights
 * (docs/pipeline.md §4). A stop request is obeyed after the batch at hand, with a checkpoint from which a resumed run goes
 * on bit for bit. What stands around the loop (data, folders, backends) is in session.ts.
 */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { DivergedError, NotFiniteError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Engine, StepMetrics } from './engine.ts';
import type { Figures } from './evaluate.ts';
import type { AdamState } from './optimizer.ts';
import { type NewCheckpoint, saveCheckpoint } from './run/checkpoint.ts';
import { checkpointsOf, readPointer } from './run/checkpoint-folder.ts';
import type { CheckpointState } from './run/checkpoint-state.ts';
import type { MetricsLog } from './run/metrics-log.ts';
import type { StopSignal } from './signals.ts';
import type { EventFile } from './tensorboard/event-file.ts';

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

export interface FitTask {
  readonly model: Model;
  readonly adam: AdamState;
  readonly engine: Engine;
  readonly batches: BatchSource;
  /** Validation of the weights as they are. */
  readonly validate: () => Promise<Figures>;
  /** The run's folder. */
  readonly folder: string;
  readonly metrics: MetricsLog;
  /** With `--tensorboard`. */
  readonly events?: EventFile;
  /** Draws what the log has. Never fails. */
  readonly drawLoss: () => Promise<void>;
  readonly watcher: Watcher;
  /** A checkpoint's place, or the state before the first epoch. */
  readonly start: Omit<CheckpointState, 'adamUpdates'>;
  readonly seed: number;
  readonly fold: number;
  readonly epochs: number;
  /** Epochs that may pass without a better validation loss; 0 for any number. */
  readonly patience: number;
  readonly keep: NewCheckpoint['keep'];
  readonly input: NewCheckpoint['input'];
  /** Fails if another process has taken the run over; asked before each checkpoint. */
  readonly requireHeld: () => Promise<void>;
  /** Asked after every batch: a signal, or time over. */
  readonly stopRequested: () => StopSignal | 'time' | undefined;
}

/** How the loop ended. */
export type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'stopped'; readonly by: StopSignal | 'time' };

const NO_SUMS = { loss: 0, mae: 0, gradientNorm: 0, batches: 0 };

/** The state of a run that has not begun. */
export const STATE_AT_START: FitTask['start'] = {
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
  const { model, adam, engine, batches, metrics, events, watcher, seed, fold } = task;
  const checkpoint = async (state: FitTask['start'], best: boolean) => {
    await orDiverged(task, `after ${placeOf(state)}`, async () => requireFiniteWeights(model));
    events?.sync();
    await task.requireHeld();
    const { keep, input } = task;
    await saveCheckpoint(task.folder, { model, adam, state, best, keep, input, log: metrics.digest() });
  };

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
      events?.validated(epoch, valid, model);
      await checkpoint(state, isBest);
      watcher.validated(epoch, valid, isBest);
    }
    const valid = state.valid as Figures;
    const withoutBetter = epoch - (state.best?.epoch ?? epoch);
    if (epoch >= task.epochs || (task.patience > 0 && withoutBetter >= task.patience)) {
      metrics.row(logRow(epoch, null, valid));
      await task.drawLoss();
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
      events?.stepped(epoch, state.batch, { mse, mae, gradientNorm });
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
    metrics.row(logRow(epoch, train, valid));
    metrics.epoch({
      epoch,
      time: new Date().toISOString(),
      seconds,
      frames_per_second: framesPerSecond,
      train,
      valid,
      gradient_norm: gradientNorm,
      batches: sums.batches,
    });
    events?.epochEnded(epoch, { ...train, gradientNorm, framesPerSecond });
    await task.drawLoss();
    watcher.epochEnded(epoch, train, valid);
    state = { ...state, epoch: epoch + 1, batch: 0, sums: NO_SUMS, valid: null };
  }
}

function logRow(epoch: number, train: Figures | null, valid: Figures) {
  return {
    epoch,
    train_loss: train?.loss ?? null,
    train_mae: train?.mae ?? null,
    valid_loss: valid.loss,
    valid_mae: valid.mae,
  };
}

function requireFinite(value: number, what: string): void {
  if (!Number.isFinite(value)) throw new NotFiniteError(`${what} is ${value}`);
}

/** An update may overflow; a checkpoint of such weights would take the place of a good one. */
function requireFiniteWeights(model: Model): void {
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
    const last = await readPointer(task.folder, 'last');
    const kept =
      last === undefined ? 'there is no checkpoint yet' : `${join(checkpointsOf(task.folder), last)} is kept`;
    throw new DivergedError(
      `training diverged ${where}: ${error.message}. Nothing was saved of it, ${kept}. ` +
        'Start again with a lower learning rate (--lr, with --new), or check the labels and --label_scale',
    );
  }
}
