/**
 * Small matrix products over typed arrays, whatever backend tensors are on: the embedded backend's loops (kernels.ts) over a
 * memory of their own. A product of a few hundred rows takes tens of microseconds, of which a tensor operation would
 * spend most on being called.
 *
 * The memory is scratch, shared by everything in this thread: whoever takes it must be done with it before returning.
 */

import { type OwnMemory, webAssembly } from '../../wasm/webassembly.ts';
import { type Kernels, kernelsOn } from './kernels.ts';

/** Scratch memory with products over it. Matrices are row-major, without gaps, and named by the index of their first entry. */
export interface Matrices {
  readonly floats: Float32Array;
  /** C[I,J] += A[I,K]·B[K,J] */
  addProduct(a: number, b: number, c: number, I: number, J: number, K: number): void;
  /** C[I,J] += A[K,I]ᵀ·B[K,J] */
  addTransposedProduct(a: number, b: number, c: number, I: number, J: number, K: number): void;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;
const PAGE = 2 ** 16;

let scratch: { memory: OwnMemory; kernels: Kernels } | undefined;

/** @param size - entries that are needed; what they hold is undefined */
export function scratchMatrices(size: number): Matrices {
  const pages = Math.ceil((size * BYTES) / PAGE);
  if (scratch === undefined) {
    const memory = new webAssembly.Memory({ initial: pages });
    scratch = { memory, kernels: kernelsOn(memory) };
  }
  const { memory, kernels } = scratch;
  const missing = pages - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
  return {
    floats: new Float32Array(memory.buffer, 0, size),
    addProduct: (a, b, c, I, J, K) =>
      kernels.multiplyAddDepth(BYTES * a, BYTES * K, BYTES * b, BYTES * J, BYTES * c, BYTES * J, I, J, K),
    addTransposedProduct: (a, b, c, I, J, K) =>
      kernels.multiplyAddRows(BYTES * a, BYTES * I, BYTES * b, BYTES * J, BYTES * c, BYTES * J, I, J, K),
  };
}

/** Aᵀ of a matrix [rows,columns]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  }
  return result;
}
