/**
 * The loops of the embedded backend as one WebAssembly module, compiled on first use (about a millisecond)
 * over the memory in which the backend keeps its tensors, or one of our own (matrices.ts). All addresses and strides are in bytes.
 */

import {
  assemble,
  countDown,
  get,
  i32,
  increase,
  set,
  V128,
  v128,
  type WasmFunction,
} from '../../wasm/assembler.ts';
import { type Memory, webAssembly } from '../../wasm/webassembly.ts';
import type { WasmBackend } from './memory.ts';
import { type MultiplyAdd, multiplyAddFunction } from './multiply-add.ts';

/** The compiled functions. */
export interface Kernels {
  /** C += A·B with A[i + k·aStride]; see multiply-add.ts. */
  multiplyAddRows: MultiplyAdd;
  /** C += A·B with A[i·aStride + k]. */
  multiplyAddDepth: MultiplyAdd;
  /** x ← max(x, 0) on `quads`·4 entries. */
  relu: (x: number, quads: number) => void;
  /** dx ← dy where y > 0, else 0, on `quads`·4 entries. */
  reluGradient: (dy: number, y: number, dx: number, quads: number) => void;
}

const QUAD = i32.const(16);

function reluFunction(): WasmFunction {
  const [x, quads] = [0, 1];
  const rectify = [...get(x), ...get(x), ...v128.load(0), ...v128.zero, ...v128.max, ...v128.store(0)];
  return {
    name: 'relu',
    parameters: 2,
    locals: [],
    body: countDown(quads, 1, [...rectify, ...increase(x, QUAD)]),
  };
}

function reluGradientFunction(): WasmFunction {
  const [dy, y, dx, quads, gate] = [0, 1, 2, 3, 4];
  const step = [
    ...get(y),
    ...v128.load(0),
    ...v128.zero,
    ...v128.greater,
    ...set(gate),
    ...get(dx),
    ...get(dy),
    ...v128.load(0),
    ...get(gate),
    ...v128.and,
    ...v128.store(0),
    ...[dy, y, dx].flatMap((pointer) => increase(pointer, QUAD)),
  ];
  return { name: 'reluGradient', parameters: 4, locals: [V128], body: countDown(quads, 1, step) };
}

function moduleBytes(fused: boolean): Uint8Array {
  return assemble([
    multiplyAddFunction('multiplyAddRows', 'rows', fused),
    multiplyAddFunction('multiplyAddDepth', 'depth', fused),
    reluFunction(),
    reluGradientFunction(),
  ]);
}

/**
 * Whether this Node has fused multiply-add in WebAssembly (relaxed SIMD: 22 and later), which makes the convolutions
 * about 1.7 times faster. Results differ from those without it by float rounding. Node 20 has it behind a flag, where it
 * is slower than none (docs/performance.md, "The embedded backend").
 */
export function hasFusedMultiplyAdd(): boolean {
  return webAssembly.validate(assemble([multiplyAddFunction('probe', 'depth', true)]));
}

let compiled: object | undefined;

/** The functions working on `memory`. They stay valid when it grows. */
export function kernelsOn(memory: Memory): Kernels {
  compiled ??= new webAssembly.Module(moduleBytes(hasFusedMultiplyAdd()));
  return new webAssembly.Instance(compiled, { backend: { memory } }).exports as Kernels;
}

const ofBackend = new WeakMap<WasmBackend, Kernels>();

/** The functions working on `backend`'s memory. */
export function kernelsOf(backend: WasmBackend): Kernels {
  let kernels = ofBackend.get(backend);
  if (kernels === undefined) {
    kernels = kernelsOn(backend.wasm.asm.memory);
    ofBackend.set(backend, kernels);
  }
  return kernels;
}
