/** The convolution head against head.h5: standardisation, layers, features, gradients. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, it } from 'vitest';
import { disposeModel, frameFeatures, type RecurrentModel } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import { standardise } from '../src/models/standardise.ts';
import { modelOptions } from '../src/options/schema.ts';
import { describeBackends, tensor } from './backends.ts';
import { expectClose, expectRelative, Fixture, largestEntry } from './golden.ts';
import { setWeights } from './set-weights.ts';

const fixture = new Fixture('head.h5');

describeBackends('convolution head', () => {
  let made: RecurrentModel | undefined;
  const model = () => {
    if (!made) {
      made = buildModel(modelOptions.parse({ model: 'lstm' }), 0) as RecurrentModel;
      setWeights(made.head.weights, (name) => fixture.get(`weights/head/${name}`));
    }
    return made;
  };
  const head = () => model().head;
  const frames = (path = 'frames') => tensor(fixture.get(path)) as tf.Tensor4D;
  afterAll(() => made && disposeModel(made));

  it('standardises every frame on its own', () => {
    expectClose('standardised', standardise(frames()).dataSync(), fixture.get('standardised'), 5e-5);
  });

  it('divides frames without contrast by the floor, in both scales', () => {
    const low = frames('low_contrast/frames');
    const from1 = fixture.get('low_contrast/standardised_from_1');
    const from255 = fixture.get('low_contrast/standardised_from_255');
    expectClose('low contrast, 0..1', standardise(low).dataSync(), from1, 2e-4);
    expectClose('low contrast, 0..255', standardise(low, 1).dataSync(), from255, 2e-4);
  });

  it('gives the activations of every layer', () => {
    const activations = head().activations(standardise(frames()));
    for (const [n, activation] of activations.entries()) {
      const expected = fixture.get(`layers/conv${n + 1}`);
      expectClose(`conv${n + 1}`, activation.dataSync().slice(0, expected.data.length), expected, 5e-5);
    }
  });

  it('gives the 32 features, from frames in either scale', () => {
    const features = frameFeatures(model(), frames());
    expectClose('features', features.dataSync(), fixture.get('features'), 5e-5);
    const from255 = head().features(standardise(frames(), 1));
    expectClose('features from 255', from255.dataSync(), fixture.get('features_from_255'), 5e-5);
  });

  it('gives the gradient of every weight', () => {
    const R = tensor(fixture.get('R'));
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.mul(frameFeatures(model(), frames()), R)),
      Array.from(head().weights.values()),
    );
    const objective = fixture.scalar('objective');
    expectRelative('objective', value.dataSync()[0], objective, 1e-4);
    for (const [name, variable] of head().weights) {
      const expected = fixture.get(`gradients/head/${name}`);
      const gradient = grads[variable.name].dataSync();
      expectClose(`gradient of ${name}`, gradient, expected, 1e-4 * largestEntry(expected.data));
    }
  });
});
