/**
 * The two loops of ground-row.ts over pixels that cost most, in WebAssembly: red, green and blue are reckoned in lanes beside
 * each other, and look-ups are not checked one by one. Machine code is written with the embedded backend's assembler; what is
 * computed, and in which units, stands in ground-row.ts.
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
  v128,
  type WasmFunction,
} from '../../../wasm/assembler.ts';
import { webAssembly } from '../../../wasm/webassembly.ts';
import type { Scene } from '../scene.ts';
import { FIELDS } from './cross-section.ts';
import { COLOUR_SHIFT, ENTRY_SHIFT, FULL_SUN, NOISE_SHIFT, ONE, ONE_SHIFT } from './ground-units.ts';
import { STRIP_WIDTH } from './strip.ts';

// Instructions that the embedded backend has no use for (WebAssembly Core Specification 2.0, chapter 5).
const loadInt = (offset: number): Code => [0x28, 2, offset]; // i32.load
const loadByte = (offset: number): Code => [0x2d, 0, offset]; // i32.load8_u
const loadSigned: Code = [0x2c, 0, 0]; // i32.load8_s
const loadShort = (offset: number): Code => [0x2e, 0, offset]; // i32.load16_s
const loadShorts: Code = [0xfd, 0x5d, 0, 0]; // v128.load64_zero
const storeFirst: Code = [0xfd, 0x5a, 0, 0, 0]; // v128.store32_lane 0
const and: Code = [0x71]; // i32.and
const left: Code = [0x74]; // i32.shl
const right: Code = [0x75]; // i32.shr_s
const lower: Code = [0x48]; // i32.lt_s
const select: Code = [0x1b];
const tee = (local: number): Code => [0x22, local];
const four = {
  splat: [0xfd, 0x11] as Code, // i32x4
  add: [0xfd, 0xae, 1] as Code,
  sub: [0xfd, 0xb1, 1] as Code,
  mul: [0xfd, 0xb5, 1] as Code,
  right: [0xfd, 0xac, 1] as Code, // i32x4.shr_s
  fromShorts: [0xfd, 0xa7, 1] as Code, // i32x4.extend_low_i16x8_s
  toShorts: [0xfd, 0x85, 1] as Code, // i16x8.narrow_i32x4_s
  toBytes: [0xfd, 0x66] as Code, // i8x16.narrow_i16x8_u
};

/** Bytes of an entry of the cross-section, of its fine and its coarse share of noise from the entry's start. */
const ENTRY_BYTES = 2 * FIELDS;
const FINE_SHARE = 6;
const COARSE_SHARE = 8;
/** Bytes of a factor: red, green, blue, and one lane that means nothing. */
const FACTOR_BYTES = 16;

/** Address of the entry of the cross-section at a place. */
const entry = (plain: number, across: number): Code => [
  ...get(across),
  ...loadInt(0),
  ...i32.const(ENTRY_SHIFT),
  ...right,
  ...i32.const(ENTRY_BYTES),
  ...i32.mul,
  ...get(plain),
  ...i32.add,
];

/** tile[((y >> shift) & (side − 1))·side + ((x >> shift) & (side − 1))] · share >> NOISE_SHIFT, with the share on the stack */
const timesNoise = (tile: number, side: number, shift: number, x: number, y: number): Code => {
  const wrapped = (place: number): Code => [
    ...get(place),
    ...loadInt(0),
    ...get(shift),
    ...right,
    ...get(side),
    ...i32.const(1),
    ...i32.sub,
    ...and,
  ];
  return [
    ...wrapped(y),
    ...get(side),
    ...i32.mul,
    ...wrapped(x),
    ...i32.add,
    ...get(tile),
    ...i32.add,
    ...loadSigned,
    ...i32.mul,
    ...i32.const(NOISE_SHIFT),
    ...right,
  ];
};

const byOne: Code = [...i32.const(ONE_SHIFT), ...four.right];

