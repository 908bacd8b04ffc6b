/** `npm run bench -- ltc`: the LTC operation alone, 20 sequences of 16 steps of 6 unfolds, forward and backward. */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { ncp } from '../src/models/cells/ncp.ts';
import { paperWiring, paperWiringNames } from '../src/models/wiring/paper.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { figuresOf, timeAlternately } from './timing.ts';

export async function benchLtc({ backend: backends, repetitions }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const wirings = paperWiringNames.filter((name) => name !== 'small'); // another name of mk2
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    const features = tf.randomUniform([16, 20, 32]) as tf.Tensor3D;
    const jobs = wirings.map((name) => {
      const wiring = paperWiring(name, 32);
      const cell = ncp({ name: 'wm', seed: 0, wiring, solver: 'semi-implicit', compatPaper: false });
      const variables = Array.from(cell.weights.values());
      return () =>
        tf.tidy(() => {
          const loss = () => tf.sum(cell.unroll(features, cell.initialState(20)).outputs) as tf.Scalar;
          for (const gradient of Object.values(tf.variableGrads(loss, variables).grads)) gradient.dataSync();
        });
    });
    for (const [n, time] of (await timeAlternately(jobs, repetitions)).entries()) {
      rows.push({ name: 'ltc', model: `wm ${wirings[n]}`, backend, ...figuresOf(time) });
    }
    features.dispose();
  }
  return rows;
}
