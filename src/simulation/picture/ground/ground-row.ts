/**
 * The colours of one row of ground pixels. This is most of the work of a frame, so it reckons in whole numbers: a factor of 1 is
 * 4096, places are counted in 1/128 of a texel of the strip, and all numbers stay below 2³¹. It goes over the row in short
 * loops, each over arrays of numbers alone, that hand on what they found; the two longest are in ground-kernel.ts.
 *
 * colour = cross-section · (1 + noise) · tone · sunlight · (1 − haze) + haze's colour · haze
 *
 * Every other pixel: tone and sunlight from the strip, bilinear, and coarse noise, that is dry spots, warmer than what is
 * around them; shadows keep the blue of the sky. Every pixel: the cross-section and fine noise.
 */

import type { Marking } from '../../road/road-kind.ts';
import type { Light } from '../light.ts';
import type { Scene } from '../scene.ts';
import { FIELDS, REACH } from './cross-section.ts';
import { GroundKernel } from './ground-kernel.ts';
import { COLOUR_SHIFT, ENTRY_SHIFT, FULL_SUN, NOISE_SHIFT, ONE, ONE_SHIFT } from './ground-units.ts';
import { FINE_STEPS, STRIP_WIDTH } from './strip.ts';

/** Pixels between two places that are searched. */
export const KNOT = 8;
/** Texels a metre of the fine and the coarse noise; their ratio is a power of two. */
export const FINE_PER_METRE = 40;
export const COARSE_PER_METRE = FINE_PER_METRE / 16;
/** Woods stand in the distance (backdrop.ts): haze on the ground grows no thicker than theirs, m. */
const WOODS = 260;

/** Rightmost and leftmost place in fine steps: half a texel within the strip, so that two texels can be mixed. */
const FIRST = 64;
const LAST = (STRIP_WIDTH - 1) * 128 + 63;
/** Farther from an edge of the pavement than this its fraying would not show, fine steps. */
const FRAY_REACH = 2 * FINE_STEPS;
/** A texel of the coarse noise is 2^this of the fine. */
const COARSER = Math.log2(FINE_PER_METRE / COARSE_PER_METRE) | 0;
/** How much more than green dry spots change red, and less blue; how much less shadows take from green and blue. Of ONE. */
const SPOTS = [4915, 3686, 2458, 0]; // 1.2, 0.9, 0.6
const SHADES = [ONE, 3973, 3604, 0]; // 1, 0.97, 0.88

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

/** Knots of a row, both ends included; the pixels between them are meant. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A line of the world's ground: pixel u sees (x + u·dx, y + u·dy), metres. */
export interface GroundLine {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** Paints rows of one width. */
export class RowPainter {
  readonly #width: number;
  /** A kernel holds the tables of one scene. */
  readonly #kernels = new WeakMap<Scene, GroundKernel>();

  /** @param width - of the picture */
  constructor(width: number) {
    this.#width = width;
  }