/** `light(along, across, frayed, x, y, factors, count, numbers, last, shade, tone, sun, plain, tile, side, shift)` */
const light: WasmFunction = (() => {
  const [along, across, frayed, x, y, factors, count] = [0, 1, 2, 3, 4, 5, 6];
  const [numbers, last, shade, tone, sun, plain, tile, side, shift] = [7, 8, 9, 10, 11, 12, 13, 14, 15];
  const [s, o, near, w11, w10, w01, value] = [16, 17, 18, 19, 20, 21, 22];
  /** Mean of four texels by their weights. */
  const bilinear = (from: number): Code => [
    ...get(near),
    ...get(from),
    ...i32.add,
    ...tee(value),
    ...loadByte(0),
    ...i32.const(16384),
    ...get(w11),
    ...i32.sub,
    ...get(w10),
    ...i32.sub,
    ...get(w01),
    ...i32.sub,
    ...i32.mul,
    ...get(value),
    ...loadByte(1),
    ...get(w01),
    ...i32.mul,
    ...i32.add,
    ...get(value),
    ...i32.const(STRIP_WIDTH),
    ...i32.add,
    ...tee(value),
    ...loadByte(0),
    ...get(w10),
    ...i32.mul,
    ...i32.add,
    ...get(value),
    ...loadByte(1),
    ...get(w11),
    ...i32.mul,
    ...i32.add,
  ];
  const one: Code = [...i32.const(ONE), ...four.splat];
  const fraction = (place: number): Code => [...get(place), ...i32.const(127), ...and];
  const body = countDown(count, 1, [
    ...get(along),
    ...loadInt(0),
    ...set(s),
    ...get(across),
    ...loadInt(0),
    ...i32.const(64),
    ...i32.sub,
    ...set(o),
    // The texel: min(s >> 7, last)·STRIP_WIDTH + (o >> 7).
    ...[
      ...get(s),
      ...i32.const(7),
      ...right,
      ...tee(near),
      ...get(last),
      ...get(near),
      ...get(last),
      ...lower,
      ...select,
    ],
    ...i32.const(STRIP_WIDTH),
    ...i32.mul,
    ...get(o),
    ...i32.const(7),
    ...right,
    ...i32.add,
    ...set(near),
    ...fraction(s),
    ...fraction(o),
    ...i32.mul,
    ...set(w11),
    ...fraction(s),
    ...i32.const(7),
    ...left,
    ...get(w11),
    ...i32.sub,
    ...set(w10),
    ...fraction(o),
    ...i32.const(7),
    ...left,
    ...get(w11),
    ...i32.sub,
    ...set(w01),
    ...get(factors), // for the store below
    ...[...bilinear(tone), ...i32.const(9), ...right, ...four.splat],
    // ONE − dark, and less of it in green and blue.
    ...one,
    ...i32.const(FULL_SUN),
    ...bilinear(sun),
    ...i32.const(7),
    ...right,
    ...i32.sub,
    ...get(shade),
    ...i32.mul,
    ...i32.const(16),
    ...right,
    ...four.splat,
    ...get(numbers),
    ...v128.load(0),
    ...four.mul,
    ...byOne,
    ...four.sub,
    ...four.mul,
    ...byOne,
    // ONE + spots
    ...[
      ...entry(plain, frayed),
      ...loadShort(COARSE_SHARE),
      ...timesNoise(tile, side, shift, x, y),
      ...four.splat,
    ],
    ...get(numbers),
    ...v128.load(16),
    ...four.mul,
    ...byOne,
    ...one,
    ...four.add,
    ...four.mul,
    ...byOne,
    ...get(numbers),
    ...v128.load(32),
    ...four.mul,
    ...byOne,
    ...v128.store(0),
    ...[along, across, frayed, x, y].flatMap((pointer) => increase(pointer, i32.const(8))), // every other pixel
    ...increase(factors, i32.const(FACTOR_BYTES)),
  ]);
  return { name: 'light', parameters: 16, locals: [I32, I32, I32, I32, I32, I32, I32], body };
})();

/** `colour(frayed, x, y, factors, out, count, numbers, plain, tile, side, shift)`; `count`: pairs of pixels */
const colour: WasmFunction = (() => {
  const [frayed, x, y, factors, out, count] = [0, 1, 2, 3, 4, 5];
  const [numbers, plain, tile, side, shift, at] = [6, 7, 8, 9, 10, 11];
  const pixel: Code = [
    ...get(out),
    ...entry(plain, frayed),
    ...tee(at),
    ...loadShorts,
    ...four.fromShorts,
    ...get(at),
    ...loadShort(FINE_SHARE),
    ...timesNoise(tile, side, shift, x, y),
    ...i32.const(ONE),
    ...i32.add,
    ...four.splat,
    ...four.mul,
    ...byOne,
    ...get(factors),
    ...v128.load(0),
    ...four.mul,
    ...i32.const(COLOUR_SHIFT),
    ...four.right,
    ...get(numbers),
    ...v128.load(48),
    ...four.add,
    ...v128.zero,
    ...four.toShorts,
    ...v128.zero,
    ...four.toBytes,
    ...storeFirst, // its fourth byte is overwritten next
    ...[frayed, x, y].flatMap((pointer) => increase(pointer, i32.const(4))),
    ...increase(out, i32.const(3)),
  ];
  const body = countDown(count, 1, [...pixel, ...pixel, ...increase(factors, i32.const(FACTOR_BYTES))]);
  return { name: 'colour', parameters: 11, locals: [I32], body };
})();

interface Functions {
  light(...addresses: number[]): void;
  colour(...addresses: number[]): void;
}

/** A tile of noise in memory: addresses of its levels. */
interface Tile {
  readonly size: number;
  readonly levels: readonly number[];
}

