import { describe, expect, it } from 'vitest';
import { stream } from '../../random/stream.ts';
import { Road } from '../road/road.ts';
import { ROAD_KINDS, roadStyle } from '../road/road-kind.ts';
import { planRoad } from '../road/road-plan.ts';
import { type Motion, TEST_START, TestDrive, type TestDriveOptions } from './test-drive.ts';

const narrow = { ...roadStyle('active', stream(1, 'style')), halfWidth: 2.3 };
const straight = new Road(() => 0, 2000);

function drive(changes: Partial<TestDriveOptions> = {}): TestDrive {
  return new TestDrive({
    road: straight,
    style: narrow,
    pace: { fastest: 10, sideways: 2 },
    rate: 30,
    distance: 1000,
    seconds: Number.POSITIVE_INFINITY,
    push: 0,
    draws: stream(1, 'drive'),
    ...changes,
  });
}

/** Steers by a rule until the end, or for so many frames. */
function driven(test: TestDrive, steer: (test: TestDrive) => number, most = Number.POSITIVE_INFINITY) {
  const frames: (Motion & { autonomous: boolean; crashed: boolean; s: number })[] = [];
  for (; !test.done && frames.length < most; test.advance(steer(test))) {
    const { motion, autonomous, crashed, place } = test;
    frames.push({ ...motion, autonomous, crashed, s: place.s });
  }
  return frames;
}

describe.each(ROAD_KINDS)('the simulation’s own driver in the loop, on %s roads', (kind) => {
  it('drives 5 km without a crash, and 2 km while it is pushed', () => {
    for (const [seed, push] of [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 0.5],
      [7, 0.5],
    ]) {
      const road = new Road(planRoad(kind, 1100, stream(seed, 'road')), 1400);
      const style = roadStyle(kind, stream(seed, 'style'));
      const frames = driven(drive({ road, style, push, draws: stream(seed, 'drive') }), (test) =>
        test.ownCurvature(),
      );
      expect(frames.filter(({ crashed }) => crashed)).toEqual([]);
      const far = Math.max(...frames.map(({ offset }) => Math.abs(offset - style.lane)));
      expect(far).toBeLessThan(push === 0 ? 0.5 : 1.1);
      expect(frames[frames.length - 1].s - TEST_START).toBeGreaterThan(998);
    }
  });
});

describe('a crash', () => {
  /** To the left off the straight road: 2.3 m − 0.88 m = 1.42 m of room. */
  const steerOut = () => 0.01;
  const frames = driven(drive(), steerOut, 200);
  const first = frames.findIndex(({ crashed }) => crashed);

  it('is the first frame in which a wheel is off the pavement', () => {
    const angle = ({ heading }: Motion) => 2.7 * Math.sin(heading) + 0.88 * Math.cos(heading);
    expect(frames[first].offset + angle(frames[first])).toBeGreaterThan(2.3);
    expect(frames[first - 1].offset + angle(frames[first - 1])).toBeLessThan(2.3);
    // On a circle of 100 m the front is 1.42 m out after about √(2·100·1.42) − 2.7 m; the steering's lag adds a little.
    const metres = frames[first].s - TEST_START;
    expect(metres).toBeGreaterThan(13);
    expect(metres).toBeLessThan(18);
  });

  it('puts the safety driver at the wheel for a second, from the middle of the lane', () => {
    expect(frames.slice(0, first).every(({ autonomous }) => autonomous)).toBe(true);
    const manual = frames.slice(first).findIndex(({ autonomous }) => autonomous);
    expect(manual).toBe(30);
    for (const { offset, crashed, heading } of frames.slice(first + 1, first + manual)) {
      expect(Math.abs(offset)).toBeLessThan(0.2);
      expect(Math.abs(heading)).toBeLessThan(0.05);
      expect(crashed).toBe(false);
    }
  });

  it('is counted anew each time autonomous driving ends in one', () => {
    const crashes = frames.flatMap(({ crashed }, n) => (crashed ? [n] : []));
    expect(crashes.length).toBeGreaterThan(1);
    for (let i = 1; i < crashes.length; i++) {
      expect(frames[crashes[i]].autonomous).toBe(false);
      expect(frames[crashes[i] - 1].autonomous).toBe(true);
      expect(crashes[i] - crashes[i - 1]).toBeGreaterThan(30);
    }
  });

  it('happens in a bend to who goes straight on', () => {
    const bend = new Road((s) => (s > 100 ? 0.02 : 0), 2000);
    const crashed = driven(drive({ road: bend, distance: 200 }), () => 0).filter((frame) => frame.crashed);
    expect(crashed.length).toBeGreaterThan(1);
    expect(crashed[0].s).toBeGreaterThan(100 + TEST_START - 30);
    expect(crashed.every(({ offset }) => offset < 0)).toBe(true); // the road goes left, the car leaves to the right
  });
});

describe('a test drive', () => {
  it('ends after its distance or its seconds', () => {
    const [last] = driven(drive({ distance: 50 }), () => 0).slice(-1);
    expect(last.s - TEST_START).toBeGreaterThan(49.5);
    expect(last.s - TEST_START).toBeLessThan(50);
    expect(driven(drive({ seconds: 2 }), () => 0)).toHaveLength(60);
    expect(driven(drive({ seconds: 2, rate: 20 }), () => 0)).toHaveLength(40);
  });

  it('goes back to the lane from pushes that are the same for everyone', () => {
    const offsets = (steer: (test: TestDrive) => number) =>
      driven(drive({ push: 0.6, seconds: 20 }), steer).map(({ offset }) => offset);
    const passive = offsets(() => 0);
    const pushed = passive.findIndex((offset) => Math.abs(offset) > 0.01);
    expect(Math.abs(passive[pushed + 30])).toBeCloseTo(0.6, 2); // a second later; whoever steers straight stays there
    const steered = offsets((test) => test.ownCurvature());
    expect(steered[pushed + 20] * passive[pushed + 20]).toBeGreaterThan(0);
    expect(offsets(() => 0)).toEqual(passive);
  });
});
