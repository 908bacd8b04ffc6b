import { describe, expect, it } from 'vitest';
import { activeSplit, passiveSplit } from '../../data/batches/split.ts';
import { type Stream, stream } from '../../random/stream.ts';
import { type DrivenFrame, driveFrames, planDrive, roundsOf } from '../generate/driven-frames.ts';
import { recordingNames, startTime } from '../generate/recording-names.ts';
import { Drive } from './drive.ts';
import { Road } from './road.ts';
import { ROAD_KINDS, type RoadKind, roadStyle } from './road-kind.ts';
import { planRoad } from './road-plan.ts';
import { SALOON } from './vehicle.ts';

/** A drive as generate-recording.ts makes it, without pictures. */
function driven(
  kind: RoadKind,
  name: string,
  frames: number,
): { frames: DrivenFrame[]; road: Road; half: number } {
  const job = { kind, seed: 5, name, frames, height: 250, width: 400 };
  const [round] = roundsOf({ ...job, kind: 'passive' }); // all in one
  const plan = planDrive(job, round);
  const draws = (what: string): Stream => stream(5, 'scene', kind, name, what);
  const road = new Road(planRoad(kind, plan.length, draws('road')), plan.length + 300);
  const style = roadStyle(kind, draws('style'));
  const drive = new Drive(road, style, plan.pace, 30, stream(5, 'drive', kind, name));
  return { frames: [...driveFrames(job, round, plan, drive)], road, half: style.halfWidth };
}

describe.each(ROAD_KINDS)('a %s drive', (kind) => {
  const names = recordingNames(kind).slice(0, 4);
  const drives = names.map((name) => driven(kind, name, 1200));
  const pairs = drives.flatMap(({ frames }) =>
    frames.slice(1).map((frame, i) => [frames[i], frame] as const),
  );
  const consecutive = pairs.filter(([a, b]) => b.timestamp - a.timestamp < 1);

  it('stays on the road for 2 km, whatever pushes it', () => {
    let metres = 0;
    for (let seed = 0; metres < 2000; seed++) {
      const road = new Road(planRoad(kind, 600, stream(seed, 'road')), 900);
      const style = roadStyle(kind, stream(seed, 'style'));
      const drive = new Drive(road, style, { fastest: 12, sideways: 2.2 }, 30, stream(seed, 'drive'));
      while (drive.place.s < 600) {
        drive.advance(1 / 30);
        expect(Math.abs(drive.place.offset) + SALOON.width / 2).toBeLessThan(style.halfWidth);
      }
      metres += 570;
    }
  });

  it('is displaced now and then, and comes back', () => {
    const offsets = drives.map(({ frames }) => frames.map(({ offset }) => offset));
    for (const values of offsets) {
      const sorted = [...values].sort((a, b) => a - b);
      const lane = sorted[sorted.length >> 1];
      const far = values.filter((offset) => Math.abs(offset - lane) > 0.5);
      expect(far.length).toBeLessThan(values.length / 3);
    }
    expect(Math.max(...offsets.flat()) - Math.min(...offsets.flat())).toBeGreaterThan(1);
  });

  it('has labels that are the curvature of its path', () => {
    const moving = consecutive.filter(([a]) => a.speed > 2);
    expect(moving.length).toBeGreaterThan(3000);
    for (const [a, b] of moving) {
      const metres = ((a.speed + b.speed) / 2) * (b.timestamp - a.timestamp);
      const turned = (b.heading - a.heading) / metres;
      const low = Math.min(a.curvature, b.curvature) - 2e-4;
      expect(turned).toBeGreaterThan(low);
      expect(turned).toBeLessThan(Math.max(a.curvature, b.curvature) + 2e-4);
    }
  });

  it('has labels that turn its positions, where nothing pushes it', () => {
    let compared = 0;
    for (const { frames } of drives) {
      for (let i = 15; i + 15 < frames.length; i++) {
        const window = frames.slice(i - 15, i + 16);
        const [a, b, c] = [window[0], window[15], window[30]];
        const paused = c.timestamp - a.timestamp > 2;
        // Sideways motion beyond what the heading explains is a push.
        const slides = window.slice(1).some((after, k) => {
          const before = window[k];
          const heading = (before.heading + after.heading) / 2;
          const { x, y } = { x: after.x - before.x, y: after.y - before.y };
          return Math.abs(y * Math.cos(heading) - x * Math.sin(heading)) > 1e-3;
        });
        if (paused || slides || b.speed < 5) continue;
        const cross = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        const sides =
          Math.hypot(b.x - a.x, b.y - a.y) *
          Math.hypot(c.x - b.x, c.y - b.y) *
          Math.hypot(c.x - a.x, c.y - a.y);
        const curvatures = window.map(({ curvature }) => curvature);
        const circle = (2 * cross) / sides;
        expect(circle).toBeGreaterThan(Math.min(...curvatures) - 5e-4);
        expect(circle).toBeLessThan(Math.max(...curvatures) + 5e-4);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('has labels in the paper’s range', () => {
    const labels = drives.flatMap(({ frames }) => frames.map(({ curvature }) => 1000 * curvature));
    const deviation = Math.sqrt(labels.reduce((sum, y) => sum + y * y, 0) / labels.length);
    expect(Math.max(...labels.map(Math.abs))).toBeLessThan(60);
    expect(labels.filter((y) => Math.abs(y) < 15).length / labels.length).toBeGreaterThan(0.75);
    expect(deviation).toBeGreaterThan(3);
    expect(deviation).toBeLessThan(13);
  });

  it('runs at 30 frames a second, unevenly, from the time in its name', () => {
    for (const [i, { frames }] of drives.entries()) expect(frames[0].timestamp).toBe(startTime(names[i]));
    const steps = consecutive.map(([a, b]) => b.timestamp - a.timestamp);
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    expect(mean).toBeCloseTo(1 / 30, 4);
    expect(Math.max(...steps) - Math.min(...steps)).toBeGreaterThan(0.002);
    expect(Math.min(...steps)).toBeGreaterThan(0.028);
  });

  it('pauses a few times for more than 5 s, in which the car drives on or waits', () => {
    const pauses = pairs.filter(([a, b]) => b.timestamp - a.timestamp > 1);
    expect(pauses).toHaveLength(4 * drives.length);
    for (const [a, b] of pauses) {
      expect(b.timestamp - a.timestamp).toBeGreaterThan(5);
      const metres = Math.hypot(b.x - a.x, b.y - a.y);
      if (b.speed === 0) expect(metres).toBeLessThan(1e-9);
      else expect(metres).toBeGreaterThan(5);
    }
    expect(pauses.some(([, b]) => b.speed === 0)).toBe(true);
    expect(pauses.some(([, b]) => b.speed > 0)).toBe(true);
  });
});

describe('the names', () => {
  it('carry their time as UTC', () => {
    expect(startTime('20180705-203123_blue_prius_mit_to_devens.h5')).toBe(
      Date.parse('2018-07-05T20:31:23Z') / 1000,
    );
  });

  it('are 19 and 6, without doubles, and fill the paper’s folds and its active split', () => {
    expect(new Set(recordingNames('passive')).size).toBe(19);
    expect(new Set(recordingNames('active')).size).toBe(6);
    const sized = (kind: RoadKind) => [...recordingNames(kind)].sort().map((name) => ({ name, frames: 600 }));
    for (let fold = 0; fold < 10; fold++)
      expect(passiveSplit(sized('passive'), 'paper', fold).notes).toEqual([]);
    const { train, validation, notes } = activeSplit(sized('active'));
    expect([train.length, validation.length, notes]).toEqual([4, 2, []]);
  });
});
