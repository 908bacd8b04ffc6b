/**
 * The sensor's loop over the pixels of a row, in WebAssembly: three table look-ups a pixel, which JavaScript makes one by one
 * and checks each, and their arithmetic in four lanes at once. Machine code is written with the embedded backend's assembler;
 * what is computed stands in sensor.ts.
 */
import {
  assemble,
  type Code,
  countDown,
  get,
  I32,
  i32,
  increase,
  set,
  V128,
  type WasmFunction,
} from '../../wasm/assembler.ts';
import { webAssembly } from '../../wasm/webassembly.ts';

/** A table's number holds the noise's deviation in its lowest bits and the exposed value above; both in fixed point. */
export const NOISE_BITS = 10;
/** Binary places. */
export const POINT = 12;
/** Numbers of the table of normal deviates; a power of two. */
export const DEVIATES = 65_536;
/** Values a byte has, of which every step of darkening has its own numbers. */
const VALUES = 256;
const NUMBER_BYTES = 4;

// Instructions that the embedded backend has no use for (WebAssembly Core Specification 2.0, chapter 5).
const loadByte = (offset: number): Code => [0x2d, 0, offset]; // i32.load8_u
const loadSigned: Code = [0x2c, 0, 0]; // i32.load8_s
const loadFirst: Code = [0xfd, 0x5c, 2, 0]; // v128.load32_zero
const loadLane = (lane: number): Code => [0xfd, 0x56, 2, 0, lane]; // v128.load32_lane
const storeFirst: Code = [0xfd, 0x5a, 0, 0, 0]; // v128.store32_lane 0
const shiftLeft: Code = [0x74]; // i32.shl
const splat: Code = [0xfd, 0x11]; // i32x4.splat
const and: Code = [0xfd, 0x4e]; // v128.and
const add: Code = [0xfd, 0xae, 1]; // i32x4.add
const times: Code = [0xfd, 0xb5, 1]; // i32x4.mul
const shiftRight: Code = [0xfd, 0xac, 1]; // i32x4.shr_s
const toShorts: Code = [0xfd, 0x85, 1]; // i16x8.narrow_i32x4_s
const toBytes: Code = [0xfd, 0x66]; // i8x16.narrow_i16x8_u

/** `expose(pixels, out, darkening, deviates, table, count)`, all but `table` and `count` for the first pixel of a row. */
const expose: WasmFunction = (() => {
  const [pixels, out, darkening, deviates, table, count, step, numbers, mask] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const numberOf = (channel: number): Code => [
    ...get(step),
    ...get(pixels),
    ...loadByte(channel),
    ...i32.const(2),
    ...shiftLeft,
    ...i32.add,
    ...(channel === 0 ? loadFirst : [...get(numbers), ...loadLane(channel)]),
    ...set(numbers),
  ];
  const body: Code = [
    ...i32.const(2 ** NOISE_BITS - 1),
    ...splat,
    ...set(mask),
    ...countDown(count, 1, [
      ...get(darkening),
      ...loadByte(0),
      ...i32.const(VALUES * NUMBER_BYTES),
      ...i32.mul,
      ...get(table),
      ...i32.add,
      ...set(step),
      ...numberOf(0),
      ...numberOf(1),
      ...numberOf(2),
      ...get(out), // (value + noise · deviate) >> POINT
      ...[...get(numbers), ...i32.const(NOISE_BITS), ...shiftRight],
      ...get(numbers),
      ...get(mask),
      ...and,
      ...get(deviates),
      ...loadSigned,
      ...splat,
      ...times,
      ...add,
      ...i32.const(POINT),
      ...shiftRight,
      ...get(mask),
      ...toShorts,
      ...get(mask),
      ...toBytes,
      ...storeFirst, // its fourth byte is overwritten next
      ...[...increase(pixels, i32.const(3)), ...increase(out, i32.const(3))],
      ...increase(darkening, i32.const(1)),
      ...increase(deviates, i32.const(1)),
    ]),
  ];
  return { name: 'expose', parameters: 6, locals: [I32, V128, V128], body };
})();

interface Functions {
  expose(
    pixels: number,
    out: number,
    darkening: number,
    deviates: number,
    table: number,
    count: number,
  ): void;
}

const PAGE = 65_536;
let compiled: object | undefined;

/** Tables, buffers and code for frames of one size. */
export class SensorKernel {
  /** Step of darkening of every pixel, [H,W]. */
  readonly darkening: Uint8Array;
  /** Normal deviates. */
  readonly deviates: Int8Array;
  /** By step of darkening and value, [steps, 256]; see NOISE_BITS. */
  readonly table: Int32Array;
  readonly #width: number;
  readonly #repeated: Int8Array;
  readonly #pixels: Uint8Array;
  readonly #out: Uint8Array;
  readonly #functions: Functions;

  /** @param steps - of darkening */
  constructor(height: number, width: number, steps: number) {
    const pixels = height * width;
    const memory = new webAssembly.Memory({
      initial: Math.ceil((7 * pixels + DEVIATES + width + steps * VALUES * NUMBER_BYTES + 6 * 16) / PAGE),
    });
    let end = 0;
    const region = (bytes: number) => {
      const start = end;
      end += Math.ceil(bytes / 16) * 16;
      return start;
    };
    this.#width = width;
    this.table = new Int32Array(memory.buffer, region(steps * VALUES * NUMBER_BYTES), steps * VALUES);
    this.deviates = new Int8Array(memory.buffer, region(DEVIATES + width), DEVIATES);
    this.#repeated = new Int8Array(memory.buffer, this.deviates.byteOffset + DEVIATES, width);
    this.darkening = new Uint8Array(memory.buffer, region(pixels), pixels);
    this.#pixels = new Uint8Array(memory.buffer, region(3 * pixels), 3 * pixels);
    this.#out = new Uint8Array(memory.buffer, region(3 * pixels + 1), 3 * pixels); // the last store reaches one byte farther
    compiled ??= new webAssembly.Module(assemble([expose]));
    this.#functions = new webAssembly.Instance(compiled, { backend: { memory } }).exports as Functions;
  }

  /**
   * @param frame - uint8 [H,W,3], changed in place
   * @param firstDeviate - of a row, 0..DEVIATES−1; its pixels take the ones that follow, around the end of the table
   * @param rows - from top to bottom − 1; not given: all
   */
  expose(
    frame: Uint8Array,
    firstDeviate: (row: number) => number,
    rows?: { readonly top: number; readonly bottom: number },
  ): void {
    const width = this.#width;
    const { top, bottom } = rows ?? { top: 0, bottom: this.darkening.length / width };
    const bytes = [3 * width * top, 3 * width * bottom] as const;
    this.#repeated.set(this.deviates.subarray(0, width));
    this.#pixels.set(frame.subarray(...bytes), bytes[0]);
    for (let row = top, pixel = top * width; row < bottom; row++, pixel += width) {
      this.#functions.expose(
        this.#pixels.byteOffset + 3 * pixel,
        this.#out.byteOffset + 3 * pixel,
        this.darkening.byteOffset + pixel,
        this.deviates.byteOffset + firstDeviate(row),
        this.table.byteOffset,
        width,
      );
    }
    frame.set(this.#out.subarray(...bytes), bytes[0]);
  }
}
