/**
 * What displaces a car sideways, as a gust or a rut would: now and then, evenly over half a second or so. Both the drives that
 * models learn from and their test drives are pushed this way.
 */

/** One displacement; seconds since some start. */
export interface Push {
  readonly start: number;
  readonly duration: number;
  /** m, positive to the left */
  readonly distance: number;
}

/** Seconds between two displacements, and how long one takes. */
export const PAUSE = [4, 14] as const;
export const PUSH = [0.5, 0.9] as const;

/** Sideways speed at a time during a displacement by D in T seconds, m/s: (π/2)·(D/T)·sin(π·t/T). */
export function pushSpeed({ start, duration, distance }: Push, seconds: number): number {
  const t = (seconds - start) / duration;
  return t < 0 || t >= 1 ? 0 : (Math.PI / 2) * (distance / duration) * Math.sin(Math.PI * t);
}
