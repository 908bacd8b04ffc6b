/** The courses of simulated test drives, and what their cars see. */

import { UsageError } from '../errors.ts';
import type { DriveOptions } from '../options/schema.ts';
import { sceneRoad } from '../simulation/picture/scene.ts';
import type { TestDrive } from '../simulation/test/test-drive.ts';
import { type TestRoads, testDrive, testScene } from '../simulation/test/test-roads.ts';
import type { View, Views } from '../simulation/test/views.ts';
import type { Sight } from './closed-loop.ts';
import type { Pilot } from './pilot.ts';

/** Frames may be so large, pixels a side. */
const SMALLEST = 16;
const LARGEST = 4096;

/** @throws UsageError for a size that cannot be */
export function roadsOf({ road, road_seed, distance, seconds, size }: DriveOptions): TestRoads {
  const [height, width] = size.split('x').map(Number);
  if (!(Math.min(height, width) >= SMALLEST && Math.max(height, width) <= LARGEST)) {
    throw new UsageError(
      `--size ${size}: expected height and width from ${SMALLEST} to ${LARGEST}, e.g. 250x400`,
    );
  }
  return {
    kind: road,
    seed: road_seed,
    distance,
    height,
    width,
    seconds: seconds ?? Number.POSITIVE_INFINITY,
  };
}

/** The course of a run. */
export function roadCourse(roads: TestRoads, run: number, push: number, rate: number) {
  const ground = sceneRoad(testScene(roads, run));
  const course = testDrive(roads, run, ground, { rate, push });
  return { course, lane: ground.style.lane, roadWidth: 2 * ground.style.halfWidth };
}

/** A run under one noise. */
export interface RoadDrive {
  readonly course: TestDrive;
  readonly run: number;
  readonly noise: number;
  readonly noiseSeed: number;
  /** Whether its frames are kept, so that they are drawn even for who does not look. */
  readonly isRecorded: boolean;
}

export function roadSight(views: Views, drives: readonly RoadDrive[], pilot: Pilot, roads: TestRoads): Sight {
  const bytes = roads.height * roads.width * 3;
  return {
    crops: views.crops,
    picture: (slot) => views.frames.subarray(slot * bytes, (slot + 1) * bytes),
    see: async (slots) => {
      const seen = slots.filter((slot) => pilot.looks || drives[slot].isRecorded);
      const asked = seen.map((slot): View => {
        const { course, run, noise, noiseSeed, isRecorded } = drives[slot];
        const { x, y, heading } = course.car;
        return {
          slot,
          road: run,
          x,
          y,
          heading,
          s: course.place.s,
          frame: course.frame,
          noise,
          noiseSeed,
          whole: isRecorded,
        };
      });
      await views.draw(asked, pilot.crop);
    },
  };
}
