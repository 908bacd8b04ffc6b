/**
 * Memory over many training steps: the number of live tensors stays the same, and so, within a margin, does what the
 * process holds. Of the resident memory the medians of the second and of the last quarter of the steps are compared: the
 * first quarter is warm-up, and single values swing with the garbage collector.
 */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { dropoutFactors } from '../../src/models/dropout.ts';
import { disposeModel } from '../../src/models/model.ts';
import { buildModel } from '../../src/models/registry.ts';
import { MODELS, type ModelName, modelOptions } from '../../src/options/schema.ts';
import { adamState } from '../../src/train/optimizer/optimizer.ts';
import { syntheticBatch } from '../../src/train/speed.ts';
import { trainingStep } from '../../src/train/step.ts';
import { describeBackends } from '../backends.ts';

/** Small steps; full ones are a tenth of it. `.ci/run` takes fewer. */
const STEPS = Number(process.env.NCP_STEPS ?? 2000);

/** What the process may grow by between the two quarters. */
const MARGIN_MB = 30;

const OPTIONS = { lr: 5e-4, convGradScaling: 1 };

/**
 * Trains and expects that nothing grows. Every step has its frames, and the CNN its masks, as new tensors.
 *
 * @param T - time steps; 1 for the CNN, whose B is a number of frames
 */
function expectFlat(name: ModelName, steps: number, T: number, B: number): void {
  const model = buildModel(modelOptions.parse({ model: name }), 0);
  const adam = adamState(model);
  const made = syntheticBatch(0, T, B);
  const pixels = made.frames.dataSync<'float32'>().slice();
  made.frames.dispose();
  const resident: number[] = [];
  let tensors = 0;
  for (let step = 0; step < steps; step++) {
    const frames = tf.tensor4d(pixels, made.frames.shape);
    const key = { seed: 0, fold: 0, epoch: 0, batch: step };
    const dropout = name === 'cnn' ? dropoutFactors(key, [0.5, 0.5, 0.7], B) : undefined;
    trainingStep(model, { ...made, frames, dropout }, adam, OPTIONS);
    tf.dispose([frames, ...(dropout ?? [])]);
    if (step === 0) tensors = tf.memory().numTensors;
    else expect(tf.memory().numTensors, `tensors after step ${step + 1}`).toBe(tensors);
    resident.push(process.memoryUsage.rss() / 1e6);
  }
  disposeModel(model);
  const quarter = steps / 4;
  const [second, last] = [resident.slice(quarter, 2 * quarter), resident.slice(3 * quarter)].map(median);
  console.log(
    `${name}, ${steps} steps of ${B} sequences × ${T} frames: ${tensors} tensors, ` +
      `${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`,
  );
  expect(last - second, 'MB more in the last quarter than in the second').toBeLessThan(MARGIN_MB);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

describeBackends('memory stays flat', (backend, byOperation) => {
  const steps = byOperation ? STEPS / 10 : STEPS; // the path that runs do not take is watched for less long
  it(`over ${steps} small steps of wm`, () => expectFlat('wm', steps, 4, 2));

  it.each(MODELS.filter((name) => name !== 'wm'))('over 60 small steps of %s', (name) => {
    expectFlat(name, 60, name === 'cnn' ? 1 : 4, 2);
  });

  it.runIf(backend === 'tensorflow' && !byOperation)(`over ${STEPS / 10} full steps of wm`, () =>
    expectFlat('wm', STEPS / 10, 16, 20),
  );
});
