/** How fast this machine trains, in about a second: for `ncp-train doctor --speed`. Not a benchmark (`npm run bench`). */
import * as tf from '@tensorflow/tfjs-core';
import { disposeModel } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { modelOptions } from '../options/schema.ts';
import { adamState } from './optimizer.ts';
import { trainingStep } from './step.ts';
import { syntheticBatch } from './synthetic-batch.ts';

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
