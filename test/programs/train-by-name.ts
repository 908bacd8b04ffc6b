/**
 * Stands in for training in tests of checkpoints: after so many epochs every weight is a known number, so that a checkpoint
 * can be told to be whole and of its epoch.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { InputDescription } from '../../src/models/input-description.ts';
import type { Model } from '../../src/models/model.ts';
import { buildModel } from '../../src/models/registry.ts';
import { modelOptions } from '../../src/options/schema.ts';
import { type AdamState, adamState } from '../../src/train/optimizer/optimizer.ts';
import { saveCheckpoint } from '../../src/train/run/checkpoint.ts';
import type { CheckpointState, Keep } from '../../src/train/run/checkpoint-folder.ts';
import { NOTHING_LOGGED } from '../../src/train/run/metrics-log.ts';

export const INPUT: InputDescription = {
  height: 78,
  width: 200,
  crop: 'paper',
  channel_order: 'rgb',
  label_scale: 1000,
  label_sign: 1,
  rate_hz: 30,
};

/** Batches in an epoch. */
const BATCHES = 4;
/** In these epochs the validation loss is the least so far. */
const isBest = (epoch: number) => epoch % 3 === 0;

export interface Trainee {
  readonly model: Model;
  readonly adam: AdamState;
}

export function trainee(name: 'wm' | 'lstm' | 'vanilla' = 'vanilla'): Trainee {
  const model = buildModel(modelOptions.parse({ model: name, lstm_size: 4 }), 0);
  return { model, adam: adamState(model) };
}

/** Gives every weight and moment the value it has after so many epochs and batches. */
export function train({ model, adam }: Trainee, epoch: number, batch = 0): void {
  for (const [name, variable] of model.weights) {
    const value = tf.fill(variable.shape, valueAt(epoch, batch));
    variable.assign(value);
    value.dispose();
    adam.m.get(name)?.fill(valueAt(epoch, batch) + 1);
    adam.v.get(name)?.fill(valueAt(epoch, batch) + 2);
  }
  adam.t = epoch * BATCHES + batch;
}

/** True if everything is as `train` left it. */
export function isAt({ model, adam }: Trainee, { epoch, batch }: { epoch: number; batch: number }): boolean {
  const value = valueAt(epoch, batch);
  const all = (values: Float32Array, expected: number) => values.every((each) => each === expected);
  return (
    adam.t === epoch * BATCHES + batch &&
    [...model.weights.values()].every((weight) => all(weight.dataSync<'float32'>(), value)) &&
    [...adam.m.values()].every((m) => all(m, value + 1)) &&
    [...adam.v.values()].every((v) => all(v, value + 2))
  );
}

const valueAt = (epoch: number, batch: number) => epoch + batch / 8;

/** The state that belongs to it. */
export function stateAt(epoch: number, batch = 0): Omit<CheckpointState, 'adamUpdates'> {
  const bestEpoch = epoch - (epoch % 3);
  return {
    epoch,
    batch,
    sums: { loss: batch * (0.1 + 0.2), mae: batch / 3, gradientNorm: batch, batches: batch },
    valid: { loss: 1 / (1 + bestEpoch) + (isBest(epoch) ? 0 : 1), mae: 0.1 },
    best: { epoch: bestEpoch, loss: 1 / (1 + bestEpoch) },
  };
}

/** Trains to there and writes the checkpoint. */
export async function save(folder: string, who: Trainee, epoch: number, batch = 0, keep: Keep = 'passive') {
  train(who, epoch, batch);
  const best = isBest(epoch) && batch === 0;
  await saveCheckpoint(folder, {
    ...who,
    state: stateAt(epoch, batch),
    keep,
    best,
    input: INPUT,
    log: NOTHING_LOGGED,
  });
}
