/**
 * `npm run bench -- step`: one training step of each model on each backend, at the paper's batch size: 20 sequences
 * of 16 frames (320), for the CNN 20 frames.
 */
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { parseOptions } from '../src/config/parse.ts';
import { modelOptions } from '../src/config/schema.ts';
import { CNN_STACK, type ConvolutionStack, HEAD_STACK, shapedLayers } from '../src/models/convolution.ts';
import { dropoutFactors } from '../src/models/dropout.ts';
import { disposeModel } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import { adamState } from '../src/train/optimizer.ts';
import { trainingStep } from '../src/train/step.ts';
import { syntheticBatch } from '../src/train/synthetic-batch.ts';
import { type BenchOptions, type BenchRow, timeAlternately } from './row.ts';

const SEQUENCES = 20;
const STEPS = 16;

export async function benchStep({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    const prepared = models.map((name) => {
      const model = buildModel(parseOptions(modelOptions, { model: name }, 'bench'), 0);
      const frameModel = model.kind === 'frame';
      const key = { seed: 0, fold: 0, epoch: 0, batch: 0 };
      const batch = {
        ...syntheticBatch(0, frameModel ? 1 : STEPS, SEQUENCES),
        dropout: frameModel ? dropoutFactors(key, [0.5, 0.5, 0.7], SEQUENCES) : undefined,
      };
      const adam = adamState(model);
      const step = () => trainingStep(model, batch, adam, { lr: 5e-4, convGradScaling: 1 });
      return { name, model, frames: batch.T * batch.B, step };
    });
    const times = timeAlternately(
      prepared.map(({ step }) => step),
      repetitions,
    );
    for (const [n, { name, model, frames }] of prepared.entries()) {
      const gflop = (frames * convolutionFlop(model.kind === 'frame' ? CNN_STACK : HEAD_STACK)) / 1e9;
      const { ms, spread } = times[n];
      rows.push({
        name: 'step',
        model: name,
        backend,
        ms,
        spread,
        gflops: (gflop * 1000) / ms,
        framesPerSecond: (frames * 1000) / ms,
      });
      disposeModel(model);
    }
  }
  return rows;
}

/**
 * Operations of the convolutions for one frame, forward and backward: a multiplication and an addition for every
 * kernel entry and output; as much again for the filter gradient, and, but for the first layer, the input gradient.
 */
function convolutionFlop(stack: ConvolutionStack): number {
  return shapedLayers(stack).reduce((sum, { kernelShape, height, width }, layer) => {
    const forward = 2 * height * width * kernelShape.reduce((product, n) => product * n, 1);
    return sum + forward * (layer === 0 ? 2 : 3);
  }, 0);
}
