/**
 * Which pixels OpenCV 4.1 paints for a thick line with round ends (`cv2.line`, 8-connected, no antialiasing), worked
 * out here because no closed formula gives them: a rectangle about the line, filled by scan lines in fixed point with
 * 16 fractional bits, the rectangle's outline drawn over it one pixel wide, and a filled circle on each end point.
 *
 * The fill truncates its slopes and the outline is cut to the canvas, so between the two a single pixel may stay
 * unpainted; OpenCV leaves such holes, and so does this.
 */

/** 1 in fixed point. */
const ONE = 65536;
const HALF = ONE / 2;
/** The nearest whole number: floor(x + ½). */
const nearest = (fixed: number) => (fixed + HALF) >> 16;

/** A canvas on which runs of pixels are painted; what lies outside is cut off. */
export interface Canvas {
  readonly height: number;
  readonly width: number;
  /** Paints columns first..last (both included) of row y; ignores what is outside, and runs with first > last. */
  run(y: number, first: number, last: number): void;
}

export interface Point {
  x: number;
  y: number;
}

/**
 * Paints a thick line.
 *
 * @param from - end point, whole pixels, may lie outside the canvas
 * @param to - the other one
 * @param thickness - whole pixels, 2 or more
 */
export function paintThickLine(canvas: Canvas, from: Point, to: Point, thickness: number): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length > 0) paintRectangle(canvas, from, to, thickness, length);
  // The half thickness, rounded up.
  const radius = (thickness + 1) >> 1;
  paintCircle(canvas, from, radius);
  paintCircle(canvas, to, radius);
}

/** The rectangle reaches thickness/2 to either side, and for an odd thickness half a pixel farther. */
function paintRectangle(canvas: Canvas, from: Point, to: Point, thickness: number, length: number): void {
  const reach = (thickness * HALF + (thickness % 2) * HALF) / length;
  const normal = {
    x: roundHalfToEven((to.y - from.y) * reach),
    y: roundHalfToEven((from.x - to.x) * reach),
  };
  const corner = (end: Point, side: number) => ({
    x: end.x * ONE + side * normal.x,
    y: end.y * ONE + side * normal.y,
  });
  const corners = [corner(from, 1), corner(from, -1), corner(to, -1), corner(to, 1)];
  fillConvex(canvas, corners);
  for (let i = 0; i < 4; i++) paintOutline(canvas, corners[(i + 3) % 4], corners[i]);
}

/**
 * Scan-line fill of a convex polygon. Two chains of edges run down from the topmost corner, one in each direction; an
 * edge starts in its corner's rounded row at the corner's own x and gains the same dx with every row.
 *
 * @param corners - in fixed point
 */
function fillConvex(canvas: Canvas, corners: Point[]): void {
  const count = corners.length;
  const rows = corners.map(({ y }) => nearest(y));
  const bottom = Math.min(Math.max(...rows), canvas.height - 1);
  let top = 0;
  for (let i = 1; i < count; i++) if (corners[i].y < corners[top].y) top = i;

  const a: Chain = { step: 1, corner: top, until: rows[top], x: -ONE, dx: 0 };
  const b: Chain = { step: count - 1, corner: top, until: rows[top], x: -ONE, dx: 0 };
  let edgesLeft = count;
  for (let y = rows[top]; y <= bottom; y++) {
    if (y >= a.until) edgesLeft -= nextEdge(a, y, corners, rows, edgesLeft);
    if (y >= b.until) edgesLeft -= nextEdge(b, y, corners, rows, edgesLeft);
    canvas.run(y, nearest(Math.min(a.x, b.x)), nearest(Math.max(a.x, b.x)));
    a.x += a.dx;
    b.x += b.dx;
  }
}

/** One side of a convex polygon on its way down. */
interface Chain {
  /** To the next corner, modulo their number. */
  readonly step: number;
  /** Where the edge ends. */
  corner: number;
  /** Row in which it does. */
  until: number;
  /** In fixed point. */
  x: number;
  dx: number;
}

/**
 * Moves a chain on to the next edge that leads below row y; flat ones are passed over.
 *
 * @param edgesLeft - of the polygon, not yet used by either chain
 * @returns how many of them this used
 */
function nextEdge(chain: Chain, y: number, corners: Point[], rows: number[], edgesLeft: number): number {
  let start = chain.corner;
  for (let used = 1; used <= edgesLeft; used++) {
    const end = (start + chain.step) % corners.length;
    if (rows[end] > y) {
      const height = rows[end] - y;
      const run = corners[end].x - corners[start].x;
      chain.x = corners[start].x;
      chain.dx = Math.trunc((run * 2 + height) / (2 * height));
      chain.until = rows[end];
      chain.corner = end;
      return used;
    }
    start = end;
  }
  return edgesLeft;
}

