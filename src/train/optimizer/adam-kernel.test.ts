/** The kernel against the same arithmetic in JavaScript, bit for bit. */
import { expect, it } from 'vitest';
import { plainAdamStep } from '../../../test/plain-adam.ts';
import { stream } from '../../random/stream.ts';
import { type AdamFactors, adamStep } from './adam-kernel.ts';

const FACTORS: AdamFactors = { clip: 0.7, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 1e-3 };
const bits = (array: Float32Array) => new Uint32Array(array.buffer);

// A block has 8,192 entries: less, exactly one, one more, several with an odd rest, and none.
it.each([0, 1, 7, 8192, 8193, 30_001])('%i entries are those of plain arithmetic', (length) => {
  const draws = stream(length, 'adam-kernel');
  const draw = (scale: number) => Float32Array.from({ length }, () => scale * (draws.uniform() - 0.5));
  const start = [draw(1), draw(20), draw(1), draw(1).map(Math.abs)];
  start[3].fill(0, 0, 3); // a gradient and memory of 0 divide by ε alone
  start[1].fill(0, 0, 2);
  const plain = start.map((array) => array.slice());
  const kernel = start.map((array) => array.slice());
  for (let step = 0; step < 3; step++) {
    plainAdamStep(plain[0], plain[1], plain[2], plain[3], FACTORS);
    adamStep(kernel[0], kernel[1], kernel[2], kernel[3], FACTORS);
  }
  for (const n of [0, 1, 2, 3]) expect(bits(kernel[n])).toEqual(bits(plain[n]));
});

it('an infinite gradient and NaN do what they do in JavaScript', () => {
  const arrays = [
    [1, 2, 3],
    [Number.POSITIVE_INFINITY, Number.NaN, 1],
    [0, 0, 0],
    [0, 0, 0],
  ].map((values) => Float32Array.from(values));
  const plain = arrays.map((array) => array.slice());
  plainAdamStep(plain[0], plain[1], plain[2], plain[3], FACTORS);
  adamStep(arrays[0], arrays[1], arrays[2], arrays[3], FACTORS);
  expect(arrays).toEqual(plain);
});
