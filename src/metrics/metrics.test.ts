import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../errors.ts';
import { measureDrive } from './metrics.ts';
import type { DriveTrace } from './trace.ts';

const RATE = 30;

/** N samples at 30 Hz from Unix times, each quantity a function of the seconds since the start. */
function trace(
  N: number,
  quantities: { [name in Exclude<keyof DriveTrace, 'time'>]?: (t: number) => number },
): DriveTrace {
  const at = Float64Array.from({ length: N }, (_, n) => n / RATE);
  const columns = Object.entries({ autonomous: () => 1, ...quantities }).map(([name, of]) => [
    name,
    at.map((t) => of(t)),
  ]);
  return { time: at.map((t) => 1_530_000_000 + t), ...Object.fromEntries(columns) };
}

/** Autonomous as the digits say, one sample a second. */
const switched = (digits: string, more: Partial<DriveTrace> = {}): DriveTrace => ({
  time: Array.from(digits, (_, n) => n),
  autonomous: Array.from(digits, Number),
  ...more,
});

describe('a circle of 50 m radius at 10 m/s', () => {
  const circle = trace(301, { speed: () => 10, curvature: () => 0.02, steering: () => 0.054 });
  const { figures, undefinedBecause, notes } = measureDrive(circle);

  test('has 10²/50 = 2 m/s² to the side, no jerk, and does not turn the wheel', () => {
    expect(figures.lateral_acceleration_rms).toBeCloseTo(2, 12);
    expect(figures.lateral_acceleration_max).toBeCloseTo(2, 12);
    for (const name of [
      'lateral_jerk_rms',
      'lateral_jerk_max',
      'steering_rate_rms',
      'curvature_rate_rms',
    ] as const) {
      expect(figures[name], name).toBeCloseTo(0, 12);
    }
  });

  test('is 100 m in 10 s without a crash', () => {
    expect(figures.autonomous_time).toBeCloseTo(10, 6);
    expect(figures.autonomous_distance).toBeCloseTo(100, 5);
    expect(figures).toMatchObject({ crashes: 0, crashes_per_km: 0, crashes_per_minute: 0 });
  });

  test('has no distance between crashes and no offset, and says why', () => {
    expect(undefinedBecause).toEqual({
      distance_between_crashes: 'there was no crash',
      lateral_offset_mean: 'the lateral offset is not known',
      lateral_offset_rms: 'the lateral offset is not known',
      lateral_offset_max: 'the lateral offset is not known',
    });
    expect(figures.distance_between_crashes).toBeNull();
    expect(figures.lateral_offset_rms).toBeNull();
    expect(notes).toEqual([]);
  });
});

test('a clothoid, κ = 0.01·t, at 5 m/s has a lateral jerk of 5²·0.01 throughout', () => {
  const { figures } = measureDrive(trace(200, { speed: () => 5, curvature: (t) => 0.01 * t }));
  expect(figures.lateral_jerk_rms).toBeCloseTo(0.25, 6);
  expect(figures.lateral_jerk_max).toBeCloseTo(0.25, 5);
  expect(figures.curvature_rate_rms).toBeCloseTo(0.01, 6);
});

test('a sine of lateral acceleration has its known RMS, and the jerk of its half-second mean', () => {
  // a = 2 sin(πt): RMS √2; mean of the derivative over 0.5 s: 2·sin(π/4)·2/0.5 · cos(…) = 4√2 · cos(…), RMS 4
  const sine = trace(10 * RATE + 16, { speed: () => 1, curvature: (t) => 2 * Math.sin(Math.PI * t) });
  const { figures } = measureDrive(sine);
  expect(figures.lateral_acceleration_rms).toBeCloseTo(Math.SQRT2, 1);
  expect(figures.lateral_acceleration_max).toBeCloseTo(2, 6);
  expect(figures.lateral_jerk_rms).toBeCloseTo(4, 2);
  expect(figures.lateral_jerk_max).toBeCloseTo(4 * Math.SQRT2, 1); // no sample lies on the very peak
});

test('steering to and fro at 0.3 rad/s has that rate', () => {
  const { figures } = measureDrive(trace(121, { steering: (t) => 0.3 * Math.abs((t % 2) - 1) }));
  expect(figures.steering_rate_rms).toBeCloseTo(0.3, 6);
});