/**
 * A line one pixel wide between two points in fixed point: one pixel for every step along the longer axis.
 * It is cut to the canvas first, which moves its pixels a little, so the cut is part of the rule.
 */
function paintOutline(canvas: Canvas, from: Point, to: Point): void {
  let a = { ...from };
  let b = { ...to };
  if (!clip(canvas, a, b)) return;
  const flat = Math.abs(b.x - a.x) > Math.abs(b.y - a.y);
  if (flat ? b.x < a.x : b.y < a.y) [a, b] = [b, a];
  canvas.run(nearest(b.y), nearest(b.x), nearest(b.x));
  const [along, across] = flat ? [b.x - a.x, b.y - a.y] : [b.y - a.y, b.x - a.x];
  // `| 1` keeps a point from dividing by zero.
  const slope = Math.trunc((across * ONE) / (along | 1));
  let main = nearest(flat ? a.x : a.y);
  let side = (flat ? a.y : a.x) + HALF;
  for (let steps = along >> 16; steps >= 0; steps--) {
    const other = side >> 16;
    if (flat) canvas.run(other, main, main);
    else canvas.run(main, other, other);
    main++;
    side += slope;
  }
}

/**
 * Cohen and Sutherland's clipping of a segment to the canvas, which in fixed point ends at size·65536 − 1. Changes
 * both points; every cut takes the points as the cuts before left them.
 *
 * @returns false if nothing of the segment is inside
 */
function clip(canvas: Canvas, a: Point, b: Point): boolean {
  let [outA, outB] = [outside(canvas, a), outside(canvas, b)];
  if (isUndecided(outA, outB)) {
    if (outA & (ABOVE | BELOW)) outA = cutToRow(canvas, a, a, b);
    if (outB & (ABOVE | BELOW)) outB = cutToRow(canvas, b, a, b);
    if (isUndecided(outA, outB)) {
      if (outA) outA = cutToColumn(canvas, a, a, b);
      if (outB) outB = cutToColumn(canvas, b, a, b);
    }
  }
  return (outA | outB) === 0;
}

const LEFT = 1;
const RIGHT = 2;
const ABOVE = 4;
const BELOW = 8;

/** On which sides of the canvas a point lies. */
function outside({ width, height }: Canvas, { x, y }: Point): number {
  const beside = x < 0 ? LEFT : x >= width * ONE ? RIGHT : 0;
  return beside | (y < 0 ? ABOVE : y >= height * ONE ? BELOW : 0);
}

/** Neither wholly inside nor wholly beyond one side. */
const isUndecided = (outA: number, outB: number) => (outA & outB) === 0 && (outA | outB) !== 0;

/** Moves p, one of a and b, along their line to the first or last row. */
function cutToRow(canvas: Canvas, p: Point, a: Point, b: Point): number {
  const row = p.y < 0 ? 0 : canvas.height * ONE - 1;
  p.x += Math.trunc(((row - p.y) * (b.x - a.x)) / (b.y - a.y));
  p.y = row;
  return outside(canvas, p);
}

/** Moves p, one of a and b, along their line to the first or last column. */
function cutToColumn(canvas: Canvas, p: Point, a: Point, b: Point): number {
  const column = p.x < 0 ? 0 : canvas.width * ONE - 1;
  p.y += Math.trunc(((column - p.x) * (b.y - a.y)) / (b.x - a.x));
  p.x = column;
  return 0;
}

/** A filled circle by the midpoint rule: dx(dy) is walked through one octant, each step paints four rows. */
function paintCircle(canvas: Canvas, centre: Point, radius: number): void {
  if (centre.x + radius < 0 || centre.x - radius >= canvas.width) return;
  if (centre.y + radius < 0 || centre.y - radius >= canvas.height) return;
  let error = 0;
  let dx = radius;
  let plus = 1;
  let minus = radius * 2 - 1;
  for (let dy = 0; dx >= dy; ) {
    canvas.run(centre.y - dy, centre.x - dx, centre.x + dx);
    canvas.run(centre.y + dy, centre.x - dx, centre.x + dx);
    canvas.run(centre.y - dx, centre.x - dy, centre.x + dy);
    canvas.run(centre.y + dx, centre.x - dy, centre.x + dy);
    dy++;
    error += plus;
    plus += 2;
    if (error > 0) {
      error -= minus;
      dx--;
      minus -= 2;
    }
  }
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const half = x - down;
  if (half !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
