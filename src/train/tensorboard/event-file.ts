/**
 * `tensorboard/events.out.tfevents.ncp-train`: what a run measures and how its weights lie, for TensorBoard (`--tensorboard`).
 * A view of a run and no part of it: nothing is read back but to find where to go on.
 *
 * Events stand in the order of training, so what belongs before a checkpoint is the start of the file. A resumed run cuts
 * the rest off, a record that a killed process left unfinished with it, and goes on in the same file: a TensorBoard that is
 * open on it does not notice, for what follows has the same lengths.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeFailure } from '../../files/whole-file.ts';
import type { Model } from '../../models/model.ts';
import type { Figures } from '../evaluate.ts';
import { type EventHead, eventHead, fileVersionEvent, summaryEvent, type Values } from './event.ts';
import { histogramOf } from './histogram.ts';
import { record, wholeRecords } from './records.ts';

/** In the folder of a run. The name holds `tfevents`, by which TensorBoard finds it. */
export const EVENT_FILE = join('tensorboard', 'events.out.tfevents.ncp-train');

/** The first tag of each kind of event tells the kind. */
const FIRST_TAG = { validation: 'loss/valid', epoch: 'loss/train', batch: 'batch/loss' } as const;

/** Where training stands: `valid` says whether the weights that enter this epoch were validated. */
export interface Place {
  readonly epoch: number;
  readonly batch: number;
  readonly valid: Figures | null;
}

export interface EventFile {
  /** Epochs before the resumed one, or that itself, whose validation the file lacks: it was off then, or it was damaged. */
  readonly missing: readonly number[];
  /** Validation of the weights that enter an epoch, and the weights; step: epochs completed, as in the log. */
  validated(epoch: number, valid: Figures, model: Model): void;
  /** Of one batch; step: batches since the start of the run. */
  stepped(epoch: number, batch: number, metrics: { mse: number; mae: number; gradientNorm: number }): void;
  /** Means over an epoch's batches; step: the epoch. */
  epochEnded(epoch: number, train: Figures & { gradientNorm: number; framesPerSecond: number }): void;
  /** Brings it to disk; before a checkpoint, so that a run resumed there finds what comes before. */
  sync(): void;
  close(): void;
}

/**
 * Opens the file, cut to what belongs before `place`; every method throws a DataError for a full disk.
 *
 * @param folder - of the run
 * @throws DataError if it cannot be made or written
 */
export async function openEvents(folder: string, place: Place, batchesPerEpoch: number): Promise<EventFile> {
  const path = join(folder, EVENT_FILE);
  const reported = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      throw writeFailure(path, error);
    }
  };
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw writeFailure(dirname(path), error);
  });
  const file = reported(() => openSync(path, 'a+'));
  const append = (event: Uint8Array) => reported(() => writeFileSync(file, record(event)));
  const write = (step: number, values: Values) => append(summaryEvent(Date.now() / 1000, step, values));
  let validated: ReadonlySet<number>;
  try {
    const kept = partBefore(file, place, batchesPerEpoch);
    validated = kept.validated;
    reported(() => ftruncateSync(file, kept.end));
    if (kept.end === 0) append(fileVersionEvent(Date.now() / 1000));
    await syncFolder(dirname(path));
    await syncFolder(folder);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  const epochsBefore = place.valid === null ? place.epoch : place.epoch + 1;
  return {
    missing: Array.from({ length: epochsBefore }, (_, epoch) => epoch).filter((e) => !validated.has(e)),
    validated: (epoch, valid, model) =>
      write(epoch, { [FIRST_TAG.validation]: valid.loss, 'mae/valid': valid.mae, ...weightsOf(model) }),
    stepped: (epoch, batch, { mse, mae, gradientNorm }) =>
      write(epoch * batchesPerEpoch + batch, {
        [FIRST_TAG.batch]: mse,
        'batch/mae': mae,
        'batch/gradient_norm': gradientNorm,
      }),
    epochEnded: (epoch, { loss, mae, gradientNorm, framesPerSecond }) =>
      write(epoch, {
        [FIRST_TAG.epoch]: loss,
        'mae/train': mae,
        gradient_norm: gradientNorm,
        frames_per_second: framesPerSecond,
      }),
    sync: () => reported(() => fsyncSync(file)),
    close: () => closeSync(file),
  };
}

/** How much of the file belongs before `place`, and the epochs whose validation is in it. */
function partBefore(file: number, place: Place, batchesPerEpoch: number) {
  const validated = new Set<number>();
  let end = 0;
  for (const found of wholeRecords(file)) {
    const head = eventHead(found.data);
    if (head === undefined || head.isFileVersion !== (end === 0)) break;
    if (!head.isFileVersion && !isBefore(head, place, batchesPerEpoch)) break;
    if (head.tag === FIRST_TAG.validation) validated.add(head.step);
    end = found.end;
  }
  return { end, validated };
}

function isBefore({ tag, step }: EventHead, { epoch, batch, valid }: Place, batchesPerEpoch: number) {
  if (tag === FIRST_TAG.validation) return step < epoch || (step === epoch && valid !== null);
  if (tag === FIRST_TAG.epoch) return step < epoch;
  return tag === FIRST_TAG.batch && step < epoch * batchesPerEpoch + batch;
}

/** A histogram of each weight; of `wm` over the synapses that exist. */
function weightsOf(model: Model): Values {
  return Object.fromEntries(
    Array.from(model.weights, ([name, variable]) => [
      `weights/${name}`,
      histogramOf(variable.dataSync<'float32'>(), existing(model, name)),
    ]),
  );
}

/** A synapse that has no w has no mu, sigma and erev either, though they stand in the matrix. */
function existing(model: Model, name: string): Uint8Array | undefined {
  return model.existing.get(name.replace(/(mu|sigma|erev)$/, 'w'));
}
