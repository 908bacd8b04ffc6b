/**
 * The colours of one row of ground pixels. This loop is most of the work of a frame, so it reckons in integers: a factor of
 * 1 is 4096, places are counted in 1/128 of a texel of the strip, and all numbers stay below 2³¹.
 *
 * colour = cross-section · (1 + noise) · tone · sunlight · (1 − haze) + haze's colour · haze
 */
import { COLOUR_ONE, FIELDS, PER_METRE, REACH, SHARE_ONE } from './cross-section.ts';
import type { Light } from './light.ts';
import type { Scene } from './scene.ts';
import { FINE_STEPS, STRIP_WIDTH } from './strip.ts';
import { TILE_ONE } from './value-noise.ts';

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

/** @param out - [H,W,3]; row `row.v` is written. @param width - W */
export function paintRow(
  scene: Scene,
  row: Row,
  knots: Knots,
  line: GroundLine,
  light: Light,
  out: Uint8ClampedArray,
  width: number,
): void {
  const { section, strip, fine, coarse, style, fray } = scene;
  const plain = section.plain[row.level];
  const { tone, sun } = strip;
  const lastStrip = strip.length - 2;
  const fineLevel = Math.min(row.fineLevel, fine.levels.length - 1);
  const fineTile = fine.levels[fineLevel];
  const fineSide = fine.size >> fineLevel;
  const fineMask = fineSide - 1;
  const coarseLevel = Math.min(row.coarseLevel, coarse.levels.length - 1);
  const coarseTile = coarse.levels[coarseLevel];
  const coarseSide = coarse.size >> coarseLevel;
  const coarseMask = coarseSide - 1;
  const coarseShift = coarseLevel + 4; // COARSE_PER_METRE = FINE_PER_METRE / 2⁴
  const haze = 1 - Math.exp(-Math.min(row.depth, WOODS) / light.sight);
  const [hazeR, hazeG, hazeB] = light.haze.map((value) => Math.round(value * haze));
  const [lightR, lightG, lightB] = light.tint.map((value) => Math.round(value * (1 - haze) * ONE));
  const shade = Math.round((light.direct * ONE * 65536) / FULL_SUN);
  const frayLeft = Math.round((REACH + style.halfWidth - 0.06) * FINE_STEPS);
  const frayRight = Math.round((REACH - style.halfWidth + 0.06) * FINE_STEPS);
  const frayReach = 2 * FINE_STEPS; // beyond it a shift would not show
  const dash = strokes(scene, row);

  let at = row.v * width * 3;
  for (let knot = 0; knot * KNOT < width; knot++) {
    const next = knot + 1 < knots.s.length ? knot + 1 : knot;
    let s = knots.s[knot] * FINE_STEPS;
    let offset = (knots.offset[knot] + REACH) * FINE_STEPS;
    const ds = (knots.s[next] * FINE_STEPS - s) / KNOT;
    const dOffset = ((knots.offset[next] + REACH) * FINE_STEPS - offset) / KNOT;
    let x = (line.x + knot * KNOT * line.dx) * FINE_PER_METRE;
    let y = (line.y + knot * KNOT * line.dy) * FINE_PER_METRE;
    const dx = line.dx * FINE_PER_METRE;
    const dy = line.dy * FINE_PER_METRE;
    const end = Math.min(KNOT, width - knot * KNOT);
    let factorR = 0;
    let factorG = 0;
    let factorB = 0;
    for (let n = 0; n < end; n++, at += 3) {
      const along = s > 0 ? s | 0 : 0;
      const rawAcross = offset | 0;
      const across = rawAcross < FIRST ? FIRST : rawAcross > LAST ? LAST : rawAcross;
      const i = along >> 7 < lastStrip ? along >> 7 : lastStrip;
      const xi = x | 0;
      const yi = y | 0;

      // --- cross-section, its edges frayed ---
      let place = across;
      if (across > frayLeft && across < frayLeft + frayReach) place += fray[2 * i + 1];
      else if (across < frayRight && across > frayRight - frayReach) place -= fray[2 * i];
      const e = (place >> ENTRY_SHIFT) * FIELDS;
      let r = plain[e];
      let g = plain[e + 1];
      let b = plain[e + 2];
      if (dash !== undefined && place > dash.right && place < dash.left) {
        const share = dash.share(along);
        r += ((dash.table[e] - r) * share) >> 7;
        g += ((dash.table[e + 1] - g) * share) >> 7;
        b += ((dash.table[e + 2] - b) * share) >> 7;
      }

      // --- for every other pixel: tone and sunlight from the strip, bilinear, and coarse noise ---
      if ((n & 1) === 0) {
        const p = along & 127;
        const j = (across - 64) >> 7;
        const q = (across - 64) & 127;
        const near = i * STRIP_WIDTH + j;
        const far = near + STRIP_WIDTH;
        const w11 = p * q;
        const w10 = (p << 7) - w11;
        const w01 = (q << 7) - w11;
        const w00 = 16384 - w11 - w10 - w01;
        const toned = (tone[near] * w00 + tone[near + 1] * w01 + tone[far] * w10 + tone[far + 1] * w11) >> 9;
        const sunny = (sun[near] * w00 + sun[near + 1] * w01 + sun[far] * w10 + sun[far + 1] * w11) >> 7;
        const dark = ((FULL_SUN - sunny) * shade) >> 16;
        const coarseAt = ((yi >> coarseShift) & coarseMask) * coarseSide + ((xi >> coarseShift) & coarseMask);
        const spots = (plain[e + 4] * coarseTile[coarseAt]) >> NOISE_SHIFT;
        // Dry spots are warmer; shadows keep the blue of the sky.
        factorR = (toned * (ONE - dark)) >> 12;
        factorG = (toned * (ONE - ((dark * SHADE_GREEN) >> 12))) >> 12;
        factorB = (toned * (ONE - ((dark * SHADE_BLUE) >> 12))) >> 12;
        factorR = (((factorR * (ONE + ((spots * SPOT_RED) >> 12))) >> 12) * lightR) >> 12;
        factorG = (((factorG * (ONE + ((spots * SPOT_GREEN) >> 12))) >> 12) * lightG) >> 12;
        factorB = (((factorB * (ONE + ((spots * SPOT_BLUE) >> 12))) >> 12) * lightB) >> 12;
      }

      // --- fine noise of the ground, by its place in the world ---
      const fineAt = ((yi >> fineLevel) & fineMask) * fineSide + ((xi >> fineLevel) & fineMask);
      const grain = ONE + ((plain[e + 3] * fineTile[fineAt]) >> NOISE_SHIFT);
      out[at] = ((((r * grain) >> 12) * factorR) >> COLOUR_SHIFT) + hazeR;
      out[at + 1] = ((((g * grain) >> 12) * factorG) >> COLOUR_SHIFT) + hazeG;
      out[at + 2] = ((((b * grain) >> 12) * factorB) >> COLOUR_SHIFT) + hazeB;
      s += ds;
      offset += dOffset;
      x += dx;
      y += dy;
    }
  }
}

/** Where in a row the broken line may be, and how much of what a pixel covers there is stroke. */
interface Strokes {
  /** Bounds in fine steps. */
  readonly right: number;
  readonly left: number;
  readonly table: Int16Array;
  /** @param along - fine steps. @returns 0..128 */
  readonly share: (along: number) => number;
}

function strokes({ section }: Scene, row: Row): Strokes | undefined {
  const { dashed } = section;
  if (dashed?.dash === undefined) return undefined;
  const { stroke, gap } = dashed.dash;
  const period = stroke + gap;
  /** Metres of stroke between 0 and s ≥ 0. */
  const painted = (s: number) => Math.floor(s / period) * stroke + Math.min(s % period, stroke);
  const reach = dashed.width / 2 + Math.abs(row.step);
  return {
    right: (dashed.offset - reach + REACH) * FINE_STEPS,
    left: (dashed.offset + reach + REACH) * FINE_STEPS,
    table: section.stroke[row.level],
    share: (along) => {
      const from = Math.max(along / FINE_STEPS - row.extent / 2, 0);
      const to = from + row.extent;
      return Math.round(((painted(to) - painted(from)) / row.extent) * 128);
    },
  };
}
