import { describe, expect, it } from 'vitest';
import { cropBox } from '../data/frames/crop.ts';
import { camera } from '../simulation/picture/camera.ts';
import { RecordedCourse, type RecordedPath } from './recorded-course.ts';
import { RoadWarp } from './warp.ts';

const [H, W] = [250, 400];
const warp = new RoadWarp(camera(H, W), H, W);
const box = cropBox('paper', H, W);

/** Recorded at 8 m/s and 30 Hz; times from 1.6e9. */
function path(
  N: number,
  curvature: (t: number) => number,
  changes: Partial<RecordedPath> = {},
): RecordedPath {
  const column = (value: (n: number) => number) => Float64Array.from({ length: N }, (_, n) => value(n));
  return {
    times: column((n) => 1.6e9 + n / 30),
    curvature: column((n) => curvature(n / 30)),
    speed: column(() => 8),
    ...changes,
  };
}

const course = (recorded: RecordedPath, unseen = 0.1, seconds = Number.POSITIVE_INFINITY) =>
  new RecordedCourse({ path: recorded, warp, box, unseen, seconds });

function driven(car: RecordedCourse, steer: (car: RecordedCourse) => number) {
  const frames = [];
  for (; !car.done; car.advance(steer(car))) {
    const { frame, autonomous, crashed, gap, displacement, motion } = car;
    frames.push({ frame, autonomous, crashed, gap, ...displacement, motion });
  }
  return frames;
}

const sway = (t: number) => 0.015 * Math.sin(t);

describe('a drive over a recorded one', () => {
  it('stays on the path of who steers as was recorded, but for the steering’s lag', () => {
    const frames = driven(course(path(600, sway)), (car) => car.ownCurvature());
    expect(frames).toHaveLength(600);
    expect(Math.max(...frames.map(({ offset }) => Math.abs(offset)))).toBeLessThan(0.25);
    expect(frames.some(({ crashed }) => crashed)).toBe(false);
  });

  it('drifts as integrating the difference of curvatures says: e = v²Δκt²/2', () => {
    // Steering reaches what it is asked for with a lag of 0.12 s, so the parabola begins so much later.
    const frames = driven(course(path(40, () => 0.01)), () => 0.02);
    const [last] = frames.slice(-1);
    const t = 39 / 30;
    const lag = 0.12;
    const heading = 8 * 0.01 * (t - lag);
    expect(last.heading).toBeCloseTo(heading, 2);
    const offset = (8 ** 2 * 0.01 * (t - lag) ** 2) / 2;
    expect(Math.abs(last.offset / offset - 1)).toBeLessThan(0.05);
  });

  it('knows where the car is: beside the path, on the circle that it drives', () => {
    const frames = driven(course(path(90, () => 0)), () => 0.01);
    const { motion, offset, heading } = frames[89];
    expect(motion.x).toBeCloseTo((89 / 30) * 8, 6);
    expect(motion.y).toBeCloseTo(offset, 6);
    expect(motion.heading).toBeCloseTo(heading, 9);
  });

  it('crashes when the view leaves what was recorded, and is set back for a second', () => {
    const frames = driven(course(path(300, sway)), () => 0.08);
    const crash = frames.findIndex(({ crashed }) => crashed);
    expect(warp.unseenShare(frames[crash], box)).toBeGreaterThan(0.1);
    expect(warp.unseenShare(frames[crash - 1], box)).toBeLessThanOrEqual(0.1);
    expect(frames[crash].autonomous).toBe(false);
    const back = frames.slice(crash + 1, crash + 30);
    expect(back.every(({ offset, heading, autonomous }) => !offset && !heading && !autonomous)).toBe(true);
    expect(frames[crash + 30].autonomous).toBe(true);
    const first = frames.findIndex(({ autonomous }) => !autonomous);
    expect(first).toBe(crash);
  });

  it('crashes sooner where the recording says how wide the road is', () => {
    const recorded = path(300, () => 0);
    const road = { ...recorded, offset: recorded.times.map(() => 0.4), roadWidth: 4.4 };
    const crashOf = (one: RecordedPath) =>
      driven(course(one), () => 0.01).find(({ crashed }) => crashed)?.offset ?? Number.NaN;
    const front = 2.7 * Math.sin(0.15); // about, of the front axle
    expect(crashOf(road)).toBeGreaterThan(2.2 - 0.88 - 0.4 - front - 0.3);
    expect(crashOf(road)).toBeLessThan(2.2 - 0.88 - 0.4);
    expect(crashOf(recorded)).toBeGreaterThan(2);
  });

  it('sets the car back after a gap in the recording, without a crash', () => {
    const recorded = path(90, () => 0);
    const times = recorded.times.map((time, n) => (n < 45 ? time : time + 7));
    const frames = driven(course({ ...recorded, times }), () => 0.01);
    expect(frames.filter(({ gap }) => gap).map(({ frame }) => frame)).toEqual([0, 45]);
    expect(frames[44].offset).toBeGreaterThan(0.3);
    expect(frames[45]).toMatchObject({ offset: 0, heading: 0, crashed: false, autonomous: true });
  });

  it('ends after its seconds', () => {
    expect(driven(course(path(300, sway), 0.1, 2), () => 0)).toHaveLength(60);
  });
});
