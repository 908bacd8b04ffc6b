/**
 * A WebAssembly assembler of two dozen instructions: enough to write the inner loops of the embedded
 * backend (kernels.ts) in TypeScript, so that the project needs no compiler and ships no binary.
 *
 * Not a general one: functions take i32 arguments, return nothing, and share an imported memory.
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format); the relaxed fused
 * multiply-add is from the Relaxed SIMD proposal, part of version 3.0.
 */

/** Bytes of an instruction or of a sequence of instructions. */
export type Code = readonly number[];

/** Index of a function's argument or local variable. */
export type Local = number;

/** Types of locals, as encoded in the binary format. */
export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

/** A function to assemble: its arguments are locals 0..parameters-1, `locals` are the types of those after them. */
export interface WasmFunction {
  name: string;
  parameters: number;
  locals: readonly number[];
  body: Code;
}

function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const signBit = (low & 0x40) !== 0;
    if ((rest === 0 && !signBit) || (rest === -1 && signBit)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Alignment hint 2² bytes: the tensors' entries are float32. */
const at = (offset: number): Code => [2, ...unsigned(offset)];

export const get = (local: Local): Code => [0x20, ...unsigned(local)];
export const set = (local: Local): Code => [0x21, ...unsigned(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  mul: [0x6c] as Code,
  /** Signed greater or equal. */
  ge: [0x4e] as Code,
};

export const f32 = {
  load: (offset: number): Code => [0x2a, ...at(offset)],
  store: (offset: number): Code => [0x38, ...at(offset)],
  add: [0x92] as Code,
  mul: [0x94] as Code,
};

export const v128 = {
  load: (offset: number): Code => [...simd(0x00), ...at(offset)],
  /** One float32 into all four lanes. */
  loadSplat: (offset: number): Code => [...simd(0x09), ...at(offset)],
  store: (offset: number): Code => [...simd(0x0b), ...at(offset)],
  zero: [...simd(0x0c), ...new Array<number>(16).fill(0)] as Code,
  and: simd(0x4e),
  greater: simd(0x44),
  max: simd(0xe9),
  add: simd(0xe4),
  mul: simd(0xe6),
  /** a·b + c with one rounding where the processor can, with two elsewhere (relaxed_madd). */
  multiplyAdd: simd(0x105),
};

/** `local += amount`. */
export const increase = (local: Local, amount: Code): Code => [
  ...get(local),
  ...amount,
  ...i32.add,
  ...set(local),
];

/** `while (counter >= step) { body; counter -= step }`. */
export function countDown(counter: Local, step: number, body: Code): Code {
  const enough: Code = [...get(counter), ...i32.const(step), ...i32.ge];
  const decrease: Code = [...get(counter), ...i32.const(step), ...i32.sub, ...set(counter)];
  const [block, loop, empty, end, branch, branchIf, not] = [0x02, 0x03, 0x40, 0x0b, 0x0c, 0x0d, 0x45];
  return [block, empty, loop, empty, ...enough, not, branchIf, 1, ...body, ...decrease, branch, 0, end, end];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (value: string): Code => vector([...value].map((letter) => [letter.charCodeAt(0)]));

/**
 * A binary module that exports `functions` and imports the memory they work on as `backend.memory`.
 *
 * @param functions - at least one; names in ASCII.
 * @returns the module's bytes, for `WebAssembly.validate` and `WebAssembly.Module`.
 */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map((f) => [0x60, ...vector(new Array<Code>(f.parameters).fill([I32])), 0]);
  const memory = [...text('backend'), ...text('memory'), 2, 0, 0];
  const exports = functions.map((f, index) => [...text(f.name), 0, ...unsigned(index)]);
  const bodies = functions.map((f) => {
    const body = [...vector(f.locals.map((type) => [1, type])), ...f.body, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0, // "\0asm", version 1
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(exports)),
    ...section(10, vector(bodies)),
  ]);
}
