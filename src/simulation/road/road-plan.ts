/**
 * What winds a road: a seeded row of straights, bends and S-curves as a smooth function of arc length, in the range of
 * the paper's labels (1000·κ mostly within ±15, all within ±60 per km; docs/pipeline.md §1). A road keeps to its main
 * direction within a right angle, so it never meets itself.
 */
import type { Stream } from '../../random/stream.ts';
import type { RoadKind } from './road-kind.ts';

/** Ranges from which bends are drawn. */
interface BendStyle {
  /** Chance that a straight follows a bend; otherwise the next bend follows at once. */
  readonly straight: number;
  /** Length of a straight, m. */
  readonly straights: readonly [number, number];
  /** Logarithmic mean and deviation of a bend's curvature, and bounds, 1/m. */
  readonly median: number;
  readonly spread: number;
  readonly sharpest: number;
  /** Angle a bend turns by, rad. */
  readonly turn: readonly [number, number];
}

const STYLES: Record<RoadKind, BendStyle> = {
  passive: {
    straight: 0.4,
    straights: [10, 60],
    median: 0.007,
    spread: 0.6,
    sharpest: 0.032,
    turn: [0.08, 0.5],
  },
  active: {
    straight: 0.25,
    straights: [6, 30],
    median: 0.008,
    spread: 0.5,
    sharpest: 0.026,
    turn: [0.08, 0.6],
  },
};

/** Widest angle between the road and its main direction, rad. */
const WIDEST = 1.25;
/** Metres over which a road turns into its curvature: at least this, and this much for every 1/m of change. */
const RAMP = 12;
const RAMP_PER_CURVATURE = 250;

/** @param change - of the curvature, 1/m. @returns m over which a road makes it */
const rampLength = (change: number) => RAMP + RAMP_PER_CURVATURE * Math.abs(change);

/** A stretch of road over which the curvature goes from one value to another, 1/m. */
interface Piece {
  readonly start: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A winding road's curvature, 1/m, as a function of arc length.
 * @param length - m to plan; beyond it the road is straight
 */
export function planRoad(kind: RoadKind, length: number, draws: Stream): (s: number) => number {
  const pieces = plan(STYLES[kind], length, draws);
  let last = 0; // callers go along the road, so the piece is nearly always the last one or its neighbour
  return (s) => {
    while (last > 0 && s < pieces[last].start) last--;
    while (last + 1 < pieces.length && s >= pieces[last + 1].start) last++;
    const { start, length: extent, from, to } = pieces[last];
    const t = Math.min(Math.max((s - start) / extent, 0), 1);
    return from + (to - from) * t * t * (3 - 2 * t);
  };
}

function plan(style: BendStyle, length: number, draws: Stream): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let curvature = 0;
  let heading = 0;
  const add = (extent: number, to: number) => {
    pieces.push({ start, length: extent, from: curvature, to });
    start += extent;
    heading += (extent * (curvature + to)) / 2;
    curvature = to;
  };
  const straighten = () => add(rampLength(curvature), 0);
  add(30, 0); // a start that any car can stand on
  while (start < length) {
    const size = Math.min(style.median * Math.exp(style.spread * draws.normal()), style.sharpest);
    // Turning in and turning out take their share of the angle, sometimes all of it.
    const turn = Math.max(draws.uniform(...style.turn), size * rampLength(size));
    const wished = curvature === 0 ? (draws.uniform() < 0.5 ? 1 : -1) : -Math.sign(curvature); // an S-curve
    const sign = Math.abs(heading + wished * turn) < WIDEST ? wished : -Math.sign(heading);
    add(rampLength(sign * size - curvature), sign * size);
    add(Math.max(turn / size - rampLength(size), 4), curvature);
    if (draws.uniform() < style.straight) {
      straighten();
      add(draws.uniform(...style.straights), 0);
    }
  }
  straighten();
  return pieces;
}
