/**
 * Convolution, optionally with bias and ReLU, on the embedded backend.
 *
 *   y[n,p,q,:] = bias + Σ_kh  x[n, SH·p + kh − top, windows of KW·C floats, SW·C apart] · filter[kh]
 *
 * one matrix product [Q, KW·C]·[KW·C, M] per output row and kernel row, added up in the output itself. The package's
 * own convolution (XNNPACK) is as fast where there is no fused multiply-add, but repacks the kernel at every
 * change of the weights and has no way to use it where there is. It still does what this does not: dilation, other activations.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { copyPadded, type Geometry, isUnpadded } from './geometry.ts';
import { kernelsOf } from './kernels.ts';
import { address, allocate, floatIndex, floats, type WasmBackend } from './memory.ts';

/**
 * @param x - [frames, H, W, C] float32.
 * @param filter - [KH, KW, C, M] float32.
 * @param bias - [M] float32, or undefined for none.
 * @param relu - whether y = max(0, …).
 * @returns [frames, P, Q, M] float32.
 */
export function convolve(
  backend: WasmBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  relu: boolean,
  { frames, H, W, C, P, Q, M, KH, KW, SH, SW, top, left }: Geometry,
): TensorInfo {
  const { multiplyAddDepth, relu: rectify } = kernelsOf(backend);
  const pitch = Math.max(left + W, SW * (Q - 1) + KW);
  const padding = { rows: H, width: W, channels: C, left, pitch };
  const inPlace = isUnpadded(padding);

  const y = allocate(backend, [frames, P, Q, M]);
  const start = allocate(backend, [Q, M]); // an output row before the first product
  const padded = allocate(backend, inPlace ? [1] : [H, pitch, C]);
  const heap = floats(backend);
  const [xIndex, yIndex, startIndex, paddedIndex] = [x, y, start, padded].map((t) => floatIndex(backend, t));
  const filterAddress = address(backend, filter);

  const [row, frame] = [Q * M, P * Q * M];
  heap.fill(0, startIndex, startIndex + row);
  if (bias !== undefined) {
    const values = heap.slice(floatIndex(backend, bias), floatIndex(backend, bias) + M);
    for (let q = 0; q < Q; q++) heap.set(values, startIndex + q * M);
  }
  if (!inPlace) heap.fill(0, paddedIndex, paddedIndex + H * pitch * C);

  for (let n = 0; n < frames; n++) {
    const given = xIndex + n * H * W * C;
    if (!inPlace) copyPadded(heap, given, paddedIndex, padding);
    const source = inPlace ? given : paddedIndex;
    const target = yIndex + n * frame;
    for (let p = 0; p < P; p++) {
      const output = target + p * row;
      heap.copyWithin(output, startIndex, startIndex + row);
      for (let kh = 0; kh < KH; kh++) {
        const h = SH * p + kh - top;
        if (h < 0 || h >= H) continue;
        const a = 4 * (source + h * pitch * C);
        const b = filterAddress + 4 * kh * KW * C * M;
        multiplyAddDepth(a, 4 * SW * C, b, 4 * M, 4 * output, 4 * M, Q, M, KW * C);
      }
    }
    if (relu) {
      const quads = frame >> 2;
      rectify(4 * target, quads);
      for (let i = target + 4 * quads; i < target + frame; i++) heap[i] = Math.max(0, heap[i]);
    }
  }
  backend.disposeData(start.dataId);
  backend.disposeData(padded.dataId);
  return y;
}
