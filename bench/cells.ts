/**
 * `npm run bench -- cells`: every recurrent cell alone, without the head: `train` is forward and backward of 20 sequences of 16
 * steps, `walk` is forward over 16 sequences of 256 steps, as evaluation walks them.
 */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import type { RecurrentModel } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { figuresOf, timeAlternately } from './timing.ts';

export async function benchCells({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    const [short, long] = [
      tf.randomUniform([16, 20, 32]) as tf.Tensor3D,
      tf.randomUniform([256, 16, 32]) as tf.Tensor3D,
    ];
    const jobs = models
      .filter((model) => model !== 'cnn')
      .flatMap((model) => {
        const { cell } = buildModel({ model } as { model: 'lstm' }, 0) as RecurrentModel;
        const variables = Array.from(cell.weights.values());
        const unroll = (features: tf.Tensor3D) =>
          cell.unroll(features, cell.initialState(features.shape[1])).outputs;
        const train = () => {
          // As in a step, the features need a gradient too.
          const { grads } = tf.valueAndGrads((features: tf.Tensor) =>
            tf.sum(unroll(features as tf.Tensor3D)),
          )([short, ...variables]);
          for (const gradient of grads) gradient.dataSync();
        };
        const walk = () => unroll(long).dataSync();
        return [
          { name: `${model} train`, run: () => tf.tidy(train) },
          { name: `${model} walk`, run: () => void tf.tidy(walk) },
        ];
      });
    const times = await timeAlternately(
      jobs.map(({ run }) => run),
      repetitions,
    );
    for (const [n, time] of times.entries()) {
      rows.push({ name: 'cells', model: jobs[n].name, backend, ...figuresOf(time) });
    }
    tf.dispose([short, long]);
  }
  return rows;
}
