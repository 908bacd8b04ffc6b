/**
 * Gradient of a convolution with respect to its kernel, on the embedded backend, which has none of its own.
 *
 *   dw[kh, kw·C + c, :] = Σ_n,p,q  x[n, SH·p + kh − top, SW·q + kw − left, c] · dy[n,p,q,:]
 *
 * For fixed n, p and kh the pairs (kw, c) are consecutive floats of an input row, so this is one matrix product
 * [KW·C, Q]·[Q, M] per output row and kernel row, of rows that lie in the first-level cache.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { copyPadded, type Geometry, isUnpadded } from './geometry.ts';
import { kernelsOf } from './kernels.ts';
import { address, allocate, floatIndex, floats, type WasmBackend } from './memory.ts';

/** Frames summed up in float32 before they go to the total: adding a million products one by one would lose digits. */
const FRAMES_PER_SUM = 4;

/**
 * @param x - [frames, H, W, C] float32, the convolution's input.
 * @param dy - [frames, P, Q, M] float32, the gradient of its output.
 * @returns [KH, KW, C, M] float32.
 */
export function filterGradient(
  backend: WasmBackend,
  x: TensorInfo,
  dy: TensorInfo,
  { frames, H, W, C, P, Q, M, KH, KW, SH, SW, top, left }: Geometry,
): TensorInfo {
  const { multiplyAddRows } = kernelsOf(backend);
  const pitch = Math.max(left + W, SW * (Q - 1) + KW);
  const padding = { rows: H, width: W, channels: C, left, pitch };
  const inPlace = isUnpadded(padding);

  const dw = allocate(backend, [KH, KW, C, M]);
  const sum = allocate(backend, [KH, KW, C, M]);
  const padded = allocate(backend, inPlace ? [1] : [H, pitch, C]);
  const heap = floats(backend);
  const [xIndex, dwIndex, sumIndex, paddedIndex] = [x, dw, sum, padded].map((t) => floatIndex(backend, t));
  const dyAddress = address(backend, dy);

  const kernelRow = KW * C * M;
  const size = KH * kernelRow;
  const total = new Float64Array(size);
  if (!inPlace) heap.fill(0, paddedIndex, paddedIndex + H * pitch * C);

  for (let n = 0; n < frames; n++) {
    if (n % FRAMES_PER_SUM === 0) heap.fill(0, sumIndex, sumIndex + size);
    const given = xIndex + n * H * W * C;
    if (!inPlace) copyPadded(heap, given, paddedIndex, padding);
    const source = inPlace ? given : paddedIndex;
    for (let p = 0; p < P; p++) {
      const b = dyAddress + 4 * (n * P + p) * Q * M;
      for (let kh = 0; kh < KH; kh++) {
        const h = SH * p + kh - top;
        if (h < 0 || h >= H) continue;
        const a = 4 * (source + h * pitch * C);
        multiplyAddRows(a, 4 * SW * C, b, 4 * M, 4 * (sumIndex + kh * kernelRow), 4 * M, KW * C, M, Q);
      }
    }
    if (n % FRAMES_PER_SUM === FRAMES_PER_SUM - 1 || n === frames - 1) {
      for (let i = 0; i < size; i++) total[i] += heap[sumIndex + i];
    }
  }
  heap.set(total, dwIndex);
  backend.disposeData(sum.dataId);
  backend.disposeData(padded.dataId);
  return dw;
}
