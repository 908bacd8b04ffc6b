/**
 * The gradients of ReLU and of an added bias on the embedded backend. tfjs computes them as `dy · step(y)` and as a
 * sum over three axes, several times slower than one walk over memory. They are kernels of their own, named
 * as TensorFlow names them, so that tfjs keeps account of their tensors.
 */

import {
  engine,
  type KernelConfig,
  type NamedTensorMap,
  type Tensor1D,
  type Tensor4D,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { kernelsOf } from './kernels.ts';
import { address, allocate, floatIndex, floats, type WasmBackend } from './memory.ts';

/** dx = dy where y > 0, else 0. */
function reluGradient(backend: WasmBackend, dy: TensorInfo, y: TensorInfo): TensorInfo {
  const dx = allocate(backend, dy.shape);
  const [dyAddress, yAddress, dxAddress] = [dy, y, dx].map((tensor) => address(backend, tensor));
  const size = util.sizeFromShape(dy.shape);
  const quads = size >> 2;
  kernelsOf(backend).reluGradient(dyAddress, yAddress, dxAddress, quads);
  const heap = floats(backend);
  for (let i = 4 * quads; i < size; i++) {
    heap[dxAddress / 4 + i] = heap[yAddress / 4 + i] > 0 ? heap[dyAddress / 4 + i] : 0;
  }
  return dx;
}

/** db = Σ over frames, rows and columns of dy: the product of a row of ones (one 1, with stride 0) with dy's rows. */
function biasGradient(backend: WasmBackend, dy: TensorInfo): TensorInfo {
  const [frames, P, Q, M] = dy.shape;
  const db = allocate(backend, [M]);
  const one = allocate(backend, [1]);
  const heap = floats(backend);
  const [dyAddress, dbAddress, oneAddress] = [dy, db, one].map((tensor) => address(backend, tensor));
  const start = floatIndex(backend, db);
  heap[oneAddress / 4] = 1;
  // Row by row in float32, the rows' sums in float64: adding a million entries one by one would lose digits.
  const total = new Float64Array(M);
  for (let row = 0; row < frames * P; row++) {
    heap.fill(0, start, start + M);
    kernelsOf(backend).multiplyAddRows(
      oneAddress,
      0,
      dyAddress + 4 * row * Q * M,
      4 * M,
      dbAddress,
      4 * M,
      1,
      M,
      Q,
    );
    for (let m = 0; m < M; m++) total[m] += heap[start + m];
  }
  heap.set(total, start);
  backend.disposeData(one.dataId);
  return db;
}

/** The two as tfjs kernels, for registration. */
export const reluBiasKernels: KernelConfig[] = [
  {
    kernelName: 'ReluGrad',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) =>
      reluGradient(backend as WasmBackend, inputs.dy as TensorInfo, inputs.y as TensorInfo),
  },
  {
    kernelName: 'BiasAddGrad',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => biasGradient(backend as WasmBackend, inputs.dy as TensorInfo),
  },
];

/**
 * dx = dy where y > 0, else 0. Only while the wasm backend is active, and after `registerWasm()`.
 *
 * @param dy - [frames, P, Q, M] float32, gradient of the ReLU's output.
 * @param y - the ReLU's output, same shape.
 */
export function reluGradWasm(dy: Tensor4D, y: Tensor4D): Tensor4D {
  return engine().runKernel('ReluGrad', { dy, y } as unknown as NamedTensorMap, {}) as Tensor4D;
}

/**
 * db = Σ over frames, rows and columns of dy. Only while the wasm backend is active, and after `registerWasm()`.
 *
 * @param dy - [frames, P, Q, M] float32, gradient of the sum that the bias was added to.
 * @returns [M] float32.
 */
export function biasGradientWasm(dy: Tensor4D): Tensor1D {
  return engine().runKernel('BiasAddGrad', { dy } as unknown as NamedTensorMap, {}) as Tensor1D;
}
