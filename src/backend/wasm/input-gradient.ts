/**
 * Gradient of a convolution with respect to its input, on the embedded backend, for any stride.
 *
 * Along the width, the input columns w with (w + left) mod SW = r, one *phase*, only meet the kernel columns
 * kw = SW·j + r, j < J_r = ⌈(KW − r)/SW⌉. With w + left = SW·m + r
 *
 *   dx[h, w, :] = Σ_kh,j  dy[(h + top − kh)/SH, m − j, :] · filter[kh, SW·j + r]ᵀ      where SH divides h + top − kh
 *
 * so a phase is an ordinary stride-1 convolution of dy with a small kernel (its columns flipped), whose outputs
 * lie SW columns apart in dx. No zero that the stride would put between the entries of dy is ever multiplied.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { copyPadded, type Geometry, isUnpadded } from './geometry.ts';
import { kernelsOf } from './kernels.ts';
import { address, allocate, floatIndex, floats, type WasmBackend } from './memory.ts';

interface Phase {
  /** (w + left) mod SW. */
  r: number;
  /** Kernel columns of this phase. */
  J: number;
  /** The columns of dx are w = SW·m + r − left for m = first..first+count−1. */
  first: number;
  count: number;
  /** Float offset of this phase's kernel within one row of the rearranged kernel. */
  offset: number;
}

function phasesOf({ W, C, M, KW, SW, left }: Geometry): Phase[] {
  const phases: Phase[] = [];
  let offset = 0;
  for (let r = 0; r < Math.min(SW, KW); r++) {
    const J = Math.ceil((KW - r) / SW);
    const first = Math.max(0, Math.ceil((left - r) / SW));
    const count = Math.floor((W - 1 + left - r) / SW) - first + 1;
    if (count > 0) phases.push({ r, J, first, count, offset });
    offset += J * M * C;
  }
  return phases;
}

/** The filter [KH, KW, C, M] as [KH][phase][J reversed, M, C]: for each phase a matrix with C columns. */
function rearrange(filter: Float32Array, phases: Phase[], { C, M, KH, KW, SW }: Geometry): Float32Array {
  const result = new Float32Array(KH * KW * M * C);
  for (let kh = 0; kh < KH; kh++) {
    for (const { r, J, offset } of phases) {
      let to = kh * KW * M * C + offset;
      for (let j = J - 1; j >= 0; j--) {
        const column = (kh * KW + SW * j + r) * C * M;
        for (let m = 0; m < M; m++) {
          for (let c = 0; c < C; c++) result[to++] = filter[column + c * M + m];
        }
      }
    }
  }
  return result;
}

/**
 * @param dy - [frames, P, Q, M] float32, the gradient of the convolution's output.
 * @param filter - [KH, KW, C, M] float32.
 * @returns [frames, H, W, C] float32.
 */
export function inputGradient(
  backend: WasmBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  geometry: Geometry,
): TensorInfo {
  const { frames, H, W, C, P, Q, M, KH, KW, SH, SW, top, left } = geometry;
  const { multiplyAddDepth } = kernelsOf(backend);
  const phases = phasesOf(geometry);
  // A window of phase r starts J − 1 columns before its first m and ends at its last one.
  const before = Math.max(0, ...phases.map(({ first, J }) => J - 1 - first));
  const pitch = before + Math.max(Q, ...phases.map(({ first, count }) => first + count));
  const padding = { rows: P, width: Q, channels: M, left: before, pitch };
  const inPlace = isUnpadded(padding);

  const dx = allocate(backend, [frames, H, W, C]);
  const kernel = allocate(backend, [KH, KW, M, C]);
  const padded = allocate(backend, inPlace ? [1] : [P, pitch, M]);
  const heap = floats(backend);
  const [dyIndex, dxIndex, filterIndex, paddedIndex] = [dy, dx, filter, padded].map((t) =>
    floatIndex(backend, t),
  );
  const kernelAddress = address(backend, kernel);

  const size = KH * KW * C * M;
  heap.set(rearrange(heap.subarray(filterIndex, filterIndex + size), phases, geometry), kernelAddress / 4);
  if (!inPlace) heap.fill(0, paddedIndex, paddedIndex + P * pitch * M);

  for (let n = 0; n < frames; n++) {
    const given = dyIndex + n * P * Q * M;
    if (!inPlace) copyPadded(heap, given, paddedIndex, padding);
    const source = inPlace ? given : paddedIndex;
    const target = dxIndex + n * H * W * C;
    heap.fill(0, target, target + H * W * C);
    for (let h = 0; h < H; h++) {
      for (let kh = 0; kh < KH; kh++) {
        const p = (h + top - kh) / SH;
        if (!Number.isInteger(p) || p < 0 || p >= P) continue;
        for (const { r, J, first, count, offset } of phases) {
          const a = 4 * (source + (p * pitch + before + first - J + 1) * M);
          const b = kernelAddress + 4 * (kh * KW * M * C + offset);
          const c = 4 * (target + (h * W + SW * first + r - left) * C);
          multiplyAddDepth(a, 4 * M, b, 4 * C, c, 4 * SW * C, count, C, J * M);
        }
      }
    }
  }
  backend.disposeData(kernel.dataId);
  backend.disposeData(padded.dataId);
  return dx;
}
