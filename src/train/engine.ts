/**
 * What computes: steps that train, and the per-frame part of an evaluation. One engine works in this thread, on whichever
 * backend is set; the other shares the work among replicas of the embedded backend in threads of their own
 * (replicas.ts), because that backend's own threads do not start under Node.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { FRAME } from '../models/convolution.ts';
import type { BatchKey } from '../models/dropout.ts';
import { inferFrames, type Model } from '../models/model.ts';
import { type BatchOptions, FRAME_SIZE, shareOf } from './batch-share.ts';
import type { AdamState, UpdateOptions } from './optimizer.ts';
import { trainingStep } from './step.ts';

export interface StepMetrics {
  readonly loss: number;
  readonly mse: number;
  readonly mae: number;
  readonly gradientNorm: number;
}

export interface Engine {
  /** How many replicas share a batch. */
  readonly replicas: number;
  /** One update of the model; the metrics are those of the weights before it. */
  step(batch: HostBatch, key: BatchKey): Promise<StepMetrics>;
  /**
   * What of a model does not depend on the frames before: features [n,32] of the recurrent models, outputs [n,1]
   * of the CNN.
   *
   * @param frames - [n,78,200,3], 0..255
   */
  perFrame(frames: Uint8Array): Promise<Float32Array>;
  /** To be called after the model's weights were changed from outside. */
  weightsChanged(): void;
  close(): Promise<void>;
}

/** An engine on the current backend, in this thread. */
export function localEngine(model: Model, adam: AdamState, options: BatchOptions & UpdateOptions): Engine {
  return {
    replicas: 1,
    async step(hostBatch, key) {
      const batch = shareOf(hostBatch, options, key, { first: 0, end: hostBatch.B });
      try {
        return trainingStep(model, batch, adam, options);
      } finally {
        tf.dispose([batch.frames, ...(batch.dropout ?? [])]);
      }
    },
    perFrame: async (frames) => perFrame(model, frames),
    weightsChanged: () => {},
    close: async () => {},
  };
}

/** See {@link Engine.perFrame}. */
export function perFrame(model: Model, frames: Uint8Array): Float32Array {
  const { height, width, channels } = FRAME;
  const N = frames.length / FRAME_SIZE;
  return tf.tidy(() => {
    const x = tf.tensor4d(new Float32Array(frames), [N, height, width, channels]);
    return inferFrames(model, x).dataSync<'float32'>();
  });
}
