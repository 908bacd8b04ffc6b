/**
 * The convolution head of every recurrent model: a frame in, 32 features out (docs/pipeline.md §3).
 *
 *     78×200×3 → five convolutions → 10×25×8
 *     each of the 8 maps, flattened (250), → its own dense layer of 4, ReLU → joined map by map: 32
 *
 * 79,420 parameters.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from './cells/cell.ts';
import { convolutionWeightNames, convolve, HEAD_STACK, shapedLayers } from './convolution.ts';
import { constant, glorotUniform, type StartValue, startVariables } from './start-values.ts';

const LAYERS = shapedLayers(HEAD_STACK);
const LAST = LAYERS[LAYERS.length - 1];
/** Maps of the last convolution, numbers in each, and units of the dense layer that each goes through. */
export const MAPS = LAST.filters;
export const MAP_SIZE = LAST.height * LAST.width;
export const UNITS_PER_MAP = 4;

/** S of every recurrent model: 32. */
export const HEAD_FEATURES = MAPS * UNITS_PER_MAP;

const BIAS = 0.01;

export interface ConvHead {
  readonly weights: Weights;
  /** Names of the weights whose gradients `--conv_grad_scaling` scales: not the per-filter layers. */
  readonly convolutionWeights: readonly string[];
  /** @param standardised - [N,78,200,3]; @returns each convolution's activations, the last one [N,10,25,8] */
  activations(standardised: tf.Tensor4D): tf.Tensor4D[];
  /** @param standardised - [N,78,200,3]; @returns features [N,32], feature 4·map + unit */
  features(standardised: tf.Tensor4D): tf.Tensor2D;
}

export function convHead(seed: number): ConvHead {
  const weights = startVariables(seed, 'head', startValues());
  return {
    weights: new Map(Object.entries(weights)),
    convolutionWeights: convolutionWeightNames(HEAD_STACK),
    activations: (standardised) => convolve(HEAD_STACK, weights, standardised),
    features(standardised) {
      const activations = convolve(HEAD_STACK, weights, standardised);
      return perFilterDense(activations[activations.length - 1], weights);
    },
  };
}

/** All 8 dense layers at once, as one batched product over the maps. */
function perFilterDense(maps: tf.Tensor4D, weights: Readonly<Record<string, tf.Tensor>>): tf.Tensor2D {
  const N = maps.shape[0];
  const ofAllMaps = (part: string) =>
    tf.stack(Array.from({ length: MAPS }, (_, map) => weights[`filter${map}_${part}`]));
  const flattened = tf.transpose(tf.reshape(maps, [N, MAP_SIZE, MAPS]), [2, 0, 1]); // [8,N,250]
  const products = tf.matMul(flattened, ofAllMaps('kernel')); // [8,N,4]
  const biases = tf.reshape(ofAllMaps('bias'), [MAPS, 1, UNITS_PER_MAP]);
  const units = tf.relu(tf.add(products, biases));
  return tf.reshape(tf.transpose(units, [1, 0, 2]), [N, HEAD_FEATURES]);
}

function startValues(): Record<string, StartValue> {
  const values: Record<string, StartValue> = {};
  for (const { name, kernelShape, filters } of LAYERS) {
    values[`${name}_kernel`] = glorotUniform(kernelShape);
    values[`${name}_bias`] = constant(BIAS, [filters]);
  }
  for (let map = 0; map < MAPS; map++) {
    values[`filter${map}_kernel`] = glorotUniform([MAP_SIZE, UNITS_PER_MAP]);
    values[`filter${map}_bias`] = constant(BIAS, [UNITS_PER_MAP]);
  }
  return values;
}