  /** @param out - [H,W,3]; of row `row.v` what lies in the span is written */
  paint(
    scene: Scene,
    row: Row,
    knots: Knots,
    span: Span,
    line: GroundLine,
    light: Light,
    out: Uint8Array,
  ): void {
    const from = span.from * KNOT;
    const to = Math.min(span.to * KNOT, this.#width);
    const kernel = this.#kernelFor(scene);
    const { along, across, frayed, x, y, tint, veil } = kernel;
    const haze = 1 - Math.exp(-Math.min(row.depth, WOODS) / light.sight);
    for (let c = 0; c < 3; c++) {
      tint[c] = Math.round(light.tint[c] * (1 - haze) * ONE);
      veil[c] = Math.round(light.haze[c] * haze);
    }
    const shade = Math.round((light.direct * ONE * 65536) / FULL_SUN);
    const fineLevel = Math.min(row.fineLevel, scene.fine.levels.length - 1);
    const coarseLevel = Math.min(row.coarseLevel, scene.coarse.levels.length - 1);

    interpolate(knots.s, knots.offset, from, to, along, across);
    walk(line.x, line.y, line.dx, line.dy, from, to, x, y);
    frayEdges(scene.fray, scene.style.halfWidth, from, to, along, across, frayed);
    kernel.light(from, to, shade, row.level, coarseLevel, COARSER);
    kernel.colour(from, to, row.level, fineLevel);
    const at = row.v * this.#width * 3;
    out.set(kernel.row.subarray(3 * from, 3 * to), at + 3 * from);
    addStrokes(scene, row, fineLevel, kernel, from, to, out, at);
  }

  #kernelFor(scene: Scene): GroundKernel {
    const known = this.#kernels.get(scene);
    if (known) return known;
    const kernel = new GroundKernel(scene, this.#width);
    kernel.spots.set(SPOTS);
    kernel.shades.set(SHADES);
    this.#kernels.set(scene, kernel);
    return kernel;
  }
}

/** Places of the pixels from..to−1 along and across the road, from those of the knots. */
function interpolate(
  s: Float64Array,
  offset: Float64Array,
  from: number,
  to: number,
  along: Int32Array,
  across: Int32Array,
): void {
  for (let first = from, knot = from / KNOT; first < to; first += KNOT, knot++) {
    const next = knot + 1 < s.length ? knot + 1 : knot;
    let a = s[knot] * FINE_STEPS;
    let b = (offset[knot] + REACH) * FINE_STEPS;
    const da = (s[next] * FINE_STEPS - a) / KNOT;
    const db = ((offset[next] + REACH) * FINE_STEPS - b) / KNOT;
    const end = first + KNOT < to ? first + KNOT : to;
    for (let u = first; u < end; u++) {
      const place = b | 0;
      along[u] = a > 0 ? a | 0 : 0;
      across[u] = place < FIRST ? FIRST : place > LAST ? LAST : place;
      a += da;
      b += db;
    }
  }
}

/** Places of the pixels from..to−1 in the world, on a line from a start in steps, m. */
function walk(
  startX: number,
  startY: number,
  dx: number,
  dy: number,
  from: number,
  to: number,
  x: Int32Array,
  y: Int32Array,
): void {
  const right = dx * FINE_PER_METRE;
  const up = dy * FINE_PER_METRE;
  for (let first = from; first < to; first += KNOT) {
    let a = (startX + first * dx) * FINE_PER_METRE;
    let b = (startY + first * dy) * FINE_PER_METRE;
    const end = first + KNOT < to ? first + KNOT : to;
    for (let u = first; u < end; u++) {
      x[u] = a | 0;
      y[u] = b | 0;
      a += right;
      b += up;
    }
  }
}

/** Places across the road, moved in and out at the edges of the pavement. */
function frayEdges(
  fray: Int16Array,
  halfWidth: number,
  from: number,
  to: number,
  along: Int32Array,
  across: Int32Array,
  frayed: Int32Array,
): void {
  const last = fray.length / 2 - 2;
  const left = Math.round((REACH + halfWidth - 0.06) * FINE_STEPS);
  const right = Math.round((REACH - halfWidth + 0.06) * FINE_STEPS);
  const leftEnd = left + FRAY_REACH;
  const rightEnd = right - FRAY_REACH;
  for (let u = from; u < to; u++) {
    const place = across[u];
    frayed[u] = place;
    const onLeft = place > left && place < leftEnd;
    const onRight = place < right && place > rightEnd;
    if (!onLeft && !onRight) continue;
    const i = along[u] >> 7 < last ? along[u] >> 7 : last;
    frayed[u] = onLeft ? place + fray[2 * i + 1] : place - fray[2 * i];
  }
}

/** Colours anew the pixels from..to−1 of a row, which starts at byte `at`, in which the broken line may be. */
function addStrokes(
  { section, fine }: Scene,
  row: Row,
  fineLevel: number,
  { along, frayed, x, y, factors, veil }: GroundKernel,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): void {
  if (section.dashed?.dash === undefined) return;
  const { right, left, share } = strokes(section.dashed, section.dashed.dash, row);
  const plain = section.plain[row.level];
  const stroke = section.stroke[row.level];
  const tile = fine.levels[fineLevel];
  const side = fine.size >> fineLevel;
  for (let u = from; u < to; u++) {
    if (frayed[u] <= right || frayed[u] >= left) continue;
    const e = (frayed[u] >> ENTRY_SHIFT) * FIELDS;
    const noise = tile[((y[u] >> fineLevel) & (side - 1)) * side + ((x[u] >> fineLevel) & (side - 1))];
    const grain = ONE + ((plain[e + 3] * noise) >> NOISE_SHIFT);
    const painted = share(along[u]);
    for (let c = 0; c < 3; c++) {
      const mixed = plain[e + c] + (((stroke[e + c] - plain[e + c]) * painted) >> 7);
      const seen = (((mixed * grain) >> ONE_SHIFT) * factors[(u >> 1) * 4 + c]) >> COLOUR_SHIFT;
      out[at + 3 * u + c] = Math.max(0, Math.min(seen + veil[c], 255));
    }
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
