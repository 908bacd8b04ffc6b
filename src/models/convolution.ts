/**
 * The convolution stacks of head and CNN, described once (docs/pipeline.md §3): start values, the plain forward
 * pass and whatever else needs to know the layers read these lists.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { convBiasRelu } from '../backend/conv-bias-relu.ts';

/** Frame size that every model takes: H×W×C; docs/pipeline.md §1. */
export const FRAME = { height: 78, width: 200, channels: 3 } as const;

export interface ConvolutionLayer {
  readonly name: string;
  readonly filters: number;
  /** Side of the square kernel. */
  readonly size: number;
  readonly stride: number;
}

export interface ConvolutionStack {
  readonly padding: 'same' | 'valid';
  readonly layers: readonly ConvolutionLayer[];
}

/** The head of all recurrent models: 78×200×3 → 10×25×8. */
export const HEAD_STACK: ConvolutionStack = {
  padding: 'same',
  layers: [
    { name: 'conv1', filters: 24, size: 5, stride: 2 },
    { name: 'conv2', filters: 36, size: 5, stride: 2 },
    { name: 'conv3', filters: 48, size: 3, stride: 2 },
    { name: 'conv4', filters: 64, size: 3, stride: 1 },
    { name: 'conv5', filters: 8, size: 3, stride: 1 },
  ],
};

/** The CNN: 78×200×3 → 4×19×64. */
export const CNN_STACK: ConvolutionStack = {
  padding: 'valid',
  layers: [
    { name: 'conv1', filters: 24, size: 5, stride: 2 },
    { name: 'conv2', filters: 36, size: 5, stride: 2 },
    { name: 'conv3', filters: 48, size: 3, stride: 2 },
    { name: 'conv4', filters: 64, size: 3, stride: 1 },
    { name: 'conv5', filters: 64, size: 3, stride: 1 },
  ],
};

export interface ShapedLayer extends ConvolutionLayer {
  /** [size, size, in, out] */
  readonly kernelShape: [number, number, number, number];
  readonly height: number;
  readonly width: number;
}

/** The layers with the shapes of their kernels and of their outputs [height, width, filters]. */
export function shapedLayers({ padding, layers }: ConvolutionStack): ShapedLayer[] {
  let { height, width, channels } = FRAME as { height: number; width: number; channels: number };
  return layers.map((layer) => {
    const { size, stride, filters } = layer;
    const extent = (n: number) => Math.ceil((padding === 'same' ? n : n - size + 1) / stride);
    const kernelShape: ShapedLayer['kernelShape'] = [size, size, channels, filters];
    [height, width, channels] = [extent(height), extent(width), filters];
    return { ...layer, kernelShape, height, width };
  });
}

/** The names of a stack's weights: those whose gradients `--conv_grad_scaling` scales. */
export function convolutionWeightNames({ layers }: ConvolutionStack): string[] {
  return layers.flatMap(({ name }) => [`${name}_kernel`, `${name}_bias`]);
}

/**
 * @param weights - `conv1_kernel`, `conv1_bias`, …
 * @param standardised - [N,78,200,3]; no gradient flows back to it
 * @returns the activations of every layer, [N,h,w,filters] each
 */
export function convolve(
  { padding, layers }: ConvolutionStack,
  weights: Readonly<Record<string, tf.Tensor>>,
  standardised: tf.Tensor4D,
): tf.Tensor4D[] {
  const activations: tf.Tensor4D[] = [];
  let x = standardised;
  for (const [n, { name, stride }] of layers.entries()) {
    const kernel = weights[`${name}_kernel`] as tf.Tensor4D;
    const bias = weights[`${name}_bias`] as tf.Tensor1D;
    x = convBiasRelu(x, kernel, bias, stride, padding, n > 0);
    activations.push(x);
  }
  return activations;
}
