/**
 * The geometry of a road: a flat centre line given by its curvature as a function of arc length. World axes: x, y on the
 * ground, headings counter-clockwise from x in rad; offsets and curvatures are positive to the left (ISO 8855).
 * Knows nothing of lanes, pictures or cars. What curvature a road has is road-plan.ts's business.
 */

/** Distance between stored points of the centre line, m. */
const STEP = 0.5;

/** A place on the centre line. */
export interface RoadPoint {
  /** m */
  readonly x: number;
  readonly y: number;
  /** rad */
  readonly heading: number;
  /** 1/m */
  readonly curvature: number;
}

/** A place told by the road: metres along it, and metres left of its centre. */
export interface RoadPlace {
  readonly s: number;
  readonly offset: number;
}

export class Road {
  /** m; asking beyond 0..length gives the straight continuation of the end. */
  readonly length: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #heading: Float64Array;
  readonly #curvature: Float64Array;

  /**
   * Integrates θ' = κ, x' = cos θ, y' = sin θ from the origin, heading along x. Over one step the curvature is taken as
   * linear, θ by its exact integral and x, y by Simpson's rule.
   * @param curvature - 1/m, of arc length in m; continuous
   * @param length - m, at least one step
   */
  constructor(curvature: (s: number) => number, length: number) {
    const points = Math.ceil(length / STEP) + 1;
    this.length = (points - 1) * STEP;
    this.#x = new Float64Array(points);
    this.#y = new Float64Array(points);
    this.#heading = new Float64Array(points);
    this.#curvature = Float64Array.from({ length: points }, (_, i) => curvature(i * STEP));
    for (let i = 0; i + 1 < points; i++) {
      const k = this.#curvature[i];
      const change = this.#curvature[i + 1] - k;
      const start = this.#heading[i];
      const middle = start + STEP * (k / 2 + change / 8);
      const end = start + STEP * (k + change / 2);
      this.#heading[i + 1] = end;
      this.#x[i + 1] = this.#x[i] + (STEP / 6) * (Math.cos(start) + 4 * Math.cos(middle) + Math.cos(end));
      this.#y[i + 1] = this.#y[i] + (STEP / 6) * (Math.sin(start) + 4 * Math.sin(middle) + Math.sin(end));
    }
  }

  /** The centre line at arc length s. From the stored point before: the arc of its curvature, to second order. */
  at(s: number): RoadPoint {
    const i = Math.min(Math.max(Math.floor(s / STEP), 0), this.#x.length - 1);
    const rest = s - i * STEP;
    const last = i === this.#x.length - 1;
    const k = s < 0 || last ? 0 : this.#curvature[i];
    const change = s < 0 || last ? 0 : (this.#curvature[i + 1] - k) / STEP;
    const heading = this.#heading[i] + rest * (k + (change * rest) / 2);
    const chord = this.#heading[i] + rest * (k / 2 + (change * rest) / 6);
    return {
      x: this.#x[i] + rest * Math.cos(chord),
      y: this.#y[i] + rest * Math.sin(chord),
      heading,
      curvature: this.curvatureAt(s),
    };
  }

  /** Curvature at arc length s, 1/m; 0 beyond the ends. */
  curvatureAt(s: number): number {
    if (s < 0 || s >= this.length) return 0;
    const i = Math.floor(s / STEP);
    const share = s / STEP - i;
    return this.#curvature[i] * (1 - share) + this.#curvature[i + 1] * share;
  }

  /**
   * The foot of the perpendicular from (x, y), searched by Newton's method from a nearby guess:
   * s ← s + (p − c(s))·t(s) / (1 − κ·offset).
   * @param guess - arc length of a place nearby, m
   * @returns a place; on the inner side beyond the centre of a bend the nearest one need not be found
   */
  nearest(x: number, y: number, guess: number): RoadPlace {
    let s = guess;
    let offset = 0;
    for (let round = 0; round < 20; round++) {
      const point = this.at(s);
      const cos = Math.cos(point.heading);
      const sin = Math.sin(point.heading);
      const along = (x - point.x) * cos + (y - point.y) * sin;
      offset = (y - point.y) * cos - (x - point.x) * sin;
      if (Math.abs(along) < 1e-9) break;
      s += along / Math.max(1 - point.curvature * offset, 0.3);
    }
    return { s, offset };
  }

  /** The nearest place without a guess: every tenth metre is looked at, then {@link nearest} from the best. */
  locate(x: number, y: number): RoadPlace {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#x.length; i += 20) {
      const distance = (this.#x[i] - x) ** 2 + (this.#y[i] - y) ** 2;
      if (distance < least) {
        least = distance;
        best = i * STEP;
      }
    }
    return this.nearest(x, y, best);
  }

  /** The centre line as tables with one entry every {@link step} metres, for loops that visit many places. */
  tables(): RoadTables {
    return {
      step: STEP,
      x: this.#x,
      y: this.#y,
      cos: this.#heading.map(Math.cos),
      sin: this.#heading.map(Math.sin),
      curvature: this.#curvature,
    };
  }
}

export interface RoadTables {
  readonly step: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Cosine and sine of the heading. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly curvature: Float64Array;
}
