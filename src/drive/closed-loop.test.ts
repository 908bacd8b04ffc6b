import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDriveRecording } from '../data/recordings/drive-recording.ts';
import { measureDrive } from '../metrics/metrics.ts';
import { stream } from '../random/stream.ts';
import { Road } from '../simulation/road/road.ts';
import { roadStyle } from '../simulation/road/road-kind.ts';
import { planRoad } from '../simulation/road/road-plan.ts';
import { TestDrive } from '../simulation/test/test-drive.ts';
import { driveLoop, type LoopDrive, type Sight } from './closed-loop.ts';
import type { Course } from './course.ts';
import { startLog } from './drive-log.ts';
import { driverPilot, type Pilot } from './pilot.ts';

const folder = mkdtempSync(join(tmpdir(), 'closed-loop-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Nobody looks: these pilots know the road, or nothing. */
const blind: Sight = {
  crops: new Float32Array(0),
  see: async () => {},
  picture: () => new Uint8Array(0),
};

async function onRoad(name: string, seed: number, distance: number): Promise<LoopDrive> {
  const road = new Road(planRoad('active', distance + 60, stream(seed, 'road')), distance + 400);
  const course = new TestDrive({
    road,
    style: roadStyle('active', stream(seed, 'style')),
    pace: { fastest: 9, sideways: 2 },
    rate: 30,
    distance,
    seconds: Number.POSITIVE_INFINITY,
    push: 0,
    draws: stream(seed, 'drive'),
  });
  return { course, log: await log(name, {}) };
}

const log = (name: string, units: Record<string, number>) =>
  startLog({
    path: join(folder, name),
    height: 2,
    width: 2,
    frames: false,
    units,
    lane: 0,
    attributes: {
      model: 'm',
      checkpoint: '',
      label_scale: 1000,
      frame_rate: 30,
      noise: 0,
      noise_seed: 0,
      road_seed: 0,
    },
  });

describe('the closed loop', () => {
  it('keeps the road for 2 km where the simulation’s own driver steers: the loop itself is right', async () => {
    const drives = [await onRoad('a.h5', 1, 1000), await onRoad('b.h5', 2, 1000)];
    let frames = 0;
    await driveLoop(driverPilot(), drives, blind, (count) => (frames += count));
    const metrics = drives.map((drive) => measureDrive(drive.log.trace));
    for (const { figures } of metrics) {
      expect(figures.crashes).toBe(0);
      expect(figures.autonomous_distance).toBeGreaterThan(995);
      expect(figures.lateral_offset_rms).toBeLessThan(0.3);
    }
    expect(frames).toBe(drives.reduce((sum, { log }) => sum + log.trace.time.length, 0));
    for (const drive of drives) drive.log.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('counts and records the crashes of who goes straight on, in file and metrics alike', async () => {
    const straight: Pilot = {
      ...driverPilot(),
      decide: (cars) => ({
        curvature: new Float64Array(cars.length),
        output: new Float32Array(cars.length).fill(0.25),
        states: {},
      }),
    };
    const drive = await onRoad('straight.h5', 3, 300);
    await driveLoop(straight, [drive], blind, () => {});
    await drive.log.finish();
    const { figures, crashesAt } = measureDrive(drive.log.trace);
    expect(figures.crashes).toBeGreaterThan(2);
    const file = await openDriveRecording(join(folder, 'straight.h5'));
    expect([...(file.crashes() ?? [])]).toEqual(crashesAt);
    const autonomous = file.column('autonomous') as Float64Array;
    for (const n of crashesAt) expect([autonomous[n - 1], autonomous[n]]).toEqual([1, 0]);
    expect(file.column('model_output')?.every((one) => one === 0.25)).toBe(true);
    expect(file.missing(['position', 'heading', 'speed', 'steering', 'lateral_offset'])).toEqual([]);
    file.close();
  });

  it('begins anew where autonomous mode is off or comes on, and where nobody knows what came before', async () => {
    const autonomous = [1, 1, 0, 0, 1, 1, 1];
    const gaps = [5];
    let at = 0;
    const course = {
      crashed: false,
      progress: 0,
      motion: { x: 0, y: 0, heading: 0, speed: 1, curvature: 0, steering: 0, offset: 0 },
      get frame() {
        return at;
      },
      get time() {
        return at / 30;
      },
      get autonomous() {
        return autonomous[at] === 1;
      },
      get gap() {
        return gaps.includes(at);
      },
      get done() {
        return at === autonomous.length;
      },
      ownCurvature: () => 0,
      advance() {
        at++;
      },
    } satisfies Course;
    const fresh: boolean[] = [];
    const pilot: Pilot = {
      ...driverPilot(),
      units: { neurons: 2 },
      decide: (cars) => {
        fresh.push(cars[0].fresh);
        return {
          curvature: new Float64Array(1),
          output: Float32Array.of(1),
          states: { neurons: Float32Array.of(fresh.length, -1) },
        };
      },
    };
    const made = await log('states.h5', { neurons: 2 });
    await driveLoop(pilot, [{ course, log: made }], blind, () => {});
    await made.finish();
    expect(fresh).toEqual([true, false, true, true, true, true, false]);
    const file = await openDriveRecording(join(folder, 'states.h5'));
    expect([...file.readStates('neurons', 4, 2)]).toEqual([5, -1, 6, -1]);
    file.close();
  });

  it('looks at what one half of the cars sees before the model thinks about the other, and at every frame once', async () => {
    const drives = [
      await onRoad('one.h5', 1, 10),
      await onRoad('two.h5', 2, 30),
      await onRoad('three.h5', 3, 20),
    ];
    const events: string[] = [];
    const sight: Sight = {
      ...blind,
      see: async (slots) => void events.push(`see ${slots}`),
    };
    const pilot: Pilot = {
      ...driverPilot(),
      decide: (cars) => {
        events.push(`decide ${cars.map(({ slot }) => slot)}`);
        return driverPilot().decide(cars, blind.crops);
      },
    };
    await driveLoop(pilot, drives, sight, () => {});
    expect(events.slice(0, 5)).toEqual(['see 0,1', 'see 2', 'decide 0,1', 'see 0,1', 'decide 2']);
    for (const [slot, { log }] of drives.entries()) {
      const of = (what: string) =>
        events.filter(
          (event) => event.startsWith(what) && event.slice(what.length).split(',').includes(`${slot}`),
        );
      expect(of('decide ')).toHaveLength(log.trace.time.length);
      expect(of('see ')).toHaveLength(log.trace.time.length);
      log.abort();
    }
  });

  it('stops between two frames when it is told to', async () => {
    const drive = await onRoad('stopped.h5', 4, 1000);
    const stopping = new AbortController();
    const reason = new Error('enough');
    const loop = driveLoop(driverPilot(), [drive], blind, () => stopping.abort(reason), stopping.signal);
    await expect(loop).rejects.toBe(reason);
    expect(drive.log.trace.time).toHaveLength(1);
    drive.log.abort();
  });
});
