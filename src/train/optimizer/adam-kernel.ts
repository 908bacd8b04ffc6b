/**
 * Adam's loop over the entries of a weight, in WebAssembly: two entries at a time, in float64 as JavaScript's own arithmetic is,
 * so that the results are the same to the bit. The `cnn` has five million weights, all of which come here on the embedded backend, and their
 * roots and divisions would take long one by one. What is computed stands in optimizer.ts.
 */
import {
  assemble,
  type Code,
  countDown,
  get,
  i32,
  increase,
  set,
  V128,
  type WasmFunction,
} from '../../wasm/assembler.ts';
import { webAssembly } from '../../wasm/webassembly.ts';

/** Entries copied in at a time; the four arrays of a block stay in the processor's cache. */
const BLOCK = 8192;
const ARRAY_BYTES = 4 * BLOCK;
const FACTORS_AT = 4 * ARRAY_BYTES;
const PAGE = 65_536;

// Instructions that the embedded backend has no use for (WebAssembly Core Specification 2.0, chapter 5).
const loadTwo: Code = [0xfd, 0x5d, 2, 0]; // v128.load64_zero
const storeTwo: Code = [0xfd, 0x5b, 2, 0, 0]; // v128.store64_lane 0
const loadBoth = (offset: number): Code => [0xfd, 0x0a, 3, offset]; // v128.load64_splat
const widen: Code = [0xfd, 0x5f]; // f64x2.promote_low_f32x4
const narrow: Code = [0xfd, 0x5e]; // f32x4.demote_f64x2_zero
const root: Code = [0xfd, 0xef, 1]; // f64x2.sqrt
const add: Code = [0xfd, 0xf0, 1];
const sub: Code = [0xfd, 0xf1, 1];
const mul: Code = [0xfd, 0xf2, 1];
const div: Code = [0xfd, 0xf3, 1];

/** Factors of an update, in their order in memory. */
export interface AdamFactors {
  /** On every gradient. */
  readonly clip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate with both bias corrections. */
  readonly rate: number;
}
const [CLIP, BETA1, REST1, BETA2, REST2, EPSILON, RATE] = [0, 8, 16, 24, 32, 40, 48];

/** `adam(theta, gradient, m, v, factors, count)`: `count` entries, an even number. */
const adam: WasmFunction = (() => {
  const [theta, gradient, m, v, factors, count, g, nextM, nextV] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const factor = (offset: number): Code => [...get(factors), ...loadBoth(offset)];
  const entries = (array: number): Code => [...get(array), ...loadTwo, ...widen];
  const store = (array: number, value: Code): Code => [...get(array), ...value, ...narrow, ...storeTwo];
  const body: Code = countDown(count, 2, [
    ...entries(gradient),
    ...factor(CLIP),
    ...mul,
    ...set(g),
    ...factor(BETA1),
    ...entries(m),
    ...mul,
    ...factor(REST1),
    ...get(g),
    ...mul,
    ...add,
    ...set(nextM),
    ...factor(BETA2),
    ...entries(v),
    ...mul,
    ...factor(REST2),
    ...get(g),
    ...mul,
    ...get(g),
    ...mul,
    ...add,
    ...set(nextV),
    ...store(m, get(nextM)),
    ...store(v, get(nextV)),
    ...store(theta, [
      ...entries(theta),
      ...factor(RATE),
      ...get(nextM),
      ...mul,
      ...get(nextV),
      ...root,
      ...factor(EPSILON),
      ...add,
      ...div,
      ...sub,
    ]),
    ...[theta, gradient, m, v].flatMap((array) => increase(array, i32.const(8))),
  ]);
  return { name: 'adam', parameters: 6, locals: [V128, V128, V128], body };
})();

interface Functions {
  adam(theta: number, gradient: number, m: number, v: number, factors: number, count: number): void;
}

interface Kernel {
  readonly functions: Functions;
  readonly factors: Float64Array;
  /** The current block of theta, gradient, m, v. */
  readonly arrays: readonly Float32Array[];
}

let kernel: Kernel | undefined;

function start(): Kernel {
  const memory = new webAssembly.Memory({ initial: Math.ceil((FACTORS_AT + 7 * 8) / PAGE) });
  const module = new webAssembly.Module(assemble([adam]));
  return {
    functions: new webAssembly.Instance(module, { backend: { memory } }).exports as Functions,
    factors: new Float64Array(memory.buffer, FACTORS_AT, 7),
    arrays: [0, 1, 2, 3].map((n) => new Float32Array(memory.buffer, n * ARRAY_BYTES, BLOCK)),
  };
}

/** One update of a weight: changes `theta`, `m` and `v`, all float32 of one length. */
export function adamStep(
  theta: Float32Array,
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  { clip, beta1, beta2, epsilon, rate }: AdamFactors,
): void {
  kernel ??= start();
  const { functions, factors, arrays } = kernel;
  factors.set([clip, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rate]);
  for (let from = 0; from < theta.length; from += BLOCK) {
    const count = Math.min(BLOCK, theta.length - from);
    const all = [theta, gradient, m, v];
    for (const [n, array] of all.entries()) arrays[n].set(array.subarray(from, from + count));
    // An odd last entry takes a neighbour with it, which is not copied back.
    functions.adam(0, ARRAY_BYTES, 2 * ARRAY_BYTES, 3 * ARRAY_BYTES, FACTORS_AT, count + (count % 2));
    for (const n of [0, 2, 3]) all[n].set(arrays[n].subarray(0, count), from);
  }
}
