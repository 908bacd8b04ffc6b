import { describe, expect, it } from 'vitest';
import { beyondPavement } from './off-road.ts';
import { SALOON } from './vehicle.ts';

const at = (offset: number, angle = 0) => beyondPavement({ s: 0, offset }, angle, 2.5);

describe('the crash rule', () => {
  it('lets wheels run up to the edge: 2.5 m less half the car’s 1.76', () => {
    expect(at(0)).toBeCloseTo(0.88 - 2.5, 12);
    expect(at(1.62)).toBeCloseTo(0, 12);
    expect(at(-1.62)).toBeCloseTo(0, 12);
    expect(at(1.63)).toBeGreaterThan(0);
    expect(at(-1.63)).toBeGreaterThan(0);
  });

  it('looks at both axles: heading out, the front wheels leave first', () => {
    const front = SALOON.wheelbase * Math.sin(0.2);
    expect(at(1, 0.2)).toBeCloseTo(1 + front + 0.88 * Math.cos(0.2) - 2.5, 12);
    expect(at(-1, -0.2)).toBeCloseTo(at(1, 0.2), 12);
    // heading in, the rear wheels are the outer ones
    expect(at(1.5, -0.2)).toBeCloseTo(1.5 + 0.88 * Math.cos(0.2) - 2.5, 12);
  });
});
