/**
 * What is driven, seen from the loop: a car whose curvature is asked for frame by frame, on the simulated road
 * (simulation/test/test-drive.ts) or over a recorded drive (recorded-course.ts).
 */
import type { Motion } from '../simulation/test/test-drive.ts';

export interface Course {
  /** Number of the frame, from 0, and its time, s. */
  readonly frame: number;
  readonly time: number;
  /** Whether the curvature asked for steers the car from this frame on. */
  readonly autonomous: boolean;
  /** Whether this frame is the first after a crash. */
  readonly crashed: boolean;
  /** Whether nobody knows what came before this frame, so that a recurrent model begins anew. */
  readonly gap: boolean;
  /** No more frames: this one is not driven any more. */
  readonly done: boolean;
  /** Share of the drive that lies behind, 0..1. */
  readonly progress: number;
  readonly motion: Motion;
  /** What a driver who knows the road steers for, 1/m. */
  ownCurvature(): number;
  /** On to the next frame. @param curvature - asked for, 1/m, positive to the left */
  advance(curvature: number): void;
}