const PAGE = 65_536;
let compiled: object | undefined;

/** A scene's tables, and arrays and code for rows of one width. */
export class GroundKernel {
  /** Of every pixel: its place along the road and across it, and across where the pavement's edges are frayed, fine steps. */
  readonly along: Int32Array;
  readonly across: Int32Array;
  readonly frayed: Int32Array;
  /** Its place in the world, texels of the fine noise. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** How much of red, green and blue reaches the eye, ONE is 1, for every other pixel: [W/2, 4]. */
  readonly factors: Int32Array;
  /** Four numbers each, the last unused: what shadows take, what dry spots add, light that arrives, haze. */
  readonly shades: Int32Array;
  readonly spots: Int32Array;
  readonly tint: Int32Array;
  readonly veil: Int32Array;
  /** The coloured row, [W,3]. */
  readonly row: Uint8Array;

  readonly #last: number;
  readonly #tone: number;
  readonly #sun: number;
  readonly #plain: readonly number[];
  readonly #fine: Tile;
  readonly #coarse: Tile;
  readonly #functions: Functions;

  constructor({ strip, section, fine, coarse }: Scene, width: number) {
    const pairs = Math.ceil(width / 2);
    const tables = [strip.tone, strip.sun, ...section.plain, ...fine.levels, ...coarse.levels];
    const bytes = 5 * 8 * pairs + FACTOR_BYTES * pairs + 4 * 16 + 6 * pairs + 1; // the last store reaches one byte farther
    const rounding = 16 * (tables.length + 11);
    const total = tables.reduce((sum, { byteLength }) => sum + byteLength, bytes + rounding);
    const memory = new webAssembly.Memory({ initial: Math.ceil(total / PAGE) });
    let end = 0;
    const region = (size: number) => {
      const start = end;
      end += Math.ceil(size / 16) * 16;
      return start;
    };
    const numbers = (count: number) => new Int32Array(memory.buffer, region(4 * count), count);
    const place = (table: Uint8Array | Int8Array | Int16Array) => {
      const at = region(table.byteLength);
      new Uint8Array(memory.buffer).set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), at);
      return at;
    };
    this.shades = numbers(4); // these four lie one behind the other
    this.spots = numbers(4);
    this.tint = numbers(4);
    this.veil = numbers(4);
    this.along = numbers(2 * pairs);
    this.across = numbers(2 * pairs);
    this.frayed = numbers(2 * pairs);
    this.x = numbers(2 * pairs);
    this.y = numbers(2 * pairs);
    this.factors = numbers(4 * pairs);
    this.row = new Uint8Array(memory.buffer, region(6 * pairs + 1), 3 * width);
    this.#last = strip.length - 2;
    this.#tone = place(strip.tone);
    this.#sun = place(strip.sun);
    this.#plain = section.plain.map(place);
    this.#fine = { size: fine.size, levels: fine.levels.map(place) };
    this.#coarse = { size: coarse.size, levels: coarse.levels.map(place) };
    compiled ??= new webAssembly.Module(assemble([light, colour]));
    this.#functions = new webAssembly.Instance(compiled, { backend: { memory } }).exports as Functions;
  }

  /**
   * Fills `factors` from the strip's tone and sunlight and from coarse noise.
   * @param from - first pixel, an even one. @param to - behind the last
   * @param shade - what shadows take. @param level - of the cross-section. @param coarser - log2 of a coarse texel in fine ones
   */
  light(from: number, to: number, shade: number, level: number, coarseLevel: number, coarser: number): void {
    const { along, across, frayed, x, y, factors, shades } = this;
    const { levels, size } = this.#coarse;
    this.#functions.light(
      ...[along, across, frayed, x, y].map(({ byteOffset }) => byteOffset + 4 * from),
      factors.byteOffset + (from / 2) * FACTOR_BYTES,
      Math.ceil((to - from) / 2),
      shades.byteOffset,
      this.#last,
      shade,
      this.#tone,
      this.#sun,
      this.#plain[level],
      levels[coarseLevel],
      size >> coarseLevel,
      coarseLevel + coarser,
    );
  }

  /**
   * Fills `row` with colours of the cross-section, with fine noise, as they reach the eye.
   * @param from - first pixel, an even one. @param to - behind the last
   */
  colour(from: number, to: number, level: number, fineLevel: number): void {
    const { frayed, x, y, factors, row, shades } = this;
    const { levels, size } = this.#fine;
    this.#functions.colour(
      ...[frayed, x, y].map(({ byteOffset }) => byteOffset + 4 * from),
      factors.byteOffset + (from / 2) * FACTOR_BYTES,
      row.byteOffset + 3 * from,
      Math.ceil((to - from) / 2),
      shades.byteOffset,
      this.#plain[level],
      levels[fineLevel],
      size >> fineLevel,
      fineLevel,
    );
  }
}
