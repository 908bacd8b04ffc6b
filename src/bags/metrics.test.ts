import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { autonomousMode } from './autonomous-mode.ts';
import { chooseTopics } from './choose-topics.ts';
import { type BagMetricsOptions, bagMetrics } from './metrics.ts';
import type { Bag, BagTopic } from './read/bag.ts';
import { numberOf } from './read/fields.ts';
import { rolesOf } from './roles.ts';
import { omissionNotes, readSignals, type Signal } from './signals.ts';

const BAGS = fileURLToPath(new URL('../../test/bags', import.meta.url));
const metricsOf = (name: string, options: Partial<BagMetricsOptions> = {}) =>
  bagMetrics(join(BAGS, name), { topics: {}, steering: {}, ...options });

describe.each(['plain.bag', 'lz4.bag', 'bz2.bag', 'zstd.mcap', 'lz4.mcap', 'ros1.mcap'])('%s', (name) => {
  test('has two crashes, 8 s and 80 m of autonomous driving, and 2 m/s² to the side', async () => {
    const { metrics, crashes, sources } = await metricsOf(name);
    const { figures } = metrics;
    expect(figures.crashes).toBe(2);
    expect(crashes.map(({ after }) => after)).toEqual([expect.closeTo(5, 3), expect.closeTo(9, 3)]);
    expect(figures.autonomous_time).toBeCloseTo(7.9, 2); // until the last message
    expect(figures.autonomous_distance).toBeCloseTo(79, 1);
    expect(figures.crashes_per_km).toBeCloseTo(2 / 0.079, 1);
    expect(figures.lateral_acceleration_rms).toBeCloseTo(2, 6);
    expect(figures.lateral_jerk_max).toBeCloseTo(0, 6);
    expect(sources.curvature).toBe(
      'yaw rate /vehicle/twist.twist.angular.z over speed /vehicle/twist.twist.linear',
    );
  });
});

test.each<[string, Partial<BagMetricsOptions>, RegExp]>([
  [
    'the steering',
    { steering: { wheelbase: 2.7 } },
    /steering.data: radians, positive to the left; wheelbase 2.7 m/,
  ],
  ['the path', { topics: { speed: 'none', yaw_rate: 'none' } }, /^the path of \/gps\/fix$/],
])('the curvature may come from %s', async (_, options, from) => {
  const { metrics, sources } = await metricsOf('lz4.bag', options);
  expect(sources.curvature).toMatch(from);
  expect(metrics.figures.lateral_acceleration_rms).toBeCloseTo(2, 1);
});

test('without a fix the distance is not known, but the crashes are', async () => {
  const { metrics, notes } = await metricsOf('no-fix.mcap');
  expect(notes).toContain('50 of 120 messages of /gps/fix have no fix: left out');
  expect(metrics.figures.crashes).toBe(2);
  // on from 2 to 5 s, 6 to 9 s and from 10 s; a fix until 2.9 s and from 8 s
  expect(metrics.figures.autonomous_distance).toBeGreaterThan(35);
  expect(metrics.figures.autonomous_distance).toBeLessThan(42);
  expect(metrics.crashesOnDistance).toBe(1);
  expect(metrics.notes[0]).toMatch(/the speed is not known in \d\.\d of 7.9 s/);
});

test.each([
  ['set-back.bag', 'the times of /autonomous.data go back by 3.900 s'],
  ['set-back.mcap', 'the times of /autonomous.data go back by 3.900 s'],
  ['always-on.bag', '/autonomous.data is on in all 120 messages, so it may not be the switch'],
  ['no-switch.mcap', 'The bag has /chatter (std_msgs/String), /gps/fix (sensor_msgs/NavSatFix)'],
])('from %s no crash is counted', async (name, message) => {
  await expect(metricsOf(name)).rejects.toThrow(message);
});

test('a switch that never changes counts if it was named', async () => {
  const { metrics, notes } = await metricsOf('always-on.bag', { topics: { switch: '/autonomous' } });
  expect(metrics.figures).toMatchObject({ crashes: 0, distance_between_crashes: null });
  expect(notes).toContain('/autonomous.data is on in all 120 messages: there is no change to count');
});

test.each([
  [{ switch: '/autonomus' }, 'did you mean "/autonomous"?'],
  [{ switch: '/chatter' }, 'which field of std_msgs/String is meant?'],
  [{ speed: '/vehicle/twist.twist.linear.w' }, 'have no field twist.linear.w; they have header.seq'],
  [{ gps: '/vehicle/twist' }, 'has messages of geometry_msgs/TwistStamped; expected sensor_msgs/NavSatFix'],
])('%o is refused in words', async (topics, message) => {
  await expect(metricsOf('plain.bag', { topics })).rejects.toThrow(message);
});

