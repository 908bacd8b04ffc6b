/** How fast this machine trains, in about a second: for `ncp-train doctor --speed`. Not a benchmark (`npm run bench`). */
import * as tf from '@tensorflow/tfjs-core';
import { sampleWeights } from '../augment/weighting.ts';
import { FRAME } from '../models/convolution.ts';
import { disposeModel } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { modelOptions } from '../options/schema.ts';
import { stream } from '../random/stream.ts';
import { normalised } from './loss.ts';
import { adamState } from './optimizer/optimizer.ts';
import { type Batch, trainingStep } from './step.ts';

const T = 8;
const B = 2;

/**
 * Trains `wm` on made-up frames with the current backend, 2 sequences of 8 frames a step.
 *
 * @param seconds - how long, after a first step that is not counted; at least one step is taken
 */
export async function trainingSpeed(
  seconds: number,
): Promise<{ msPerStep: number; framesPerSecond: number }> {
  const model = buildModel(modelOptions.parse({ model: 'wm' }), 0);
  const adam = adamState(model);
  const batch = syntheticBatch(0, T, B);
  const step = () => trainingStep(model, batch, adam, { lr: 5e-4, convGradScaling: 1 });
  step();
  const start = performance.now();
  let steps = 0;
  do {
    step();
    steps += 1;
  } while (performance.now() - start < seconds * 1000);
  const msPerStep = (performance.now() - start) / steps;
  batch.frames.dispose();
  disposeModel(model);
  await tf.nextFrame();
  return { msPerStep, framesPerSecond: (T * B * 1000) / msPerStep };
}

// Batches of random frames and labels, for speed tests: what a step costs does not depend on what is seen.

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
