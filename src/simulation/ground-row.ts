/**
 * The colours of one row of ground pixels. This is most of the work of a frame, so it reckons in integers: a factor of 1 is
 * 4096, places are counted in 1/128 of a texel of the strip, and all numbers stay below 2³¹. And it goes over the row in short
 * loops, each over arrays of numbers alone, that hand on what they found: a compiler translates such loops at once and well,
 * where one long loop takes it as long as thirty frames, and again whenever an object in it turns up in another form.
 *
 * colour = cross-section · (1 + noise) · tone · sunlight · (1 − haze) + haze's colour · haze
 */
import { COLOUR_ONE, FIELDS, PER_METRE, REACH, SHARE_ONE } from './cross-section.ts';
import type { Light } from './light.ts';
import type { Marking } from './road-kind.ts';
import type { Scene } from './scene.ts';
import { FINE_STEPS, STRIP_WIDTH, type Strip } from './strip.ts';
import { type NoiseTile, TILE_ONE } from './value-noise.ts';

/** Pixels between two places that are searched. */
export const KNOT = 8;
/** Texels a metre of the fine and the coarse noise; their ratio is a power of two. */
export const FINE_PER_METRE = 40;
export const COARSE_PER_METRE = FINE_PER_METRE / 16;
/** Woods stand in the distance (backdrop.ts): haze on the ground grows no thicker than theirs, m. */
const WOODS = 260;

const ONE = 4096;
/** A sun of 255, weighted by texel shares that add up to 2¹⁴ and shifted by 7; a tone of 128, shifted by 9, is ONE. */
const FULL_SUN = 255 * 128;
/** A colour of the cross-section times a factor, shifted by this, is a byte. */
const COLOUR_SHIFT = Math.log2(COLOUR_ONE * ONE) | 0;
/** Entries of the cross-section are this many of the strip's fine steps, as a power of two. */
const ENTRY_SHIFT = Math.log2(FINE_STEPS / PER_METRE) | 0; // an integer to the compiler too
/** Rightmost and leftmost place in fine steps: half a texel within the strip, so that two texels can be mixed. */
const FIRST = 64;
const LAST = (STRIP_WIDTH - 1) * 128 + 63;
/** A noise byte times a share, shifted by this, is a factor. */
const NOISE_SHIFT = Math.log2((SHARE_ONE * TILE_ONE) / ONE) | 0;
/** Farther from an edge of the pavement than this its fraying would not show, fine steps. */
const FRAY_REACH = 2 * FINE_STEPS;
/** A texel of the coarse noise is 2^this of the fine. */
const COARSER = Math.log2(FINE_PER_METRE / COARSE_PER_METRE) | 0;
/** How much more than green dry spots change red, and blue; how much less shadows take from them. Of ONE. */
const SPOT_RED = 4915; // 1.2
const SPOT_GREEN = 3686; // 0.9
const SPOT_BLUE = 2458; // 0.6
const SHADE_GREEN = 3973; // 0.97
const SHADE_BLUE = 3604; // 0.88

/** What a row of the picture sees, whatever the pose. */
export interface Row {
  readonly v: number;
  readonly depth: number;
  readonly ahead: number;
  /** Metres to the left at column 0, and from one column to the next. */
  readonly left: number;
  readonly step: number;
  /** Metres ahead that the row covers. */
  readonly extent: number;
  /** Table of the cross-section, and levels of the noises, that fit what a pixel covers. */
  readonly level: number;
  readonly fineLevel: number;
  readonly coarseLevel: number;
}

/** Places along and across the road at every eighth pixel of a row, metres. */
export interface Knots {
  readonly s: Float64Array;
  readonly offset: Float64Array;
}

/** A line of the world's ground: pixel u sees (x + u·dx, y + u·dy), metres. */
export interface GroundLine {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** Paints rows of one width; holds the arrays that its loops hand on. */
export class RowPainter {
  readonly #width: number;
  /** Of every pixel: its place along the road and across it, fine steps. */
  readonly #along: Int32Array;
  readonly #across: Int32Array;
  /** Its place in the world, texels of the fine noise. */
  readonly #x: Int32Array;
  readonly #y: Int32Array;
  /** How much of red, green and blue reaches the eye, for every other pixel; 1 is ONE. */
  readonly #factors: Int32Array;
  /** Red, green and blue that the haze adds. */
  readonly #veil = new Int32Array(3);

  /** @param width - of the picture */
  constructor(width: number) {
    this.#width = width;
    this.#along = new Int32Array(width);
    this.#across = new Int32Array(width);
    this.#x = new Int32Array(width);
    this.#y = new Int32Array(width);
    this.#factors = new Int32Array(3 * Math.ceil(width / 2));
  }

