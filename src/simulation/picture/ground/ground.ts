/**
 * Draws the ground: for every pixel below the horizon the point of the ground plane it sees, that point's place along and
 * across the road, and from these its colour. The point follows from the camera alone, row by row. The place is searched
 * exactly for every eighth pixel, each from its neighbour, and interpolated between; the colour is ground-row.ts's business.
 */
import type { PixelBox } from '../../../data/frames/crop.ts';
import type { Camera } from '../camera.ts';
import { groundPoint } from '../camera.ts';
import type { Light } from '../light.ts';
import type { Scene } from '../scene.ts';
import { levelFor, REACH } from './cross-section.ts';
import {
  COARSE_PER_METRE,
  FINE_PER_METRE,
  type GroundLine,
  KNOT,
  type Knots,
  type Row,
  RowPainter,
  type Span,
} from './ground-row.ts';

/** Beyond this distance there is no road, only ground, m. */
const FARTHEST = 400;

/** Rows of the picture that see the ground, the farthest first. */
export function groundRows(eye: Camera): Row[] {
  const rows: Row[] = [];
  for (let v = Math.max(Math.ceil(eye.horizon), 0); v < eye.height; v++) {
    const left = groundPoint(eye, 0, v);
    const next = groundPoint(eye, 1, v);
    const below = groundPoint(eye, 0, v + 1);
    if (!left || !next || !below) continue;
    const step = next.left - left.left;
    const extent = left.ahead - below.ahead;
    const covered = Math.sqrt(Math.abs(step) * extent);
    const noiseLevel = (perMetre: number) => Math.max(Math.round(Math.log2(covered * perMetre)), 0);
    rows.push({
      v,
      depth: left.depth,
      ahead: left.ahead,
      left: left.left,
      step,
      extent,
      level: levelFor(Math.abs(step)),
      fineLevel: noiseLevel(FINE_PER_METRE),
      coarseLevel: noiseLevel(COARSE_PER_METRE),
    });
  }
  return rows;
}

export class GroundPainter {
  readonly #rows: readonly Row[];
  readonly #knots: Knots;
  readonly #painter: RowPainter;

  constructor(eye: Camera) {
    this.#rows = groundRows(eye);
    this.#painter = new RowPainter(eye.width);
    const count = Math.ceil((eye.width - 1) / KNOT) + 1;
    this.#knots = { s: new Float64Array(count), offset: new Float64Array(count) };
  }

  /**
   * @param pose - of the camera; `s`: arc length nearby
   * @param out - uint8 [H,W,3]; what of `part` lies below the horizon is written
   */
  paint(
    scene: Scene,
    pose: { x: number; y: number; heading: number; s: number },
    light: Light,
    out: Uint8Array,
    part: PixelBox,
  ): void {
    const cos = Math.cos(pose.heading);
    const sin = Math.sin(pose.heading);
    const knots = { from: Math.floor(part.left / KNOT), to: Math.ceil(part.right / KNOT) };
    let s = pose.s;
    let before = 0;
    for (let n = this.#rows.length - 1; n >= 0; n--) {
      const row = this.#rows[n];
      if (row.v < part.top) break; // from near to far they go upwards
      const line = {
        x: pose.x + row.ahead * cos - row.left * sin,
        y: pose.y + row.ahead * sin + row.left * cos,
        dx: -row.step * sin,
        dy: row.step * cos,
      };
      if (row.depth < FARTHEST) {
        s = findPlaces(scene, this.#knots, knots, line, s + row.ahead - before);
        before = row.ahead;
      } else {
        this.#knots.offset.fill(REACH);
      }
      // Nearer rows that nobody sees are searched all the same: each search begins where the one before ended.
      if (row.v < part.bottom) this.#painter.paint(scene, row, this.#knots, knots, line, light, out);
    }
  }
}

/**
 * Places of the knots of one row, from the middle outwards, two Newton steps each (see Road.nearest).
 * @param wanted - of the knots
 * @param guess - arc length near the middle knot
 * @returns the arc length of the middle knot
 */
function findPlaces(scene: Scene, knots: Knots, wanted: Span, line: GroundLine, guess: number): number {
  const { step, x, y, cos, sin, curvature } = scene.tables;
  const last = x.length - 2;
  const count = knots.s.length;
  const middle = count >> 1;
  for (let n = 0; n < count; n++) {
    const k = n <= middle ? middle - n : n; // middle … 0, then middle + 1 … count − 1
    if (n > 0 && (n <= middle ? k < wanted.from : k > wanted.to)) continue; // the middle begins the next row's search
    const px = line.x + k * KNOT * line.dx;
    const py = line.y + k * KNOT * line.dy;
    let s = n === 0 ? guess : knots.s[n <= middle ? k + 1 : k - 1];
    let offset = 0;
    for (let round = n === 0 ? 5 : 2; round >= 0; round--) {
      const at = s / step;
      const i = at < 0 ? 0 : at > last ? last : at | 0;
      const share = at - i;
      const c = cos[i] + (cos[i + 1] - cos[i]) * share;
      const d = sin[i] + (sin[i + 1] - sin[i]) * share;
      const ex = px - x[i] - (x[i + 1] - x[i]) * share;
      const ey = py - y[i] - (y[i + 1] - y[i]) * share;
      offset = ey * c - ex * d;
      if (round === 0) break;
      const stretch = 1 - curvature[i] * offset;
      s += (ex * c + ey * d) / (stretch < 0.3 ? 0.3 : stretch);
    }
    knots.s[k] = s;
    knots.offset[k] = offset;
  }
  return knots.s[middle];
}
