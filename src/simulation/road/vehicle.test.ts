import { describe, expect, it } from 'vitest';
import { Road } from './road.ts';
import { speedProfile } from './speed-profile.ts';
import { type CarState, drivenCurvature, SALOON, stepCar } from './vehicle.ts';

const still: CarState = { x: 0, y: 0, heading: 0, speed: 0, steering: 0 };

describe('the car', () => {
  it.each([0.001, 0.05, 0.4])('drives the analytic circle of its steering angle in steps of %f s', (dt) => {
    const steering = 0.09;
    const curvature = Math.tan(steering) / SALOON.wheelbase;
    let state: CarState = { ...still, speed: 8, steering };
    const seconds = 12;
    for (let n = 0; n < Math.round(seconds / dt); n++) state = stepCar(state, { curvature, speed: 8 }, dt);
    const angle = curvature * 8 * seconds;
    expect(state.heading).toBeCloseTo(angle, 9);
    expect(state.x).toBeCloseTo(Math.sin(angle) / curvature, 7);
    expect(state.y).toBeCloseTo((1 - Math.cos(angle)) / curvature, 7);
    expect(drivenCurvature(state)).toBeCloseTo(curvature, 12);
  });

  it('goes straight without steering', () => {
    const state = stepCar({ ...still, speed: 10, heading: Math.PI / 2 }, { curvature: 0, speed: 10 }, 2);
    expect(state.x).toBeCloseTo(0, 9);
    expect(state.y).toBeCloseTo(20, 9);
  });

  it('steers with a lag: a small command is followed to 63 % after the time constant', () => {
    let state: CarState = { ...still, speed: 5 };
    for (let n = 0; n < 120; n++)
      state = stepCar(state, { curvature: 0.01, speed: 5 }, SALOON.steeringLag / 120);
    const asked = Math.atan(0.01 * SALOON.wheelbase);
    expect(state.steering / asked).toBeCloseTo(1 - Math.exp(-1), 6);
  });

  it('turns its wheels no faster and no further than they can', () => {
    const once = stepCar({ ...still, speed: 5 }, { curvature: 10, speed: 5 }, 0.1);
    expect(once.steering).toBeCloseTo(0.06, 12); // 0.6 rad/s for 0.1 s
    let state: CarState = { ...still, speed: 5 };
    for (let n = 0; n < 100; n++) state = stepCar(state, { curvature: -10, speed: 5 }, 0.05);
    expect(state.steering).toBeCloseTo(-SALOON.steeringLimit, 6);
  });

  it('speeds up and brakes within its limits, and stops', () => {
    expect(stepCar(still, { curvature: 0, speed: 30 }, 1).speed).toBeCloseTo(SALOON.acceleration, 12);
    const braked = stepCar({ ...still, speed: 20 }, { curvature: 0, speed: 0 }, 1);
    expect(braked.speed).toBeCloseTo(20 - SALOON.braking, 12);
    expect(braked.x).toBeCloseTo((20 + braked.speed) / 2, 12);
    expect(stepCar({ ...still, speed: 1 }, { curvature: 0, speed: 0 }, 1).speed).toBe(0);
  });
});

describe('the speed profile', () => {
  const bend = new Road((s) => (s > 200 && s < 260 ? 0.03 : 0), 500);
  const speed = speedProfile(bend, { fastest: 15, sideways: 2.7 });

  it('is fastest on straights and keeps the sideways acceleration in bends', () => {
    expect(speed(20)).toBe(15);
    expect(speed(500)).toBe(15);
    expect(speed(230)).toBeCloseTo(Math.sqrt(2.7 / 0.03), 9);
  });

  it('brakes before the bend and speeds up behind it, within what the car can do', () => {
    expect(speed(196)).toBeLessThan(12);
    expect(speed(266)).toBeLessThan(12);
    for (let s = 0; s < 498; s += 2) {
      const acceleration = (speed(s + 2) ** 2 - speed(s) ** 2) / 4;
      expect(acceleration).toBeLessThanOrEqual(SALOON.acceleration);
      expect(acceleration).toBeGreaterThanOrEqual(-SALOON.braking);
    }
  });
});
