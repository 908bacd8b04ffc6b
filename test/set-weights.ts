/** Puts given numbers into a model's variables. */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../src/models/cells/cell.ts';
import type { Golden } from './golden.ts';

/** @param values - asked once for every weight, by its name */
export function setWeights(weights: Weights, values: (name: string) => Golden): void {
  for (const [name, variable] of weights) {
    const { shape, data } = values(name);
    if (String(shape) !== String(variable.shape)) {
      throw new Error(`${name}: the fixture has shape [${shape}], the model [${variable.shape}]`);
    }
    const value = tf.tensor(data, shape);
    variable.assign(value);
    value.dispose();
  }
}
