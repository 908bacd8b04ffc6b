import { expect, test } from 'vitest';
import { DataError } from '../../errors.ts';
import { curvature, type Steering, steeringOf, steeringText } from './curvature.ts';

const share: Steering = { unit: 'share', range: 25, ratio: 1, wheelbase: 2, sign: -1 };

test('a share of 1 to the right is −tan(range) / wheelbase', () => {
  // tan 25° = 0.46631, / 2 m
  expect(curvature(1, share, 'log:1')).toBeCloseTo(-0.233154, 6);
  expect(curvature(-0.5, share, 'log:1')).toBeCloseTo(Math.tan((12.5 * Math.PI) / 180) / 2, 12);
});

test('degrees and radians of a steering wheel are divided by the ratio', () => {
  const wheel: Steering = { unit: 'deg', range: 25, ratio: 15, wheelbase: 2.5, sign: 1 };
  // 150° / 15 = 10°, tan 10° = 0.176327, / 2.5 m
  expect(curvature(150, wheel, 'log:1')).toBeCloseTo(0.0705308, 6);
  expect(curvature((150 * Math.PI) / 180, { ...wheel, unit: 'rad' }, 'log:1')).toBeCloseTo(0.0705308, 6);
});

test('straight on is 0, not −0', () => {
  expect(Object.is(curvature(0, share, 'log:1'), 0)).toBe(true);
});

test.each([
  [Number.NaN, 'log:7: the steering angle is NaN'],
  [Number.POSITIVE_INFINITY, 'log:7: the steering angle is Infinity'],
  [9, 'log:7: an angle of 9 would turn the front wheels by 225°'],
])('%s is an error with its place', (value, message) => {
  expect(() => curvature(value, share, 'log:7')).toThrow(DataError);
  expect(() => curvature(value, share, 'log:7')).toThrow(message);
});

test('what the user says replaces the values of the format, what is not said does not', () => {
  expect(steeringOf(share, { wheelbase: 0.3, sign: undefined })).toEqual({ ...share, wheelbase: 0.3 });
});

test('the note names unit, sign and wheelbase', () => {
  expect(steeringText(share)).toBe('1 is 25° of the front wheels, positive to the right; wheelbase 2 m');
  expect(steeringText({ ...share, unit: 'rad', ratio: 14.8, sign: 1 })).toBe(
    'radians, steering ratio 14.8, positive to the left; wheelbase 2 m',
  );
});
