/** The expected numbers are NumPy 2.4.6's: `r = numpy.random.RandomState(seed)`, then the calls in this order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomState } from './mersenne-twister.ts';

const numpy = [
  {
    seed: 0,
    words: [2357136044, 2546248239, 3071714933],
    sample: 0.8442657485810173,
    uniform: 2.289728088113784,
    permutation: [1, 6, 8, 9, 0, 4, 2, 5, 3, 7],
    integer: 6,
    choices: [30, 30, 10, 20, 20, 20],
    sampled: [4, 1, 5, 1],
  },
  {
    seed: 20190120,
    words: [319059745, 1677977544, 2212423458],
    sample: 0.8514449350700822,
    uniform: 2.0202307668099477,
    permutation: [6, 0, 8, 5, 3, 2, 9, 4, 1, 7],
    integer: 10,
    choices: [20, 20, 20, 30, 30, 30],
    sampled: [9, 1, 1, 4],
  },
  {
    seed: 4294967295,
    words: [419326371, 479346978, 3918654476],
    sample: 0.5626933782475836,
    uniform: 0.631606563180819,
    permutation: [8, 1, 5, 4, 6, 2, 3, 7, 0, 9],
    integer: 10,
    choices: [30, 30, 30, 20, 20, 20],
    sampled: [4, 9, 1, 3],
  },
];

describe('RandomState', () => {
  test.each(numpy)('draws what NumPy draws from seed $seed', (expected) => {
    const random = new RandomState(expected.seed);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual(expected.words);
    expect(random.randomSample()).toBe(expected.sample);
    expect(random.uniform(-2, 3)).toBe(expected.uniform);
    expect(random.permutation(10)).toEqual(expected.permutation);
    expect(random.randint(5, 12)).toBe(expected.integer);
    expect(Array.from({ length: 6 }, () => random.choice([10, 20, 30]))).toEqual(expected.choices);
    expect(random.choiceWithoutReplacement([3, 1, 4, 1, 5, 9], 4)).toEqual(expected.sampled);
  });

  test('stays with NumPy over several refills of its 624 words', () => {
    const random = new RandomState(7);
    const samples = Array.from({ length: 2000 }, () => random.randomSample());
    expect(samples.at(-1)).toBe(0.6485816947897555);
    const start = [120, 155, 180, 226, 1, 81, 115, 291, 28, 94, 286, 39];
    expect(random.permutation(300).slice(0, 12)).toEqual(start);
  });

  test('normal deviates are NumPy’s, of each pair the second first', () => {
    const random = new RandomState(12345);
    const draws = Array.from({ length: 100_006 }, () => random.gauss());
    for (const [n, value] of [-0.20470766, 0.47894334, -0.51943872, -0.5557303, 1.96578057].entries()) {
      expect(draws[n]).toBeCloseTo(value, 8);
    }
    expect(draws[100_005]).toBeCloseTo(-0.3132303766574723, 12);
  });

  test('an interval of one value draws nothing', () => {
    const random = new RandomState(0);
    expect(random.interval(0)).toBe(0);
    expect(random.uint32()).toBe(numpy[0].words[0]);
  });

  test('integers stay within their bounds, the full 32 bits included', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.integer({ min: 0, max: 0xffffffff }), (seed, max) => {
        const value = new RandomState(seed).interval(max);
        return Number.isInteger(value) && value >= 0 && value <= max;
      }),
    );
    expect(new RandomState(0).interval(0xffffffff)).toBe(numpy[0].words[0]);
  });

  test.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses the seed %s as NumPy does', (seed) => {
    expect(() => new RandomState(seed)).toThrow(RangeError);
  });

  test('refuses to take more values than there are', () => {
    expect(() => new RandomState(1).choiceWithoutReplacement([1, 2], 3)).toThrow('3 out of 2');
  });
});
