import { expect, test } from 'vitest';
import { held, interpolated } from './resample.ts';
import type { Track } from './signals.ts';
import { motionOf, placesOf } from './track.ts';

/** Readings of a car at (east, north) m near the paper's roads, at so many a second. */
function track(n: number, rate: number, place: (t: number) => [number, number]): Track {
  const time = Float64Array.from({ length: n }, (_, i) => 1_530_822_693 + i / rate);
  const places = Array.from(time, (_, i) => place(i / rate));
  // At latitude 42.36° a degree is 111.0676 km along the meridian and 82.4053 km across (WGS 84).
  return {
    source: { topic: '/gps', type: 'sensor_msgs/NavSatFix', field: '', count: n, isNamed: false },
    time,
    latitude: Float64Array.from(places, ([, north]) => 42.36 + north / METRES_NORTH),
    longitude: Float64Array.from(places, ([east]) => -71.09 + east / METRES_EAST),
    altitude: new Float64Array(n),
    leftOut: { backwards: 0, furthest: 0, conflicting: 0, unknown: 0 },
  };
}

/** Metres a degree: the series of the ellipsoid in multiples of the latitude, another way than the code's. */
const PHI = (42.36 * Math.PI) / 180;
const METRES_NORTH = 111132.954 - 559.822 * Math.cos(2 * PHI) + 1.175 * Math.cos(4 * PHI);
const METRES_EAST = 111412.84 * Math.cos(PHI) - 93.5 * Math.cos(3 * PHI) + 0.118 * Math.cos(5 * PHI);

test('places are metres from the first reading', () => {
  const { east, north } = placesOf(track(11, 10, (t) => [100 * t, -300 * t]));
  expect([east[0], north[0]]).toEqual([0, 0]);
  expect(east[10]).toBeCloseTo(100, 1);
  expect(north[10]).toBeCloseTo(-300, 1);
});

test('longitudes go on over the date line', () => {
  const over = track(3, 10, () => [0, 0]);
  over.longitude.set([179.9999, 180, -179.9999]);
  const { east } = placesOf(over);
  expect(east[2] - east[1]).toBeCloseTo(east[1] - east[0], 6);
});

test.each([1, 5, 10])('a circle of 50 m at 10 m/s to either side, %i readings a second', (rate) => {
  for (const side of [1, -1]) {
    const circle = track(10 * rate, rate, (t) => [50 * Math.sin(t / 5), side * 50 * (1 - Math.cos(t / 5))]);
    const { speed, curvature } = motionOf(circle);
    for (let n = rate; n < 9 * rate; n++) {
      expect(speed[n]).toBeCloseTo(10, 0);
      expect(curvature[n]).toBeCloseTo(side / 50, 3);
    }
  }
});

test('what stands still has a speed of 0 and no curvature', () => {
  const { speed, curvature } = motionOf(track(20, 10, () => [0, 0]));
  expect(speed[10]).toBeCloseTo(0, 9);
  expect(curvature[10]).toBeNaN();
});

test('beside a gap in the readings nothing is claimed', () => {
  const gappy = track(4, 1, (t) => [10 * t, 0]);
  gappy.time.set([0, 1, 30, 31]);
  expect(Array.from(motionOf(gappy).speed)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

test('signals are joined by lines, but not over a gap, and hold a little beyond their ends', () => {
  const series = { time: Float64Array.of(10, 11, 20, 21), value: Float64Array.of(0, 2, 4, 8) };
  expect(interpolated(series, [9, 9.75, 10, 10.25, 11, 15, 20.5, 21.25, 22], 2)).toEqual(
    Float64Array.of(Number.NaN, 0, 0, 0.5, 2, Number.NaN, 6, 8, Number.NaN),
  );
  expect(interpolated({ time: new Float64Array(0), value: new Float64Array(0) }, [1], 2)).toEqual(
    Float64Array.of(Number.NaN),
  );
});

test('a switch holds until it says something else, or falls silent', () => {
  const series = { time: Float64Array.of(10, 11), value: Float64Array.of(1, 0) };
  expect(held(series, [9, 10, 10.9, 11, 11.5, 13], 1)).toEqual(
    Float64Array.of(Number.NaN, 1, 1, 0, 0, Number.NaN),
  );
});
