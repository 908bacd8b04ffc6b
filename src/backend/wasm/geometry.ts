/**
 * The sizes of one convolution, and a frame with zero columns at its sides.
 *
 * Letters, in every file of this folder: a frame has H rows, W columns, C channels; the output P rows, Q columns,
 * M channels; the kernel is [KH, KW, C, M]; SH, SW are the strides; `top`, `left` the zeros before the first row, column.
 */

import { backend_util } from '@tensorflow/tfjs-core';

/** Sizes of a convolution of `frames` frames. */
export interface Geometry {
  frames: number;
  H: number;
  W: number;
  C: number;
  P: number;
  Q: number;
  M: number;
  KH: number;
  KW: number;
  SH: number;
  SW: number;
  top: number;
  left: number;
}

/** The attributes that tfjs hands to its convolution kernels. */
export interface ConvolutionAttributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Sizes from shapes, strides and padding, by tfjs's own rules.
 *
 * @param kernel - name of the calling kernel, for the message.
 * @param inputShape - [frames, H, W, C].
 * @param filterShape - [KH, KW, C, M].
 * @throws Error for NCHW tensors, which the wasm backend has never supported.
 */
export function geometryOf(
  kernel: string,
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dataFormat, dimRoundingMode }: ConvolutionAttributes,
): Geometry {
  if (dataFormat === 'NCHW') {
    throw new Error(`wasm backend ${kernel} does not support dataFormat 'NCHW'. Use 'NHWC'.`);
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  return {
    frames: info.batchSize,
    H: info.inHeight,
    W: info.inWidth,
    C: info.inChannels,
    P: info.outHeight,
    Q: info.outWidth,
    M: info.outChannels,
    KH: info.filterHeight,
    KW: info.filterWidth,
    SH: info.strideHeight,
    SW: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** Rows of `width` pixels and where they stand within rows of `pitch` pixels, `left` of them zeros before. */
export interface Padding {
  rows: number;
  width: number;
  channels: number;
  left: number;
  pitch: number;
}

/** Whether a padding adds nothing, so that the frame can be read where it is. */
export function isUnpadded({ width, left, pitch }: Padding): boolean {
  return left === 0 && pitch === width;
}

/**
 * Copies the rows of one frame [rows, width, channels] at `source` to [rows, pitch, channels] at `target` (indices
 * into `heap`), leaving the columns beside them as they are.
 */
export function copyPadded(heap: Float32Array, source: number, target: number, padding: Padding): void {
  const { rows, width, channels, left, pitch } = padding;
  const length = width * channels;
  for (let row = 0; row < rows; row++) {
    const from = source + row * length;
    heap.copyWithin(target + (row * pitch + left) * channels, from, from + length);
  }
}
