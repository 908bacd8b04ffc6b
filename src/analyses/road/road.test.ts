/** Roads of known shape from each of their sources, and maps of them. */
import { describe, expect, it } from 'vitest';
import { framesToDraw, onRoadSvg } from './draw-on-road.ts';
import { roadFrom } from './driven-road.ts';

const N = 401;
const each = (value: (n: number) => number) => Float64Array.from({ length: N }, (_, n) => value(n));
const times = each((n) => n / 20);

describe('roadFrom', () => {
  it('integrates a circle: 10 m/s on a radius of 50 m to the left, back at the start after 31.4 s', () => {
    const long = Float64Array.from({ length: 315 }, (_, n) => n / 10);
    const road = roadFrom({ times: long, speed: long.map(() => 10), curvature: long.map(() => 1 / 50) });
    expect(road?.source).toBe('integrated from speed and curvature');
    const { x, y } = road as NonNullable<typeof road>;
    // A quarter, 7.85 s: from the origin towards +y, then to the left: (−50, 50)
    expect(x[79]).toBeCloseTo(-50 + 50 * Math.cos(79 / 50), 2);
    expect(y[79]).toBeCloseTo(50 * Math.sin(79 / 50), 2);
    expect(Math.hypot(x[314], y[314])).toBeLessThan(0.5);
  });

  it('an integrated road goes on where it was after a jump, and stands where time goes back', () => {
    const jumps = Float64Array.of(0, 1, 100, 101, 50, 51);
    const ones = jumps.map(() => 1);
    const road = roadFrom({ times: jumps, speed: ones, curvature: ones.map(() => 0) });
    expect(Array.from(road?.y ?? [])).toEqual([0, 1, 1, 2, 2, 3].map((y) => expect.closeTo(y)));
  });

  it('takes the position first, then GPS: a degree of latitude is 111.2 km, of longitude half as much at 60°', () => {
    const gps = { latitude: Float64Array.of(60, 60.001), longitude: Float64Array.of(10, 10.001) };
    const rest = {
      times: Float64Array.of(0, 1),
      speed: Float64Array.of(1, 1),
      curvature: Float64Array.of(0, 0),
    };
    const road = roadFrom({ ...rest, ...gps });
    expect(road?.source).toBe('GPS');
    expect(road?.y[1]).toBeCloseTo(111.19, 1);
    expect(road?.x[1]).toBeCloseTo(55.6, 1);
    const position = { x: Float64Array.of(1, 2), y: Float64Array.of(3, 4) };
    expect(roadFrom({ ...rest, ...gps, position })).toEqual({ source: 'position', ...position });
  });

  it('without enough there is none', () => {
    expect(roadFrom({ times, curvature: times })).toBeUndefined();
    expect(roadFrom({ times, latitude: times })).toBeUndefined();
  });
});

describe('onRoadSvg', () => {
  it('a map for each, its range above it, constant values among them', async () => {
    const road = { x: each((n) => n), y: each((n) => 20 * Math.sin(n / 40)) };
    const maps = [
      { title: 'rising', values: each((n) => n / 400) },
      { title: 'constant', values: each(() => 3) },
      { title: 'spike', values: each((n) => (n === 7 ? 1000 : n % 2)) },
    ];
    const svg = await onRoadSvg('t', road, maps, 3);
    expect(svg.match(/<circle /g)).toHaveLength(3 * N);
    expect(svg).toContain('rising: 0.02 to 0.98');
    expect(svg).toContain('constant: 3 to 3');
    expect(svg).toContain('spike: 0 to 1'); // one frame does not make the others alike
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('a car that stands is drawn too', async () => {
    const still = [0, 0, 0];
    expect(await onRoadSvg('t', { x: still, y: still }, [{ title: 'a', values: [1, 2, 3] }], 1)).not.toMatch(
      /NaN/,
    );
  });
});

it('frames to draw are spread over the drive', () => {
  expect(framesToDraw(3, 19)).toEqual([0, 1, 2]);
  const many = framesToDraw(100_000, 64);
  expect(many).toHaveLength(125);
  expect([many[0], many[1]]).toEqual([0, 800]);
});
