/**
 * `cnn`, the feed-forward network that the recurrent ones are compared with (docs/pipeline.md §3):
 *
 *     78×200×3 → five convolutions → 4×19×64 → dropout → 1000 → dropout → 100 → dropout → 1
 *
 * ReLU throughout, no bias at the output; 5,068,900 parameters.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from './cells/cell.ts';
import { CNN_STACK, convolve, shapedLayers } from './convolution.ts';
import { constant, type StartValue, startVariables, truncatedNormal } from './start-values.ts';

const LAYERS = shapedLayers(CNN_STACK);
const LAST = LAYERS[LAYERS.length - 1];

/** Widths of the layers that dropout falls on, in order: the flattened maps and the two dense layers. */
export const DROPOUT_WIDTHS = [LAST.height * LAST.width * LAST.filters, 1000, 100] as const;
const [FLAT, DENSE1, DENSE2] = DROPOUT_WIDTHS;

const SIGMA = 0.1;
const BIAS = 0.1;

/** For each of {@link DROPOUT_WIDTHS} a factor [N,width]: 0, or 1/keep probability. See `dropout.ts`. */
export type DropoutFactors = readonly tf.Tensor2D[];

export interface CnnActivations {
  readonly convolutions: readonly tf.Tensor4D[];
  /** [N,1000] */
  readonly dense1: tf.Tensor2D;
  /** [N,100] */
  readonly dense2: tf.Tensor2D;
  /** [N,1] */
  readonly outputs: tf.Tensor2D;
}

export interface Cnn {
  readonly weights: Weights;
  /**
   * @param standardised - [N,78,200,3]
   * @param dropout - in training; left out, nothing is dropped
   */
  activations(standardised: tf.Tensor4D, dropout?: DropoutFactors): CnnActivations;
}

export function cnn(seed: number): Cnn {
  const weights = startVariables(seed, 'cnn', startValues());
  const dense = (x: tf.Tensor2D, name: 'dense1' | 'dense2'): tf.Tensor2D =>
    tf.relu(tf.add(tf.matMul(x, weights[`${name}_kernel`] as tf.Tensor2D), weights[`${name}_bias`]));

  return {
    weights: new Map(Object.entries(weights)),
    activations(standardised, dropout) {
      const dropped = (x: tf.Tensor2D, layer: number): tf.Tensor2D =>
        dropout ? tf.mul(x, dropout[layer]) : x;
      const convolutions = convolve(CNN_STACK, weights, standardised);
      const flat = tf.reshape(convolutions[convolutions.length - 1], [
        standardised.shape[0],
        FLAT,
      ]) as tf.Tensor2D;
      const dense1 = dense(dropped(flat, 0), 'dense1');
      const dense2 = dense(dropped(dense1, 1), 'dense2');
      const outputs = tf.matMul(dropped(dense2, 2), weights.out_kernel as tf.Tensor2D) as tf.Tensor2D;
      return { convolutions, dense1, dense2, outputs };
    },
  };
}

function startValues(): Record<string, StartValue> {
  const values: Record<string, StartValue> = {};
  for (const { name, kernelShape, filters } of LAYERS) {
    values[`${name}_kernel`] = truncatedNormal(SIGMA, kernelShape);
    values[`${name}_bias`] = constant(BIAS, [filters]);
  }
  return {
    ...values,
    dense1_kernel: truncatedNormal(SIGMA, [FLAT, DENSE1]),
    dense1_bias: constant(BIAS, [DENSE1]),
    dense2_kernel: truncatedNormal(SIGMA, [DENSE1, DENSE2]),
    dense2_bias: constant(BIAS, [DENSE2]),
    out_kernel: truncatedNormal(SIGMA, [DENSE2, 1]),
  };
}
