import { describe, expect, it } from 'vitest';
import { stream } from '../../random/stream.ts';
import { Road } from './road.ts';
import { planRoad } from './road-plan.ts';

describe('a road of constant curvature', () => {
  const radius = 40;
  const road = new Road(() => 1 / radius, 300);

  it('is a circle to the left of the start', () => {
    for (const s of [0, 10, 62.8, 100.3, 251]) {
      const { x, y, heading, curvature } = road.at(s);
      expect(x).toBeCloseTo(radius * Math.sin(s / radius), 5);
      expect(y).toBeCloseTo(radius * (1 - Math.cos(s / radius)), 5);
      expect(heading).toBeCloseTo(s / radius, 9);
      expect(curvature).toBeCloseTo(1 / radius, 12);
    }
  });

  it('finds arc length and offset of points beside it', () => {
    for (const offset of [-15, -1.6, 0, 0.4, 20]) {
      const angle = 75.3 / radius;
      const x = (radius - offset) * Math.sin(angle);
      const y = radius - (radius - offset) * Math.cos(angle);
      for (const found of [road.nearest(x, y, 70), road.nearest(x, y, 90), road.locate(x, y)]) {
        expect(found.s).toBeCloseTo(75.3, 5);
        expect(found.offset).toBeCloseTo(offset, 5);
      }
    }
  });
});

describe('a clothoid, whose curvature grows with arc length', () => {
  const sharpening = 0.0004;
  const road = new Road((s) => sharpening * s, 100);

  it('turns by the integral of its curvature', () => {
    for (const s of [10, 33.3, 80]) expect(road.at(s).heading).toBeCloseTo((sharpening * s * s) / 2, 12);
  });

  it('has points as far apart as its arc length says', () => {
    let length = 0;
    for (let s = 0; s < 80; s += 0.01) {
      const a = road.at(s);
      const b = road.at(s + 0.01);
      length += Math.hypot(b.x - a.x, b.y - a.y);
    }
    expect(length).toBeCloseTo(80, 4);
  });

  it('goes on straight beyond its ends', () => {
    const end = road.at(100);
    const beyond = road.at(130);
    expect(beyond.x).toBeCloseTo(end.x + 30 * Math.cos(end.heading), 9);
    expect(beyond.y).toBeCloseTo(end.y + 30 * Math.sin(end.heading), 9);
    expect(beyond.curvature).toBe(0);
    expect(road.at(-20)).toMatchObject({ x: -20, y: 0, heading: 0, curvature: 0 });
  });
});

describe.each(['passive', 'active'] as const)('the plan of a %s road', (kind) => {
  const plans = [0, 1, 2, 3].map((seed) => planRoad(kind, 3000, stream(seed, 'test')));

  it('stays within the range of the paper’s labels, and changes gradually', () => {
    for (const curvature of plans) {
      const values = Array.from({ length: 6000 }, (_, i) => curvature(i / 2));
      expect(Math.max(...values.map(Math.abs))).toBeLessThan(0.05);
      const changes = values.slice(1).map((value, i) => Math.abs(value - values[i]));
      expect(Math.max(...changes)).toBeLessThan(0.004);
    }
  });

  it('has straights, bends to both sides, and S-curves', () => {
    for (const curvature of plans) {
      const values = Array.from({ length: 3000 }, (_, s) => curvature(s));
      expect(values.filter((k) => k === 0).length).toBeGreaterThan(50);
      expect(values.filter((k) => k > 0.005).length).toBeGreaterThan(200);
      expect(values.filter((k) => k < -0.005).length).toBeGreaterThan(200);
      const turnsOver = values.filter((k, s) => k < -0.003 && values[s + 15] > 0.003);
      expect(turnsOver.length).toBeGreaterThan(0);
    }
  });

  it('never turns back, so the road cannot meet itself', () => {
    for (const curvature of plans) {
      const road = new Road(curvature, 3000);
      for (let s = 0; s < 3000; s += 5) expect(Math.abs(road.at(s).heading)).toBeLessThan(1.5);
    }
  });

  it('is the same for the same draws, wherever one asks first', () => {
    const again = planRoad(kind, 3000, stream(0, 'test'));
    for (const s of [2900, 10, 1500.5, 1499, 0]) expect(again(s)).toBe(plans[0](s));
    expect(plans[1](700)).not.toBe(plans[0](700));
  });
});