  /** @param out - [H,W,3]; row `row.v` is written */
  paint(scene: Scene, row: Row, knots: Knots, line: GroundLine, light: Light, out: Uint8ClampedArray): void {
    const [along, across, x, y] = [this.#along, this.#across, this.#x, this.#y];
    const [factors, veil] = [this.#factors, this.#veil];
    const { section, strip, fray, style } = scene;
    const plain = section.plain[row.level];
    const grain = grainOf(scene.fine, row.fineLevel, 0);
    const haze = 1 - Math.exp(-Math.min(row.depth, WOODS) / light.sight);
    const arriving = (channel: number) => Math.round(light.tint[channel] * (1 - haze) * ONE);
    for (let c = 0; c < 3; c++) veil[c] = Math.round(light.haze[c] * haze);

    interpolate(knots.s, knots.offset, along, across);
    walk(line.x, line.y, line.dx, line.dy, x, y);
    lightUp(strip, Math.round((light.direct * ONE * 65536) / FULL_SUN), along, across, factors);
    frayEdges(fray, style.halfWidth, along, across);
    addSpots(plain, grainOf(scene.coarse, row.coarseLevel, COARSER), across, x, y, factors);
    tint(arriving(0), arriving(1), arriving(2), factors);
    const at = row.v * this.#width * 3;
    colour(plain, grain, across, x, y, factors, veil, out, at);
    if (section.dashed?.dash !== undefined) {
      const { right, left, share } = strokes(section.dashed, section.dashed.dash, row);
      const stroke = section.stroke[row.level];
      for (let u = 0; u < across.length; u++) {
        if (across[u] <= right || across[u] >= left) continue;
        const e = (across[u] >> ENTRY_SHIFT) * FIELDS;
        const much = grainAt(plain[e + 3], grain, x[u], y[u]);
        const painted = share(along[u]);
        for (let c = 0; c < 3; c++) {
          const mixed = plain[e + c] + (((stroke[e + c] - plain[e + c]) * painted) >> 7);
          const seen = (((mixed * much) >> 12) * factors[(u >> 1) * 3 + c]) >> COLOUR_SHIFT;
          out[at + 3 * u + c] = seen + veil[c];
        }
      }
    }
  }
}

/** Places of all pixels along and across the road, from those of the knots. */
function interpolate(s: Float64Array, offset: Float64Array, along: Int32Array, across: Int32Array): void {
  const width = along.length;
  for (let first = 0, knot = 0; first < width; first += KNOT, knot++) {
    const next = knot + 1 < s.length ? knot + 1 : knot;
    let a = s[knot] * FINE_STEPS;
    let b = (offset[knot] + REACH) * FINE_STEPS;
    const da = (s[next] * FINE_STEPS - a) / KNOT;
    const db = ((offset[next] + REACH) * FINE_STEPS - b) / KNOT;
    const end = first + KNOT < width ? first + KNOT : width;
    for (let u = first; u < end; u++) {
      const place = b | 0;
      along[u] = a > 0 ? a | 0 : 0;
      across[u] = place < FIRST ? FIRST : place > LAST ? LAST : place;
      a += da;
      b += db;
    }
  }
}

/** Places of all pixels in the world, on a line from a start in steps, m. */
function walk(startX: number, startY: number, dx: number, dy: number, x: Int32Array, y: Int32Array): void {
  const width = x.length;
  const right = dx * FINE_PER_METRE;
  const up = dy * FINE_PER_METRE;
  for (let first = 0; first < width; first += KNOT) {
    let a = (startX + first * dx) * FINE_PER_METRE;
    let b = (startY + first * dy) * FINE_PER_METRE;
    const end = first + KNOT < width ? first + KNOT : width;
    for (let u = first; u < end; u++) {
      x[u] = a | 0;
      y[u] = b | 0;
      a += right;
      b += up;
    }
  }
}

/** Tone and sunlight from the strip, bilinear; shadows keep the blue of the sky. @param shade - what shadows take */
function lightUp(
  { length, tone, sun }: Strip,
  shade: number,
  along: Int32Array,
  across: Int32Array,
  factors: Int32Array,
): void {
  const last = length - 2;
  for (let u = 0, k = 0; u < along.length; u += 2, k += 3) {
    const s = along[u];
    const o = across[u] - 64;
    const near = (s >> 7 < last ? s >> 7 : last) * STRIP_WIDTH + (o >> 7);
    const far = near + STRIP_WIDTH;
    const p = s & 127;
    const q = o & 127;
    const w11 = p * q;
    const w10 = (p << 7) - w11;
    const w01 = (q << 7) - w11;
    const w00 = 16384 - w11 - w10 - w01;
    const toned = (tone[near] * w00 + tone[near + 1] * w01 + tone[far] * w10 + tone[far + 1] * w11) >> 9;
    const sunny = (sun[near] * w00 + sun[near + 1] * w01 + sun[far] * w10 + sun[far + 1] * w11) >> 7;
    const dark = ((FULL_SUN - sunny) * shade) >> 16;
    factors[k] = (toned * (ONE - dark)) >> 12;
    factors[k + 1] = (toned * (ONE - ((dark * SHADE_GREEN) >> 12))) >> 12;
    factors[k + 2] = (toned * (ONE - ((dark * SHADE_BLUE) >> 12))) >> 12;
  }
}

/** Moves places at the edges of the pavement in and out. */
function frayEdges(fray: Int16Array, halfWidth: number, along: Int32Array, across: Int32Array): void {
  const last = fray.length / 2 - 2;
  const left = Math.round((REACH + halfWidth - 0.06) * FINE_STEPS);
  const right = Math.round((REACH - halfWidth + 0.06) * FINE_STEPS);
  const leftEnd = left + FRAY_REACH;
  const rightEnd = right - FRAY_REACH;
  for (let u = 0; u < across.length; u++) {
    const place = across[u];
    const onLeft = place > left && place < leftEnd;
    const onRight = place < right && place > rightEnd;
    if (!onLeft && !onRight) continue;
    const i = along[u] >> 7 < last ? along[u] >> 7 : last;
    across[u] = onLeft ? place + fray[2 * i + 1] : place - fray[2 * i];
  }
}

/** One level of a tile of noise: texels [side, side], each of 2^shift texels of the fine noise. */
interface Grain {
  readonly tile: Int8Array;
  readonly side: number;
  readonly shift: number;
}

function grainOf({ levels, size }: NoiseTile, level: number, coarser: number): Grain {
  const n = Math.min(level, levels.length - 1);
  return { tile: levels[n], side: size >> n, shift: n + coarser };
}

/** 1 (ONE) and so much of the noise at a place. */
function grainAt(amount: number, { tile, side, shift }: Grain, x: number, y: number): number {
  const mask = side - 1;
  const noise = tile[((y >> shift) & mask) * side + ((x >> shift) & mask)];
  return ONE + ((amount * noise) >> NOISE_SHIFT);
}

/** Coarse noise: dry spots, warmer than what is around them. */
function addSpots(
  plain: Int16Array,
  noise: Grain,
  across: Int32Array,
  x: Int32Array,
  y: Int32Array,
  factors: Int32Array,
): void {
  for (let u = 0, k = 0; u < across.length; u += 2, k += 3) {
    const amount = plain[(across[u] >> ENTRY_SHIFT) * FIELDS + 4];
    const spots = grainAt(amount, noise, x[u], y[u]) - ONE;
    factors[k] = (factors[k] * (ONE + ((spots * SPOT_RED) >> 12))) >> 12;
    factors[k + 1] = (factors[k + 1] * (ONE + ((spots * SPOT_GREEN) >> 12))) >> 12;
    factors[k + 2] = (factors[k + 2] * (ONE + ((spots * SPOT_BLUE) >> 12))) >> 12;
  }
}

function tint(red: number, green: number, blue: number, factors: Int32Array): void {
  for (let k = 0; k < factors.length; k += 3) {
    factors[k] = (factors[k] * red) >> 12;
    factors[k + 1] = (factors[k + 1] * green) >> 12;
    factors[k + 2] = (factors[k + 2] * blue) >> 12;
  }
}

/** Colours of the cross-section, with the ground's fine noise, as they reach the eye; written from byte `at` on. */
function colour(
  plain: Int16Array,
  noise: Grain,
  across: Int32Array,
  x: Int32Array,
  y: Int32Array,
  factors: Int32Array,
  veil: Int32Array,
  out: Uint8ClampedArray,
  at: number,
): void {
  const red = veil[0];
  const green = veil[1];
  const blue = veil[2];
  for (let u = 0, i = at; u < across.length; u++, i += 3) {
    const e = (across[u] >> ENTRY_SHIFT) * FIELDS;
    const f = (u >> 1) * 3;
    const grain = grainAt(plain[e + 3], noise, x[u], y[u]);
    out[i] = ((((plain[e] * grain) >> 12) * factors[f]) >> COLOUR_SHIFT) + red;
    out[i + 1] = ((((plain[e + 1] * grain) >> 12) * factors[f + 1]) >> COLOUR_SHIFT) + green;
    out[i + 2] = ((((plain[e + 2] * grain) >> 12) * factors[f + 2]) >> COLOUR_SHIFT) + blue;
  }
}

/**
 * Where in a row the broken line may be, right to left in fine steps, and how much of what a pixel covers there is
 * stroke, 0..128, at a place along the road in fine steps.
 */
function strokes({ offset, width }: Marking, { stroke, gap }: NonNullable<Marking['dash']>, row: Row) {
  const period = stroke + gap;
  /** Metres of stroke between 0 and s ≥ 0. */
  const painted = (s: number) => Math.floor(s / period) * stroke + Math.min(s % period, stroke);
  const reach = width / 2 + Math.abs(row.step);
  return {
    right: (offset - reach + REACH) * FINE_STEPS,
    left: (offset + reach + REACH) * FINE_STEPS,
    share: (along: number) => {
      const from = Math.max(along / FINE_STEPS - row.extent / 2, 0);
      const to = from + row.extent;
      return Math.round(((painted(to) - painted(from)) / row.extent) * 128);
    },
  };
}
