/**
 * The loops of the crop over pixels, in WebAssembly: JavaScript has no float32 arithmetic, and converting every product to
 * double and back takes four times as long. Machine code is written with the embedded backend's assembler; what is
 * computed, and why in this order, stands in crop.ts.
 */
import {
  assemble,
  type Code,
  countDown,
  f32,
  get,
  i32,
  increase,
  set,
  V128,
  v128,
  type WasmFunction,
} from '../../wasm/assembler.ts';
import { type Memory, webAssembly } from '../../wasm/webassembly.ts';

/** Where a byte of a cropped row comes from within a source row: two bytes and their weights. */
export interface ByteSample {
  readonly before: number;
  readonly after: number;
  readonly weightBefore: number;
  readonly weightAfter: number;
}

// Instructions that the embedded backend has no use for (WebAssembly Core Specification 2.0, chapter 5).
const loadWord = (offset: number): Code => [0x28, 2, offset]; // i32.load
const loadByte: Code = [0x2d, 0, 0]; // i32.load8_u
const toFloat: Code = [0xb3]; // f32.convert_i32_u
const truncate: Code = [0xfd, 0xf9, 1]; // i32x4.trunc_sat_f32x4_u
const toShorts: Code = [0xfd, 0x86, 1]; // i16x8.narrow_i32x4_u
const toBytes: Code = [0xfd, 0x66]; // i8x16.narrow_i16x8_u
const storeHalf: Code = [0xfd, 0x5b, 0, 0, 0]; // v128.store64_lane 0

/** A sample in memory: before and after as i32, their weights as f32. */
const SAMPLE_BYTES = 16;

/** `resize(source, samples, out, count)`: out[i] = source[before]·weightBefore + source[after]·weightAfter, in float32. */
const resize: WasmFunction = (() => {
  const [source, samples, out, count] = [0, 1, 2, 3];
  const weighted = (index: number, weight: number): Code => [
    ...get(source),
    ...get(samples),
    ...loadWord(index),
    ...i32.add,
    ...loadByte,
    ...toFloat,
    ...get(samples),
    ...f32.load(weight),
    ...f32.mul,
  ];
  const body = countDown(count, 1, [
    ...get(out),
    ...weighted(0, 8),
    ...weighted(4, 12),
    ...f32.add,
    ...f32.store(0),
    ...increase(samples, i32.const(SAMPLE_BYTES)),
    ...increase(out, i32.const(4)),
  ]);
  return { name: 'resize', parameters: 4, locals: [], body };
})();

/** `mix(a, b, weights, out, count)`: out[i] = a[i]·weights[0] + b[i]·weights[1] in float32, truncated; count is 8·n. */
const mix: WasmFunction = (() => {
  const [a, b, weights, out, count, weightA, weightB] = [0, 1, 2, 3, 4, 5, 6];
  const four = (offset: number): Code => [
    ...get(a),
    ...v128.load(offset),
    ...get(weightA),
    ...v128.mul,
    ...get(b),
    ...v128.load(offset),
    ...get(weightB),
    ...v128.mul,
    ...v128.add,
    ...truncate,
  ];
  const body: Code = [
    ...get(weights),
    ...v128.loadSplat(0),
    ...set(weightA),
    ...get(weights),
    ...v128.loadSplat(4),
    ...set(weightB),
    ...countDown(count, 8, [
      ...get(out),
      ...four(0),
      ...four(16),
      ...toShorts,
      ...get(weightA),
      ...toBytes,
      ...storeHalf, // only the lower half is stored
      ...[...increase(a, i32.const(32)), ...increase(b, i32.const(32)), ...increase(out, i32.const(8))],
    ]),
  ];
  return { name: 'mix', parameters: 5, locals: [V128, V128], body };
})();

interface Functions {
  resize(source: number, samples: number, out: number, count: number): void;
  mix(a: number, b: number, weights: number, out: number, count: number): void;
}

const PAGE = 65_536;
const { Memory: newMemory } = webAssembly as unknown as {
  Memory: new (limits: { initial: number }) => Memory & { buffer: ArrayBuffer };
};

let compiled: object | undefined;

/** Tables, buffers and code for frames of one size. */
export class CropKernel {
  /** The rows that `mixRows` made, [78·600]. */
  readonly cropped: Uint8Array;
  readonly #source: Uint8Array;
  readonly #functions: Functions;
  /** Addresses. */
  readonly #samples: Record<'rgb' | 'bgr', number>;
  readonly #weights: number;
  readonly #rows: readonly [number, number];
  readonly #rowBytes: number;

  /**
   * @param samples - for every byte of a cropped row, by the order of channels in the source
   * @param weights - for every cropped row, of the two resized rows it is mixed of
   * @param sourceBytes - of the part of a frame that is loaded
   */
  constructor(
    samples: Readonly<Record<'rgb' | 'bgr', readonly ByteSample[]>>,
    weights: readonly (readonly number[])[],
    sourceBytes: number,
  ) {
    this.#rowBytes = samples.rgb.length;
    let end = 0;
    const region = (bytes: number) => {
      const start = end;
      end += Math.ceil(bytes / 16) * 16;
      return start;
    };
    this.#samples = {
      rgb: region(this.#rowBytes * SAMPLE_BYTES),
      bgr: region(this.#rowBytes * SAMPLE_BYTES),
    };
    this.#weights = region(weights.length * 8);
    this.#rows = [region(this.#rowBytes * 4), region(this.#rowBytes * 4)];
    const cropped = region(weights.length * this.#rowBytes);
    const source = region(sourceBytes);

    const memory = new newMemory({ initial: Math.ceil(end / PAGE) });
    this.cropped = new Uint8Array(memory.buffer, cropped, weights.length * this.#rowBytes);
    this.#source = new Uint8Array(memory.buffer, source, sourceBytes);
    const view = new DataView(memory.buffer);
    for (const order of ['rgb', 'bgr'] as const) {
      for (const [i, { before, after, weightBefore, weightAfter }] of samples[order].entries()) {
        const at = this.#samples[order] + i * SAMPLE_BYTES;
        view.setInt32(at, source + before, true);
        view.setInt32(at + 4, source + after, true);
        view.setFloat32(at + 8, weightBefore, true);
        view.setFloat32(at + 12, weightAfter, true);
      }
    }
    for (const [i, weight] of weights.flat().entries()) view.setFloat32(this.#weights + i * 4, weight, true);
    compiled ??= new webAssembly.Module(assemble([resize, mix]));
    this.#functions = new webAssembly.Instance(compiled, { backend: { memory } }).exports as Functions;
  }

  /** Takes the part of a frame that is cropped. */
  load(source: Uint8Array): void {
    this.#source.set(source);
  }

  /** Resizes the source row at `offset` bytes horizontally, into one of the two rows in use. */
  resizeRow(offset: number, order: 'rgb' | 'bgr', into: number): void {
    this.#functions.resize(offset, this.#samples[order], this.#rows[into], this.#rowBytes);
  }

  /** Makes cropped row `y` of the two rows in use. */
  mixRows(upper: number, lower: number, y: number): void {
    const out = this.cropped.byteOffset + y * this.#rowBytes;
    this.#functions.mix(this.#rows[upper], this.#rows[lower], this.#weights + y * 8, out, this.#rowBytes);
  }
}
