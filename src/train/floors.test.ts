/** Floors of a few labels, worked out by hand. */
import { expect, test } from 'vitest';
import { floorsOf } from './floors.ts';

test('judges the frames of the chunks only, and no step over a cut', () => {
  // Two runs of chunks of 2: frames 0..3 and 5..6; frame 4 is a rest that evaluation leaves out.
  const labels = Float32Array.of(1, 2, 4, 4, 100, -1, 2);
  // judged 1 2 4 4 -1 2: mean 2, squares 1 0 4 4 9 0; median 2, absolutes 1 0 2 2 3 0
  // steps 1 2 0 | 3: squares 1 4 0 9
  expect(floorsOf(labels, [[0, 2], [5]], 2)).toEqual({
    constant: { loss: 18 / 6, mae: 8 / 6 },
    last_value: { loss: 14 / 4, mae: 6 / 4 },
    frames: 6,
  });
});

test('the constant of the absolute error is the median, not the mean', () => {
  // mean 3, variance (9+9+9+81)/4 with labels 0 0 0 12; median 0: mean absolute 12/4
  expect(floorsOf(Float32Array.of(0, 0, 0, 12), [[0]], 4).constant).toEqual({ loss: 27, mae: 3 });
});

test('runs of a single frame have no last value', () => {
  expect(floorsOf(Float32Array.of(1, 2), [[0], [1]], 1).last_value).toBeNull();
});
