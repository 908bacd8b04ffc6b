/**
 * The two kinds of road on which the paper recorded: `passive`, public roads with two lanes and markings, driven on the
 * right; `active`, a narrow road without markings through a wood. And how one road of a kind differs from the next.
 */
import { ROADS } from '../../options/schema.ts';
import type { Stream } from '../../random/stream.ts';

export const ROAD_KINDS = ROADS;
export type RoadKind = (typeof ROAD_KINDS)[number];

/** A line along the road. */
export interface Marking {
  /** Offset of its middle, m to the left. */
  readonly offset: number;
  /** m */
  readonly width: number;
  /** Lengths of stroke and gap, m; undefined: an unbroken line. */
  readonly dash?: { readonly stroke: number; readonly gap: number };
  readonly colour: 'white' | 'yellow';
}

/** The cross-section of a road, and what stands beside it. Metres, from its middle. */
export interface RoadStyle {
  readonly kind: RoadKind;
  /** From the middle to the edge of the pavement. */
  readonly halfWidth: number;
  /** Of a strip of gravel beside the pavement. */
  readonly gravel: number;
  /** How far the edge frays. */
  readonly ragged: number;
  /** Where the middle of a car that keeps to its lane drives; negative: right. */
  readonly lane: number;
  readonly markings: readonly Marking[];
  /** Trees a metre of road side, how far back they stand, and where their first row is. */
  readonly trees: number;
  readonly wood: number;
  readonly treeLine: number;
  /** Share of conifers among the trees. */
  readonly conifers: number;
  /** Bushes a metre of road side. */
  readonly bushes: number;
  /** Chance a metre of one side of houses, and distance of posts; 0: none. */
  readonly houses: number;
  readonly posts: number;
}

/**
 * Draws a road of a kind.
 * @param given - half width that an active one is to have, m
 */
export function roadStyle(kind: RoadKind, draws: Stream, given?: number): RoadStyle {
  if (kind === 'active') {
    const drawn = draws.uniform(2.1, 2.6);
    const halfWidth = given ?? drawn;
    return {
      kind,
      halfWidth,
      gravel: draws.uniform(0.1, 0.6),
      ragged: draws.uniform(0.12, 0.3),
      lane: 0,
      markings: [],
      trees: draws.uniform(0.35, 0.65),
      wood: 12,
      treeLine: halfWidth + draws.uniform(1.6, 4),
      conifers: draws.uniform(0.1, 0.7),
      bushes: draws.uniform(0.2, 0.5),
      houses: 0,
      posts: draws.uniform() < 0.3 ? 40 : 0,
    };
  }
  const laneWidth = draws.uniform(3.1, 3.6);
  const halfWidth = laneWidth + draws.uniform(0.3, 1.1);
  return {
    kind,
    halfWidth,
    gravel: draws.uniform(0.2, 1.0),
    ragged: draws.uniform(0.03, 0.12),
    lane: -laneWidth / 2,
    markings: [...centreLines(draws), ...edgeLines(laneWidth, draws)],
    trees: draws.uniform(0.04, 0.45),
    wood: 22,
    treeLine: halfWidth + draws.uniform(2.5, 7),
    conifers: draws.uniform(0, 0.5),
    bushes: draws.uniform(0.02, 0.15),
    houses: draws.uniform(0, 0.02),
    posts: draws.uniform() < 0.6 ? draws.uniform(25, 50) : 0,
  };
}

/** A broken line, or the double line of roads on which nobody may overtake. */
function centreLines(draws: Stream): Marking[] {
  const colour = draws.uniform() < 0.7 ? 'yellow' : 'white';
  const width = draws.uniform(0.1, 0.15);
  if (draws.uniform() < 0.4) {
    return [-1, 1].map((side) => ({ offset: side * width, width, colour }));
  }
  const dash = draws.uniform() < 0.5 ? { stroke: 3, gap: 9 } : { stroke: 4, gap: 8 };
  return [{ offset: 0, width, dash, colour }];
}

function edgeLines(laneWidth: number, draws: Stream): Marking[] {
  const width = draws.uniform(0.1, 0.16);
  if (draws.uniform() < 0.15) return [];
  return [-1, 1].map((side) => ({ offset: side * laneWidth, width, colour: 'white' }));
}