test('offsets are averaged over time, not over samples', () => {
  // 1 m to the right for 9 s in one-second steps, then 1 s in 0.1 s steps from there to 3 m left
  const time = [
    ...Array.from({ length: 10 }, (_, n) => n),
    ...Array.from({ length: 10 }, (_, n) => 9.1 + n / 10),
  ];
  const lateralOffset = time.map((t) => (t <= 9 ? -1 : -1 + 4 * (t - 9)));
  const { figures } = measureDrive({ time, autonomous: time.map(() => 1), lateralOffset });
  expect(figures.lateral_offset_max).toBeCloseTo(3, 9);
  // ∫|−1 + 4u| du from 0 to 1 = 1/8 + 9/8; the trapezoid over the change of sign is a little above
  expect(figures.lateral_offset_mean).toBeCloseTo((9 + 1.25) / 10, 2);
  // ∫(−1 + 4u)² du = 7/3
  expect(figures.lateral_offset_rms).toBeCloseTo(Math.sqrt((9 + 7 / 3) / 10), 2);
});

describe('crashes', () => {
  test('are steps from on to off, and the end of the recording is none', () => {
    const { figures, crashesAt } = measureDrive(switched('0110100111'));
    expect(crashesAt).toEqual([3, 5]);
    expect(figures.crashes).toBe(2);
    expect(figures.autonomous_time).toBe(5); // the last sample has no next, the others hold for a second
    expect(figures.crashes_per_minute).toBeCloseTo((2 / 5) * 60, 12);
  });

  test('are referred to the distance driven autonomously', () => {
    const { figures } = measureDrive(switched('0110111000', { speed: new Array(10).fill(20) }));
    expect(figures).toMatchObject({ crashes: 2, autonomous_distance: 100, distance_between_crashes: 50 });
    expect(figures.crashes_per_km).toBeCloseTo(20, 12);
  });

  test('are not claimed where a gap hides what happened', () => {
    const time = [0, 1, 2, 60, 61, 62, 63];
    const { figures, notes } = measureDrive({ time, autonomous: [1, 1, 1, 0, 1, 1, 0] });
    expect(figures).toMatchObject({ crashes: 1, autonomous_time: 4 });
    expect(notes).toEqual([
      '1 gap of more than 1 s in autonomous driving: not in time and distance',
      'autonomous mode went off within a gap once: not counted as a crash',
    ]);
  });

  test('per km leave out those whose distance is not known', () => {
    const speed = [10, 10, 10, Number.NaN, Number.NaN, Number.NaN];
    const { figures, notes } = measureDrive(switched('110110', { speed }));
    expect(figures).toMatchObject({ crashes: 2, autonomous_time: 4, autonomous_distance: 20 });
    expect(figures).toMatchObject({ distance_between_crashes: 20, crashes_per_km: 50 });
    expect(notes[0]).toBe(
      'the speed is not known in 2.0 of 4.0 s: they are not in the distance, nor their crashes in crashes per km',
    );
  });
});

test('discomfort is not formed across human driving or a gap', () => {
  const curvature = [0, 0, 1, 1, 5, 5];
  const speed = new Array(6).fill(1);
  const time = [0, 1, 2, 3, 10, 11];
  const { figures } = measureDrive({ time, autonomous: [1, 1, 0, 1, 1, 1], speed, curvature });
  expect(figures.lateral_jerk_max).toBe(0);
  expect(figures.curvature_rate_rms).toBe(0);
});

test('a drive that was never autonomous has 0 crashes, m and s, and nothing else', () => {
  const { figures, undefinedBecause } = measureDrive(switched('0000', { speed: [1, 1, 1, 1] }));
  const known = Object.entries(figures).filter(([, value]) => value !== null);
  expect(Object.fromEntries(known)).toEqual({ crashes: 0, autonomous_distance: 0, autonomous_time: 0 });
  expect(new Set(Object.values(undefinedBecause))).toEqual(new Set(['nothing was driven autonomously']));
});

