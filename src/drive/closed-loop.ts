/**
 * The closed loop: frame → crop → model → curvature → car → next frame, for many cars at once. All cars that still drive are
 * seen, decided about and moved together; a car whose drive has ended leaves the batch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Course } from './course.ts';
import type { DriveLog } from './drive-log.ts';
import type { Car, Pilot } from './pilot.ts';

/** A drive in the loop. */
export interface LoopDrive {
  readonly course: Course;
  readonly log: DriveLog;
}

/** What the cars see. */
export interface Sight {
  /** float32 [slots,78,200,3], 0..255, as the model sees it; slot n is that of drive n. */
  readonly crops: Float32Array;
  /** Looks at the frames of these drives. */
  see(slots: readonly number[]): Promise<void>;
  /** uint8 [H,W,3], as it is recorded. */
  picture(slot: number): Uint8Array;
}

/**
 * Drives all to their ends.
 * @param onFrames - called with the number of frames driven since the last call
 * @param signal - ends the loop between two frames
 * @throws the signal's reason; DataError for models that are not finite and disks that are full
 */
export async function driveLoop(
  pilot: Pilot,
  drives: readonly LoopDrive[],
  sight: Sight,
  onFrames: (count: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const wasAutonomous = drives.map(() => false); // before the first frame nobody drove
  for (;;) {
    signal?.throwIfAborted();
    const slots = drives.flatMap(({ course }, slot) => (course.done ? [] : [slot]));
    if (slots.length === 0) return;
    await sight.see(slots);
    const cars = slots.map((slot): Car => {
      const { course } = drives[slot];
      return { course, slot, fresh: course.gap || !course.autonomous || !wasAutonomous[slot] };
    });
    const { curvature, output, states } = pilot.decide(cars, sight.crops);
    for (const [b, { course, slot }] of cars.entries()) {
      const rows = Object.entries(states).map(([name, values]) => {
        const width = values.length / cars.length;
        return [name, values.subarray(b * width, (b + 1) * width)];
      });
      drives[slot].log.add(course, sight.picture(slot), {
        output: output[b],
        states: Object.fromEntries(rows),
      });
      wasAutonomous[slot] = course.autonomous;
      course.advance(curvature[b]);
    }
    onFrames(cars.length);
    await nextTurn(); // let signals in
  }
}
