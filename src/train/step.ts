/**
 * One training step: forward, loss, gradients, update. `gradientsOf` alone is what a replica does with its
 * share of a batch; `update` (optimizer.ts) is what happens once for all of them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { DropoutFactors } from '../models/cnn.ts';
import { judgeFrames, type Model, unrollModel } from '../models/model.ts';
import { errors, weightedLoss } from './loss.ts';
import {
  type AdamState,
  type UpdateOptions,
  update,
  type WeightArrays,
  type WeightTensors,
} from './optimizer/optimizer.ts';
import { weightsUpdatedInTensorFlow } from './optimizer/tensorflow-adam.ts';

/** T steps of B sequences, time-major; for the CNN T is 1. */
export interface Batch {
  readonly T: number;
  readonly B: number;
  /** [T·B,78,200,3], 0..255 */
  readonly frames: tf.Tensor4D;
  /** [T·B], curvature × label scale */
  readonly labels: Float32Array;
  /** w / Σ w of every label [T·B], Σ over the whole batch (`sampleWeights`, `normalised`). */
  readonly shares: Float32Array;
  /** CNN only. */
  readonly dropout?: DropoutFactors;
}

export interface BatchGradients {
  readonly gradients: WeightArrays;
  /** Those that were to be left in TensorFlow; whoever calls disposes of them. */
  readonly inTensorFlow: WeightTensors;
  /** Weighted; of this share of the batch. */
  readonly loss: number;
  readonly mse: number;
  readonly mae: number;
}

/**
 * Gradients of the weighted loss with respect to every weight; state zero before every sequence.
 *
 * @param left - names of the weights whose gradients are to be left in TensorFlow
 */
export function gradientsOf(
  model: Model,
  batch: Batch,
  left: ReadonlySet<string> = new Set(),
): BatchGradients {
  let result: BatchGradients | undefined;
  tf.tidy(() => {
    let predictions = new Float32Array();
    const { value, grads } = tf.variableGrads(() => {
      const outputs = outputsOf(model, batch);
      predictions = outputs.dataSync<'float32'>().slice() as Float32Array<ArrayBuffer>;
      return weightedLoss(outputs, batch.labels, batch.shares);
    }, Array.from(model.weights.values()));
    const gradients = new Map<string, Float32Array>();
    const inTensorFlow = new Map<string, tf.Tensor>();
    for (const [name, variable] of model.weights) {
      const gradient = grads[variable.name];
      if (gradient && left.has(name)) {
        inTensorFlow.set(name, gradient);
        continue;
      }
      // What is read from a backend is a copy, so it may be changed in place.
      gradients.set(name, gradient ? gradient.dataSync<'float32'>() : new Float32Array(variable.size));
    }
    result = { gradients, inTensorFlow, loss: value.dataSync()[0], ...errors(predictions, batch.labels) };
    for (const gradient of inTensorFlow.values()) tf.keep(gradient);
  });
  return result as unknown as BatchGradients;
}

/** @returns the batch's metrics with the weights before the update, and the gradients' global norm */
export function trainingStep(model: Model, batch: Batch, adam: AdamState, options: UpdateOptions) {
  const { gradients, inTensorFlow, ...metrics } = gradientsOf(
    model,
    batch,
    weightsUpdatedInTensorFlow(model),
  );
  try {
    return { ...metrics, gradientNorm: update(model, gradients, adam, options, inTensorFlow) };
  } finally {
    tf.dispose([...inTensorFlow.values()]);
  }
}

function outputsOf(model: Model, { B, frames, dropout }: Batch): tf.Tensor {
  if (model.kind === 'frame') return judgeFrames(model, frames, dropout);
  return unrollModel(model, frames, model.cell.initialState(B)).outputs;
}
