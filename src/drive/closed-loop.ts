/**
 * The closed loop: frame → crop → model → curvature → car → next frame, for many cars at once. Cars are seen, decided about
 * and moved in batches; a car whose drive has ended leaves its batch.
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
 * Drives all to their ends. The cars are two crews that take turns: while the model thinks about one, threads draw what the other
 * sees. A drive does not notice: its frames, states and curvatures are its own.
 *
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
  const everyone = drives.map((_, slot) => slot);
  const half = Math.ceil(drives.length / 2);
  const crews = [everyone.slice(0, half), everyone.slice(half)];

  let next = look(crews[0]);
  for (let turn = 0; ; turn++) {
    signal?.throwIfAborted();
    const { slots, seen } = next;
    await seen;
    next = look(crews[(turn + 1) % 2]);
    if (slots.length > 0) drive(slots);
    else if (next.slots.length === 0) return;
    await nextTurn(); // let signals in
  }

  /** Begins to look at the frames of those of a crew that still drive. */
  function look(crew: readonly number[]): { slots: readonly number[]; seen: Promise<void> } {
    const slots = crew.filter((slot) => !drives[slot].course.done);
    const seen = sight.see(slots);
    seen.catch(() => undefined); // awaited in the next turn, which does not come where this one fails
    return { slots, seen };
  }

  /** By one frame, which was looked at. */
  function drive(slots: readonly number[]): void {
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
  }
}
