/**
 * Where GPS readings lie in metres, how fast they follow one another, and how their path bends. Speed and curvature are
 * those of a parabola fitted to the readings within a second before and after, as differences of single readings are mostly
 * noise. Still rough: a metre of error in a reading at 10 m/s and 1 Hz is a curvature of some 1/100 m.
 */
import type { Track } from './signals.ts';

/** WGS 84: equatorial radius, m, and the square of the first eccentricity. */
const EQUATOR = 6378137;
const ECCENTRICITY2 = 6.69437999014e-3;
const RAD = Math.PI / 180;

/** s to each side over which a parabola is fitted, and the least that its readings must span. */
const HALF_WINDOW = 1.05;
const LEAST_SPAN = 0.5;
/** m/s below which a path says nothing about its bend. */
const SLOWEST = 1;

/** [n], m east and north of the first reading: the plane that touches the ellipsoid there. */
export function placesOf({ latitude, longitude }: Track): { east: Float64Array; north: Float64Array } {
  const [lat0, lon0] = [latitude[0] ?? 0, longitude[0] ?? 0];
  const sine = Math.sin(lat0 * RAD);
  // Radii of curvature: along the meridian a(1 − e²)/(1 − e² sin²φ)^1.5, across it a/√(1 − e² sin²φ).
  const root = Math.sqrt(1 - ECCENTRICITY2 * sine * sine);
  const meridian = (EQUATOR * (1 - ECCENTRICITY2)) / root ** 3;
  const parallel = (EQUATOR / root) * Math.cos(lat0 * RAD);
  return {
    east: longitude.map((each) => (((each - lon0 + 540) % 360) - 180) * RAD * parallel),
    north: latitude.map((each) => (each - lat0) * RAD * meridian),
  };
}

/**
 * Speed √(x'² + y'²) in m/s and curvature (x'y'' − y'x'')/v³ in 1/m, positive to the left; NaN where too few readings lie near, the
 * curvature also below 1 m/s.
 *
 * @returns [n] each
 */
export function motionOf(track: Track): { speed: Float64Array; curvature: Float64Array } {
  const { time } = track;
  const { east, north } = placesOf(track);
  const speed = new Float64Array(time.length).fill(Number.NaN);
  const curvature = speed.slice();
  let [first, end] = [0, 0];
  for (let n = 0; n < time.length; n++) {
    while (time[n] - time[first] > HALF_WINDOW) first++;
    while (end < time.length && time[end] - time[n] <= HALF_WINDOW) end++;
    if (end - first < 3 || time[end - 1] - time[first] < LEAST_SPAN) continue;
    const [vx, ax] = parabola(time, east, first, end, time[n]);
    const [vy, ay] = parabola(time, north, first, end, time[n]);
    const v = Math.hypot(vx, vy);
    speed[n] = v;
    if (v >= SLOWEST) curvature[n] = (vx * ay - vy * ax) / v ** 3;
  }
  return { speed, curvature };
}

/** First and second derivative at t0 of the parabola that fits [first, end) best: least squares, by the normal equations. */
function parabola(
  time: Float64Array,
  value: Float64Array,
  first: number,
  end: number,
  t0: number,
): [velocity: number, acceleration: number] {
  const s = [0, 0, 0, 0, 0];
  const r = [0, 0, 0];
  for (let n = first; n < end; n++) {
    const t = time[n] - t0;
    for (let power = 0, tp = 1; power < 5; power++, tp *= t) {
      s[power] += tp;
      if (power < 3) r[power] += tp * (value[n] - value[first]);
    }
  }
  // [s0 s1 s2; s1 s2 s3; s2 s3 s4]·[a b c] = r, by Cramer's rule
  const determinant = (m: readonly number[]) =>
    m[0] * (m[4] * m[8] - m[5] * m[7]) -
    m[1] * (m[3] * m[8] - m[5] * m[6]) +
    m[2] * (m[3] * m[7] - m[4] * m[6]);
  const whole = determinant([s[0], s[1], s[2], s[1], s[2], s[3], s[2], s[3], s[4]]);
  const b = determinant([s[0], r[0], s[2], s[1], r[1], s[3], s[2], r[2], s[4]]) / whole;
  const c = determinant([s[0], s[1], r[0], s[1], s[2], r[1], s[2], s[3], r[2]]) / whole;
  return [b, 2 * c];
}
