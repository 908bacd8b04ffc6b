/**
 * The crash rule: when a car leaves its road. It does so as soon as a wheel, of either axle, is off the pavement; that is when
 * a safety driver would have taken over. Markings do not count: a car in the other lane is still on the road.
 */
import type { RoadPlace } from './road.ts';
import { type Car, SALOON } from './vehicle.ts';

/**
 * How far the outermost wheel is beyond the edge of the pavement, m; negative: how far inside. With offset e of the rear axle's
 * middle and angle ψ to the road, the axles' middles lie at e and e + L·sin ψ, and wheels half a width beside them.
 *
 * @param place - of the rear axle's middle
 * @param angle - of the car to the road, rad, positive to the left
 * @param halfWidth - of the pavement, m
 */
export function beyondPavement(
  { offset }: RoadPlace,
  angle: number,
  halfWidth: number,
  { wheelbase, width }: Car = SALOON,
): number {
  const front = offset + wheelbase * Math.sin(angle);
  const wheels = (width / 2) * Math.abs(Math.cos(angle));
  return Math.max(Math.abs(offset), Math.abs(front)) + wheels - halfWidth;
}
