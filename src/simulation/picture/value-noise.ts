/**
 * Value noise: random values on a lattice, smoothly interpolated, summed over octaves. Every value is a hash of its
 * place and a seed, so nothing depends on the order in which places are asked for. Two forms: functions of one
 * coordinate, and square tiles with smaller versions of themselves for use at a distance.
 *
 * The sum of octaves is Perlin's, "An image synthesizer", SIGGRAPH 1985.
 */

/** A hash of two integers and a seed, uniform in [0, 1). The mixing is MurmurHash3's finaliser (public domain). */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

const smooth = (t: number) => t * t * (3 - 2 * t);

/** Noise along a line: smooth, in [−1, 1], with lattice points at the integers. */
export function lineNoise(x: number, seed: number): number {
  const cell = Math.floor(x);
  const a = hash(cell, 0, seed);
  const b = hash(cell + 1, 0, seed);
  return 2 * (a + (b - a) * smooth(x - cell)) - 1;
}

/** Noise on a plane: smooth, in [0, 1), with lattice points at the integers. */
export function planeNoise(x: number, y: number, seed: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const tx = smooth(x - x0);
  const ty = smooth(y - y0);
  const upper = hash(x0, y0, seed) * (1 - tx) + hash(x0 + 1, y0, seed) * tx;
  const lower = hash(x0, y0 + 1, seed) * (1 - tx) + hash(x0 + 1, y0 + 1, seed) * tx;
  return upper * (1 - ty) + lower * ty;
}

/** Octaves of {@link planeNoise}, each of twice the frequency and `gain` times the size of the one before; in [0, 1). */
export function octaves(x: number, y: number, seed: number, count: number, gain = 0.5): number {
  let sum = 0;
  let weight = 0;
  for (let n = 0, size = 1, scale = 1; n < count; n++, size *= gain, scale *= 2) {
    sum += size * planeNoise(x * scale, y * scale, seed + n);
    weight += size;
  }
  return sum / weight;
}

/** What 1 is in a tile. Bytes keep the tiles in the processor's cache. */
export const TILE_ONE = 32;

/** A square of noise that repeats without a seam, mean 0, deviation 1 (`TILE_ONE`); `levels[k]` has size/2^k texels a side. */
export interface NoiseTile {
  /** Side of level 0, texels; a power of two. */
  readonly size: number;
  readonly levels: readonly Int8Array[];
}

/**
 * @param size - texels a side, a power of two
 * @param cells - lattice cells a side of the first octave, a power of two; `size` at most in the last octave
 * @param count - octaves
 * @param gain - size of an octave in that of the one before
 */
export function noiseTile(size: number, cells: number, count: number, gain: number, seed: number): NoiseTile {
  const base = new Float32Array(size * size);
  for (let n = 0; n < count; n++) addOctave(base, size, cells * 2 ** n, gain ** n, seed + n);
  let sum = 0;
  let squares = 0;
  for (const value of base) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / base.length;
  const deviation = Math.sqrt(squares / base.length - mean ** 2);
  const normal: Float32Array[] = [base.map((value) => (value - mean) / deviation)];
  for (let side = size; side > 1; side /= 2) normal.push(halved(normal[normal.length - 1], side));
  const byte = (value: number) => Math.max(-127, Math.min(Math.round(value * TILE_ONE), 127));
  return { size, levels: normal.map((level) => new Int8Array(level.map(byte))) };
}

/** Adds weight · {@link planeNoise} with that many cells a side; each lattice value is hashed once. */
function addOctave(out: Float32Array, size: number, cells: number, weight: number, seed: number): void {
  const lattice = new Float32Array(cells * cells);
  for (let y = 0, i = 0; y < cells; y++) for (let x = 0; x < cells; x++, i++) lattice[i] = hash(x, y, seed);
  const texels = size / cells; // of one cell
  for (let y = 0, i = 0; y < size; y++) {
    const upper = Math.floor(y / texels) * cells;
    const lower = (Math.floor(y / texels + 1) % cells) * cells;
    const ty = smooth((y / texels) % 1);
    for (let x = 0; x < size; x++, i++) {
      const left = Math.floor(x / texels);
      const right = left + 1 < cells ? left + 1 : 0;
      const tx = smooth(x / texels - left);
      const a = lattice[upper + left] * (1 - tx) + lattice[upper + right] * tx;
      const b = lattice[lower + left] * (1 - tx) + lattice[lower + right] * tx;
      out[i] += weight * (a * (1 - ty) + b * ty);
    }
  }
}

/** Means of 2×2 texels. @param side - of `from` */
function halved(from: Float32Array, side: number): Float32Array {
  const half = side / 2;
  const out = new Float32Array(half * half);
  for (let i = 0; i < out.length; i++) {
    const at = 2 * Math.floor(i / half) * side + 2 * (i % half);
    out[i] = (from[at] + from[at + 1] + from[at + side] + from[at + side + 1]) / 4;
  }
  return out;
}
