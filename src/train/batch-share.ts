/** From a batch as the loader hands it over, plain arrays, to the tensors that one replica trains on. */
import * as tf from '@tensorflow/tfjs-core';
import { sampleWeights } from '../augment/weighting.ts';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { FRAME } from '../models/convolution.ts';
import { type BatchKey, dropoutFactors } from '../models/dropout.ts';
import { normalised } from './loss.ts';
import type { Batch } from './step.ts';

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
