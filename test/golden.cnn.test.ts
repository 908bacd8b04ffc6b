/** The CNN against cnn.h5: layers, outputs, loss, gradients; without dropout. */

import type * as tf from '@tensorflow/tfjs-core';
import { afterAll, it } from 'vitest';
import { sampleWeights } from '../src/augment/weighting.ts';
import { disposeModel, type FrameModel } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import { standardise } from '../src/models/standardise.ts';
import { modelOptions } from '../src/options/schema.ts';
import { normalised } from '../src/train/loss.ts';
import { gradientsOf } from '../src/train/step.ts';
import { describeBackends, tensor } from './backends.ts';
import { expectClose, expectRelative, Fixture, type Golden, largestEntry } from './golden.ts';
import { setWeights } from './set-weights.ts';

const fixture = new Fixture('cnn.h5');
const ROWS = 4864;
const COLUMNS = 1000;

/** Too large for a file, so the fixture gives its formula (attribute `dense1_kernel`). */
function dense1Kernel(): Golden {
  const data = new Float32Array(ROWS * COLUMNS);
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      data[i * COLUMNS + j] = 0.02 * Math.sin(0.37 * i + 0.11 * j + 0.0013 * i * j);
    }
  }
  return { shape: [ROWS, COLUMNS], data };
}

describeBackends('cnn', () => {
  let made: FrameModel | undefined;
  const model = () => {
    if (!made) {
      made = buildModel(modelOptions.parse({ model: 'cnn' }), 0) as FrameModel;
      setWeights(made.cnn.weights, (name) =>
        name === 'dense1_kernel' ? dense1Kernel() : fixture.get(`weights/${name}`),
      );
    }
    return made;
  };
  const frames = () => tensor(fixture.get('frames')) as tf.Tensor4D;
  const closeToLargest = (name: string, actual: ArrayLike<number>, expected: Golden, share: number) =>
    expectClose(name, actual, expected, share * largestEntry(expected.data));
  afterAll(() => made && disposeModel(made));

  it('gives the activations of every layer and the outputs', () => {
    const { convolutions, dense1, dense2, outputs } = model().cnn.activations(standardise(frames()));
    const conv5 = fixture.get('layers/conv5');
    closeToLargest('conv5', convolutions[4].dataSync().slice(0, conv5.data.length), conv5, 5e-5);
    closeToLargest('dense1', dense1.dataSync(), fixture.get('layers/dense1'), 5e-5);
    closeToLargest('dense2', dense2.dataSync(), fixture.get('layers/dense2'), 5e-5);
    closeToLargest('outputs', outputs.dataSync(), fixture.get('outputs'), 5e-5);
  });

  it('gives the weighted loss and the gradient of every weight', () => {
    const labels = fixture.get('labels').data;
    const shares = normalised(sampleWeights(labels, Number(fixture.attribute('/', 'curve_factor'))));
    const { gradients, loss, mse, mae } = gradientsOf(model(), {
      T: 1,
      B: labels.length,
      frames: frames(),
      labels,
      shares,
    });
    expectRelative('loss', loss, fixture.scalar('loss'), 1e-5);
    expectRelative('mse', mse, fixture.scalar('mse'), 1e-5);
    expectRelative('mae', mae, fixture.scalar('mae'), 1e-5);
    for (const [name, gradient] of gradients) {
      const bare = name.replace('cnn/', '');
      if (bare !== 'dense1_kernel') {
        closeToLargest(`gradient of ${bare}`, gradient, fixture.get(`gradients/${bare}`), 1e-4);
        continue;
      }
      const { rows, columns, absolute } = sums(gradient);
      closeToLargest(
        'gradient of dense1_kernel, rows',
        rows,
        fixture.get('gradients/dense1_kernel_row_sums'),
        1e-4,
      );
      const columnSums = fixture.get('gradients/dense1_kernel_column_sums');
      closeToLargest('gradient of dense1_kernel, columns', columns, columnSums, 1e-4);
      const expected = fixture.scalar('gradients/dense1_kernel_abs_sum');
      expectRelative('gradient of dense1_kernel, absolute sum', absolute, expected, 1e-4);
    }
  });
});

function sums(gradient: Float32Array) {
  const rows = new Float64Array(ROWS);
  const columns = new Float64Array(COLUMNS);
  let absolute = 0;
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      const g = gradient[i * COLUMNS + j];
      rows[i] += g;
      columns[j] += g;
      absolute += Math.abs(g);
    }
  }
  return { rows, columns, absolute };
}
