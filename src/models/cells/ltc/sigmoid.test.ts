import { expect, it } from 'vitest';
import { sigmoid } from './sigmoid.ts';

it('agrees with Math.exp to 1e-9 everywhere', () => {
  for (let z = -60; z <= 60; z += 0.00137) {
    expect(Math.abs(sigmoid(z) - 1 / (1 + Math.exp(-z)))).toBeLessThan(1e-9);
  }
});

it('saturates far out, and passes NaN on', () => {
  expect(sigmoid(1e6)).toBe(1);
  expect(sigmoid(-1e6)).toBeLessThan(1e-100);
  expect(sigmoid(Number.POSITIVE_INFINITY)).toBe(1);
  expect(sigmoid(Number.NaN)).toBeNaN();
});