describe('topics are chosen', () => {
  const bagWith = (...topics: (Omit<BagTopic, 'count'> & { count?: number })[]): Bag => ({
    path: 'a.bag',
    format: 'MCAP',
    size: 0,
    topics: topics.map((topic) => ({ count: 10, ...topic })),
    notes: [],
    async *messages() {},
    async close() {},
  });

  test('by type, for plain numbers by name', () => {
    expect(rolesOf({ name: '/a', type: 'nav_msgs/Odometry', count: 1 })).toEqual({
      speed: 'twist.twist.linear',
      yaw_rate: 'twist.twist.angular.z',
    });
    expect(rolesOf({ name: '/car/velocity', type: 'std_msgs/Float64', count: 1 })).toEqual({ speed: 'data' });
    expect(rolesOf({ name: '/car/temperature', type: 'std_msgs/Float64', count: 1 })).toEqual({});
  });

  test('the front camera among several, with the others told', () => {
    const type = 'sensor_msgs/Image';
    const { choice, notes } = chooseTopics(bagWith({ name: '/back', type }, { name: '/front', type }), {});
    expect(choice.camera?.topic).toBe('/front');
    expect(notes).toEqual(['camera: /front, chosen by its type sensor_msgs/Image; also possible: /back']);
  });

  test('no switch among several that could be it', () => {
    const type = 'std_msgs/Bool';
    const bag = bagWith({ name: '/lamp', type }, { name: '/horn', type });
    expect(() => chooseTopics(bag, {})).toThrow(
      '2 topics could be the switch of autonomous mode: /lamp, /horn',
    );
    expect(chooseTopics(bag, { switch: '/horn' }).choice.switch).toMatchObject({
      topic: '/horn',
      isNamed: true,
    });
    expect(chooseTopics(bag, { switch: 'none' }).choice).toEqual({});
  });

  test('none without messages, and none that cannot be decoded', () => {
    const bag = bagWith(
      { name: '/a', type: 'std_msgs/Bool', count: 0 },
      { name: '/b', type: 'std_msgs/Bool', unreadable: 'odd' },
    );
    expect(chooseTopics(bag, {}).choice).toEqual({});
    expect(() => chooseTopics(bag, { switch: '/a' })).toThrow('/a has no messages');
    expect(() => chooseTopics(bag, { switch: '/b' })).toThrow('/b cannot be decoded: odd');
  });
});

test('a velocity in the frame of the map has the speed of its length', () => {
  expect(numberOf({ x: -3, y: 4, z: 9 })).toBe(5);
  expect(numberOf({ x: 'a', y: 4 })).toBeNaN();
});

test('a yaw rate that is 0 throughout was not measured, unless it is named', async () => {
  const zeros = (count: number): Bag => ({
    path: 'a.bag',
    format: 'MCAP',
    size: 0,
    notes: [],
    topics: [{ name: '/vel', type: 'geometry_msgs/TwistStamped', count }],
    async *messages() {
      for (let n = 0; n < count; n++) {
        const twist = { linear: { x: -3, y: 4, z: 0 }, angular: { x: 0, y: 0, z: 0 } };
        yield { topic: '/vel', received: n, fields: { twist } };
      }
    },
    async close() {},
  });
  const bag = zeros(12);
  const unnamed = await readSignals(bag, chooseTopics(bag, {}).choice, 'received');
  expect(Object.keys(unnamed.quantities)).toEqual(['speed']);
  expect(unnamed.quantities.speed?.value[3]).toBe(5);
  expect(omissionNotes(unnamed)).toEqual([
    '/vel.twist.angular.z is 0 in all messages, so nobody measured it; if it was measured: --yaw_rate /vel.twist.angular.z',
  ]);
  const named = await readSignals(bag, chooseTopics(bag, { yaw_rate: '/vel' }).choice, 'received');
  expect(Object.keys(named.quantities)).toEqual(['speed', 'yaw_rate']);
});

describe('the mode', () => {
  const signal = (time: number[], value: number[], leftOut = {}): Signal => ({
    source: { topic: '/mode', type: 'std_msgs/UInt8', field: 'data', count: time.length, isNamed: false },
    time: Float64Array.from(time),
    value: Float64Array.from(value),
    leftOut: { backwards: 0, furthest: 0, conflicting: 0, unknown: 0, ...leftOut },
  });

  test('of several values needs --on', () => {
    const modes = signal([0, 1, 2], [4, 1, 4]);
    expect(() => autonomousMode('a', modes)).toThrow(
      '/mode.data has the values 1, 4; say which of them is autonomous: --on 4',
    );
    expect(Array.from(autonomousMode('a', modes, 1).on)).toEqual([0, 1, 0]);
    expect(() => autonomousMode('a', modes, 7)).toThrow('is never 7 (--on)');
  });

  test('of a switch that speaks regularly is known for a second, else until it speaks again', () => {
    expect(autonomousMode('a', signal([0, 0.1, 0.2], [0, 1, 0])).holds).toBe(1);
    expect(autonomousMode('a', signal([0, 60, 300], [0, 1, 0])).holds).toBe(Number.POSITIVE_INFINITY);
  });

  test('that is both at one time is neither', () => {
    expect(() => autonomousMode('a', signal([0, 1], [0, 1], { conflicting: 2 }))).toThrow(
      '2 messages of /mode.data say something else than one of the same time',
    );
  });
});
