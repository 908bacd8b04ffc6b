/**
 * Tensors of the embedded backend as places in its WebAssembly memory.
 *
 * The memory grows when something is allocated, and every view taken before is then empty:
 * a kernel allocates all it needs first and calls `floats` after that.
 */

import {
  backend as currentBackend,
  type DataId,
  getBackend,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors.ts';
import type { Memory } from '../../wasm/webassembly.ts';

/** What this project uses of `BackendWasm` (@tensorflow/tfjs-backend-wasm 4.22), with the exports of its module. */
export interface WasmBackend {
  wasm: { HEAPU8: Uint8Array; asm: { memory: Memory } };
  dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: DataId): boolean;
}

/** Byte address of a tensor's first entry. */
export function address(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Index of a tensor's first entry in `floats(backend)`. */
export function floatIndex(backend: WasmBackend, tensor: TensorInfo): number {
  return address(backend, tensor) / 4;
}

/** The whole memory as float32; valid until the next allocation. */
export function floats(backend: WasmBackend): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer);
}

/**
 * A new float32 tensor with undefined content.
 *
 * @throws BackendError if the backend's memory (4 GiB at most) is full. The package itself would go on at address 0.
 */
export function allocate(backend: WasmBackend, shape: number[]): TensorInfo {
  const tensor = backend.makeOutput(shape, 'float32');
  if (address(backend, tensor) === 0) {
    const mebibytes = Math.ceil((util.sizeFromShape(shape) * 4) / 2 ** 20);
    throw new BackendError(
      `the embedded backend has no memory left for a tensor of shape [${shape}] (${mebibytes} MiB; WebAssembly has ` +
        '4 GiB in all); use a smaller batch, shorter sequences or more workers',
    );
  }
  return tensor;
}

/**
 * A tensor's numbers where they lie, without a copy on the embedded backend; valid until the next allocation.
 *
 * @param tensor - float32
 */
export function hostView(tensor: Tensor): Float32Array {
  if (tensor.dtype !== 'float32') throw new TypeError(`a tensor of float32 is expected, not ${tensor.dtype}`);
  if (getBackend() !== 'wasm') return tensor.dataSync<'float32'>();
  const embedded = currentBackend() as unknown as WasmBackend;
  if (embedded.dataIdMap.get(tensor.dataId) === undefined) return tensor.dataSync<'float32'>();
  const first = floatIndex(embedded, tensor);
  return floats(embedded).subarray(first, first + tensor.size);
}
