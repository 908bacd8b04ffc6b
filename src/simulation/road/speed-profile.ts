/**
 * How fast a road is driven: as fast as allowed, in bends so slowly that the sideways acceleration stays comfortable,
 * braking before them and speeding up behind them.
 */
import type { Road } from './road.ts';
import { type Car, SALOON } from './vehicle.ts';

export interface Pace {
  /** m/s */
  readonly fastest: number;
  /** Largest sideways acceleration, m/s². */
  readonly sideways: number;
}

/** Metres between two stored speeds. */
const STEP = 2;
/** Share of what engine and brakes can do that a calm driver uses. */
const CALM = 0.6;

/**
 * v(s) = min(fastest, √(sideways/|κ|)), then v² may grow by no more than 2·a·ds along the road, and by no more than
 * 2·b·ds against it.
 * @returns the speed at an arc length, m/s; beyond the road's ends that of the end
 */
export function speedProfile(
  road: Road,
  { fastest, sideways }: Pace,
  car: Car = SALOON,
): (s: number) => number {
  const squares = Float64Array.from({ length: Math.ceil(road.length / STEP) + 1 }, (_, i) =>
    Math.min(fastest ** 2, sideways / Math.abs(road.curvatureAt(i * STEP))),
  );
  for (let i = 1; i < squares.length; i++) {
    squares[i] = Math.min(squares[i], squares[i - 1] + 2 * CALM * car.acceleration * STEP);
  }
  for (let i = squares.length - 2; i >= 0; i--) {
    squares[i] = Math.min(squares[i], squares[i + 1] + 2 * CALM * car.braking * STEP);
  }
  const speeds = squares.map(Math.sqrt);
  return (s) => {
    const at = Math.min(Math.max(s / STEP, 0), speeds.length - 1);
    const i = Math.min(Math.floor(at), speeds.length - 2);
    return speeds[i] + (speeds[i + 1] - speeds[i]) * (at - i);
  };
}
