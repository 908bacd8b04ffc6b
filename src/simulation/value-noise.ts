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

/** Noise on a plane: smooth, in [0, 1). @param period - of the lattice, in both directions; 0: none */
export function planeNoise(x: number, y: number, seed: number, period = 0): number {
  const cx = Math.floor(x);
  const cy = Math.floor(y);
  const wrap = (i: number) => (period === 0 ? i : ((i % period) + period) % period);
  const [x0, x1, y0, y1] = [wrap(cx), wrap(cx + 1), wrap(cy), wrap(cy + 1)];
  const tx = smooth(x - cx);
  const ty = smooth(y - cy);
  const upper = hash(x0, y0, seed) * (1 - tx) + hash(x1, y0, seed) * tx;
  const lower = hash(x0, y1, seed) * (1 - tx) + hash(x1, y1, seed) * tx;
  return upper * (1 - ty) + lower * ty;
}

/** Octaves of {@link planeNoise}, each of twice the frequency and `gain` times the size of the one before; in [0, 1). */
export function octaves(x: number, y: number, seed: number, count: number, gain = 0.5, period = 0): number {
  let sum = 0;
  let weight = 0;
  for (let n = 0, size = 1, scale = 1; n < count; n++, size *= gain, scale *= 2) {
    sum += size * planeNoise(x * scale, y * scale, seed + n, period * scale);
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
 * @param cells - lattice cells a side of the first octave, a power of two
 * @param count - octaves
 */
export function noiseTile(size: number, cells: number, count: number, gain: number, seed: number): NoiseTile {
  const base = new Float32Array(size * size);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      base[i] = octaves((x / size) * cells, (y / size) * cells, seed, count, gain, cells);
    }
  }
  const mean = base.reduce((sum, value) => sum + value, 0) / base.length;
  const deviation = Math.sqrt(base.reduce((sum, value) => sum + (value - mean) ** 2, 0) / base.length);
  const levels: Float32Array[] = [base.map((value) => (value - mean) / deviation)];
  for (let side = size; side > 1; side /= 2) levels.push(halved(levels[levels.length - 1], side));
  const byte = (value: number) => Math.max(-127, Math.min(Math.round(value * TILE_ONE), 127));
  return { size, levels: levels.map((level) => new Int8Array(level.map(byte))) };
}

/** Means of 2×2 texels. @param side - of `from` */
function halved(from: Float32Array, side: number): Float32Array {
  const half = side / 2;
  return Float32Array.from({ length: half * half }, (_, i) => {
    const at = 2 * Math.floor(i / half) * side + 2 * (i % half);
    return (from[at] + from[at + 1] + from[at + side] + from[at + side + 1]) / 4;
  });
}
