/** Batches of random frames and labels, for speed tests: what a step costs does not depend on what is seen. */
import * as tf from '@tensorflow/tfjs-core';
import { sampleWeights } from '../augment/weighting.ts';
import { FRAME } from '../models/convolution.ts';
import { stream } from '../random/stream.ts';
import { normalised } from './loss.ts';
import type { Batch } from './step.ts';

/** @returns T steps of B sequences; frames in 0..255, labels in −1..1, default curve factor */
export function syntheticBatch(seed: number, T: number, B: number): Batch {
  const { height, width, channels } = FRAME;
  const frames = new Float32Array(T * B * height * width * channels);
  const labels = new Float32Array(T * B);
  stream(seed, 'synthetic', 'frames').fillUniform(frames, 0, 255);
  stream(seed, 'synthetic', 'labels').fillUniform(labels, -1, 1);
  return {
    T,
    B,
    frames: tf.tensor4d(frames, [T * B, height, width, channels]),
    labels,
    shares: normalised(sampleWeights(labels, 0.1)),
  };
}
