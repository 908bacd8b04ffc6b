/**
 * What the training loop (fit.ts) leaves in the folder of its run: rows of the log, TensorBoard's events, the loss curve,
 * checkpoints. Opened where training begins or goes on; closed when it ends, however it does.
 */
import { join } from 'node:path';
import type { InputDescription } from '../../models/input-description.ts';
import type { Model } from '../../models/model.ts';
import type { Figures } from '../evaluate.ts';
import { requireFiniteWeights, type TrainingPlace, type TrainingRecord } from '../fit.ts';
import type { AdamState } from '../optimizer/optimizer.ts';
import { EVENT_FILE, type EventFile, openEvents } from '../tensorboard/event-file.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { checkpointsOf, type Keep, readPointer } from './checkpoint-folder.ts';
import { type LossPlot, lossPlotter } from './loss-plot.ts';
import { METRICS_FILE, openMetrics, TRAIN_LOG_FILE } from './metrics-log.ts';
import type { Run } from './run-folder.ts';

/** What is trained, and from where. */
export interface Training {
  readonly model: Model;
  readonly adam: AdamState;
  /** What becomes of older checkpoints. */
  readonly keep: Keep;
  readonly input: InputDescription;
  readonly start: TrainingPlace;
  readonly batchesPerEpoch: number;
  /** `--tensorboard` */
  readonly tensorboard: boolean;
  readonly plot: LossPlot;
}

/**
 * @param run - locked by this process
 * @throws ConfigError for a log that cannot be read, DataError for a full disk
 */
export async function openTrainingRecord(
  run: Pick<Run, 'folder' | 'checkpoint' | 'note' | 'requireHeld'>,
  { model, adam, keep, input, start, batchesPerEpoch, tensorboard, plot }: Training,
): Promise<TrainingRecord & { close(): void }> {
  const { folder } = run;
  const metrics = await openMetrics(folder, start.epoch, run.checkpoint?.log);
  if (metrics.restored) {
    run.note(`rows of ${TRAIN_LOG_FILE} had been altered; they were written anew from ${METRICS_FILE}`);
  }
  if (metrics.lost.length > 0) {
    run.note(
      `${TRAIN_LOG_FILE} has no row that can be read of epochs ${metrics.lost.join(', ')}; it goes on without`,
    );
  }
  let events: EventFile | undefined;
  try {
    if (tensorboard) events = await openEvents(folder, start, batchesPerEpoch);
  } catch (error) {
    metrics.close();
    throw error;
  }
  if (events && events.missing.length > 0) run.note(missingEvents(folder, events.missing));
  const drawLoss = lossPlotter(folder, plot, run.note);
  return {
    validated: (epoch, valid) => events?.validated(epoch, valid, model),
    stepped: (epoch, batch, step) => events?.stepped(epoch, batch, step),
    async epochEnded({ epoch, train, valid, gradientNorm, seconds, framesPerSecond, batches }) {
      metrics.row(logRow(epoch, train, valid));
      metrics.epoch({
        epoch,
        time: new Date().toISOString(),
        seconds,
        frames_per_second: framesPerSecond,
        train,
        valid,
        gradient_norm: gradientNorm,
        batches,
      });
      events?.epochEnded(epoch, { ...train, gradientNorm, framesPerSecond });
      await drawLoss();
    },
    async finished(epoch, valid) {
      metrics.row(logRow(epoch, null, valid));
      await drawLoss();
    },
    async save(state, best) {
      requireFiniteWeights(model);
      events?.sync();
      await run.requireHeld();
      await saveCheckpoint(folder, { model, adam, state, best, keep, input, log: metrics.digest() });
    },
    async lastCheckpoint() {
      const last = await readPointer(folder, 'last');
      return last === undefined ? undefined : join(checkpointsOf(folder), last);
    },
    close() {
      metrics.close();
      events?.close();
    },
  };
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

function missingEvents(folder: string, epochs: readonly number[]): string {
  const which = epochs.length === 1 ? `epoch ${epochs[0]}` : `${epochs.length} epochs up to ${epochs.at(-1)}`;
  return (
    `${join(folder, EVENT_FILE)} lacks ${which}: --tensorboard was off then, or the file was damaged; ` +
    'train_log.csv has the figures'
  );
}
