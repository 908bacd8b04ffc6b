/**
 * What computes: steps that train, and the per-frame part of an evaluation. One engine works in this thread, on whichever
 * backend is set; the other shares the work among replicas of the embedded backend in threads of their own
 * (replicas.ts), because that backend's own threads do not start under Node.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sampleWeights } from '../augment/weighting.ts';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { FRAME } from '../models/convolution.ts';
import { type BatchKey, dropoutFactors } from '../models/dropout.ts';
import { inferFrames, type Model } from '../models/model.ts';
import { normalised } from './loss.ts';
import type { AdamState, UpdateOptions } from './optimizer/optimizer.ts';
import { type Batch, trainingStep } from './step.ts';

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

// From a batch as the loader hands it over, plain arrays, to the tensors that one replica trains on.

export const FRAME_SIZE = FRAME.height * FRAME.width * FRAME.channels;

/** What of a batch's training does not depend on the data. */
export interface BatchOptions {
  readonly curveFactor: number;
  /** Keep probabilities of the CNN; undefined for the recurrent models. */
  readonly keep?: readonly [number, number, number];
}

/** Sequences `first` to `end` of a batch; the whole of it: 0 to B. */
export interface Share {
  readonly first: number;
  readonly end: number;
}

/**
 * The part of a batch that one replica trains on. Weights of the samples are normalised over the whole batch and
 * dropout masks belong to places in it, so the parts' gradients add up to the whole's.
 *
 * @returns tensors; whoever calls disposes of `frames` and `dropout`
 */
export function shareOf(
  batch: HostBatch,
  { curveFactor, keep }: BatchOptions,
  key: BatchKey,
  share: Share,
): Batch {
  const { T, B, frames, labels } = batch;
  const { first, end } = share;
  const width = end - first;
  const shares = normalised(sampleWeights(labels, curveFactor));
  return {
    T,
    B: width,
    frames: tf.tensor4d(columns(frames, T, B, share, FRAME_SIZE), [
      T * width,
      FRAME.height,
      FRAME.width,
      FRAME.channels,
    ]),
    labels: columns(labels, T, B, share, 1),
    shares: columns(shares, T, B, share, 1),
    dropout: keep && dropoutFactors(key, keep, width, first),
  };
}

/** Of a time-major array [T,B,size], sequences `first` to `end`: [T,end − first,size]. */
function columns(
  values: Float32Array,
  T: number,
  B: number,
  { first, end }: Share,
  size: number,
): Float32Array {
  if (end - first === B) return values;
  const width = (end - first) * size;
  const part = new Float32Array(T * width);
  for (let t = 0; t < T; t++) {
    const from = (t * B + first) * size;
    part.set(values.subarray(from, from + width), t * width);
  }
  return part;
}