test('without a speed there are crashes per minute, and no distance, which is not 0', () => {
  const { figures, undefinedBecause } = measureDrive(switched('1101'));
  expect(figures).toMatchObject({
    crashes: 1,
    crashes_per_minute: 30,
    autonomous_distance: null,
    crashes_per_km: null,
  });
  expect(undefinedBecause.autonomous_distance).toBe('the speed is not known');
  const { figures: standing } = measureDrive(switched('1101', { speed: [0, 0, 0, 0] }));
  expect(standing).toMatchObject({
    autonomous_distance: 0,
    crashes_per_km: null,
    distance_between_crashes: 0,
  });
});

test('a stretch below half a second has no jerk', () => {
  const { figures, undefinedBecause } = measureDrive(trace(15, { speed: () => 1, curvature: () => 1 }));
  expect(figures.lateral_jerk_max).toBeNull();
  expect(undefinedBecause.lateral_jerk_max).toBe(
    'no autonomous stretch lasts the half second that it is averaged over',
  );
});

test.each<[string, DriveTrace]>([
  [
    'bag: time[2] is 1 s, which is not later than the 1 s before it',
    { time: [0, 1, 1], autonomous: [0, 0, 0] },
  ],
  ['bag: time[1] is NaN, not a number', { time: [0, Number.NaN], autonomous: [0, 0] }],
  ['bag: autonomous[1] is 0.5; it is 1 where the model drives', { time: [0, 1], autonomous: [0, 0.5] }],
  ['bag: 1 values of speed for 2 times', { time: [0, 1], autonomous: [0, 0], speed: [1] }],
])('“%s” is refused', (message, bad) => {
  expect(() => measureDrive(bad, { where: 'bag' })).toThrow(DataError);
  expect(() => measureDrive(bad, { where: 'bag' })).toThrow(message);
});

describe('for any drive', () => {
  const sample = fc.record({
    step: fc.double({ min: 0.01, max: 2, noNaN: true }),
    on: fc.boolean(),
    speed: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 40, noNaN: true })),
    curvature: fc.oneof(fc.constant(Number.NaN), fc.double({ min: -0.2, max: 0.2, noNaN: true })),
    lateralOffset: fc.double({ min: -5, max: 5, noNaN: true }),
  });
  const drives = fc.array(sample, { minLength: 1, maxLength: 40 }).map((samples): DriveTrace => {
    let t = 0;
    return {
      time: samples.map(({ step }) => {
        t += step;
        return t;
      }),
      autonomous: samples.map(({ on }) => Number(on)),
      speed: samples.map(({ speed }) => speed),
      curvature: samples.map(({ curvature }) => curvature),
      lateralOffset: samples.map(({ lateralOffset }) => lateralOffset),
    };
  });

  test('every figure is a finite number from 0, or null with a reason', () => {
    fc.assert(
      fc.property(drives, (drive) => {
        const { figures, undefinedBecause } = measureDrive(drive);
        for (const [name, value] of Object.entries(figures)) {
          if (value === null) expect(undefinedBecause, name).toHaveProperty(name);
          else expect(value >= 0 && Number.isFinite(value), `${name} ${value}`).toBe(true);
        }
      }),
    );
  });

  test('mean ≤ RMS ≤ maximum', () => {
    fc.assert(
      fc.property(drives, (drive) => {
        const { figures: f } = measureDrive(drive);
        const slack = 1 + 1e-9;
        for (const [low, high] of [
          [f.lateral_offset_mean, f.lateral_offset_rms],
          [f.lateral_offset_rms, f.lateral_offset_max],
          [f.lateral_acceleration_rms, f.lateral_acceleration_max],
          [f.lateral_jerk_rms, f.lateral_jerk_max],
        ]) {
          if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high * slack + 1e-12);
        }
      }),
    );
  });

  test('left and right are the same, and so is a later day', () => {
    fc.assert(
      fc.property(drives, (drive) => {
        const mirrored: DriveTrace = {
          ...drive,
          time: Array.from(drive.time, (t) => t + 1024),
          curvature: Array.from(drive.curvature ?? [], (k) => -k),
          lateralOffset: Array.from(drive.lateralOffset ?? [], (y) => -y),
        };
        const [one, other] = [measureDrive(drive).figures, measureDrive(mirrored).figures];
        for (const [name, value] of Object.entries(one)) {
          const same = other[name as keyof typeof one];
          if (value === null || same === null) expect(same, name).toBe(value);
          else expect(Math.abs(same - value), name).toBeLessThanOrEqual(1e-6 * (1 + value));
        }
      }),
    );
  });
});
