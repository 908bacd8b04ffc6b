/**
 * The driver: looks ahead along the road and steers towards its lane, calmly and not perfectly. It follows where its
 * attention wanders, a little left or right of the lane's middle, and its hands are never quite still.
 *
 * Steering is pure pursuit about the lane: with look-ahead ℓ, distance e from the lane and angle ψ to it,
 * κ = κ_lane(a moment ahead) − 2·(e + ℓ·sin ψ)/ℓ². Along the road that is e″ + (2/ℓ)·e′ + (2/ℓ²)·e = 0: an error fades
 * within about ℓ, nearly without overshoot. (Coulter, "Implementation of the pure pursuit path tracking algorithm",
 * CMU-RI-TR-92-01, 1992; here the bend itself is steered ahead of time, so that corners are not cut.)
 */

import { lineNoise } from '../picture/value-noise.ts';
import type { Road, RoadPlace } from './road.ts';
import { type Car, type CarState, SALOON } from './vehicle.ts';

/** Seconds and metres of look-ahead. */
const LOOK_AHEAD = { seconds: 1.3, least: 9, most: 20 } as const;
/** Largest correction on top of the road's curvature, 1/m: nobody tears the wheel round at a small displacement. */
const LARGEST_CORRECTION = 0.018;
/** Largest curvature at all, 1/m: the paper's labels end at 0.06. */
const LARGEST = 0.056;
/** How far the aim wanders from the lane's middle, m, and over how many seconds. */
const WANDER = { size: 0.22, seconds: 5 } as const;
/** Unrest of the hands, 1/m, and its time, s. */
const UNREST = { size: 0.0007, seconds: 0.7 } as const;

export interface Driver {
  /** Offset of the lane that is kept to, m to the left of the road's middle. */
  readonly lane: number;
  /** Of its imperfections. */
  readonly seed: number;
}

/**
 * The curvature that the driver steers for, 1/m.
 * @param place - of the car on the road
 * @param seconds - since some start; imperfections are functions of it
 */
export function steer(
  { lane, seed }: Driver,
  road: Road,
  car: CarState,
  place: RoadPlace,
  seconds: number,
  build: Car = SALOON,
): number {
  const aim = lane + WANDER.size * lineNoise(seconds / WANDER.seconds, seed);
  const ahead = Math.min(Math.max(LOOK_AHEAD.seconds * car.speed, LOOK_AHEAD.least), LOOK_AHEAD.most);
  const error = place.offset - aim;
  const angle = car.heading - road.at(place.s).heading;
  const correction = (-2 * (error + ahead * Math.sin(angle))) / ahead ** 2;
  const bend = road.curvatureAt(place.s + car.speed * build.steeringLag);
  const unrest = UNREST.size * lineNoise(seconds / UNREST.seconds, seed + 1);
  return clamp(bend / (1 - bend * aim) + clamp(correction, LARGEST_CORRECTION) + unrest, LARGEST);
}

const clamp = (value: number, bound: number) => Math.min(Math.max(value, -bound), bound);
