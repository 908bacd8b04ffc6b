/** The expected numbers are NumPy 2.4.6's: `g = numpy.random.default_rng(seed)`, then the calls in this order. */
import { describe, expect, test } from 'vitest';
import { Generator } from './pcg64.ts';
import { seedSequence } from './seed-sequence.ts';

const numpy = [
  {
    seed: 0,
    words: [11749869230777074271n, 4976686463289251617n, 755828109848996024n],
    polarities: [-1, -1, -1, 1, 1, 1, 1],
    seven: [18, 11, 19, 8, 10, 9, 14],
    twelve: [9, 8, 1, 2, 10, 6, 7, 0, 11, 4, 5, 3],
    large: 257300,
    huge: [2292164753, 1382764774, 2414967521, 2942506015, 2850300951],
  },
  {
    seed: 1111,
    words: [15852105362585597067n, 12115427431398542507n, 8887363355600350134n],
    polarities: [1, 1, 1, 1, 1, 1, 1],
    seven: [15, 18, 8, 4, 7, 17, 0],
    twelve: [5, 10, 4, 11, 1, 6, 2, 8, 0, 3, 7, 9],
    large: 760899,
    huge: [1415333708, 735165303, 2702794012, 1053615978, 1254116718],
  },
  {
    seed: 2 ** 40 + 5,
    words: [87427594128977387n, 6872972437549564694n, 10832470946844950135n],
    polarities: [1, -1, -1, 1, 1, 1, -1],
    seven: [2, 10, 3, 13, 5, 0, 16],
    twelve: [0, 10, 4, 2, 11, 1, 3, 7, 8, 5, 6, 9],
    large: 672323,
    huge: [136166929, 2078679077, 1816663201, 2353919649, 1212146940],
  },
];

describe('seedSequence', () => {
  test('gives the words of NumPy for seeds of one and of two 32-bit words', () => {
    expect(seedSequence(1111, 4)).toEqual([
      0x1f5671633c99e30dn,
      0xc7f7b7ab441fba21n,
      0x9493d3c601717915n,
      0x2cf99a15dd269d68n,
    ]);
    expect(seedSequence(2 ** 40 + 5, 4)).toEqual([
      0xdae41755e08a170bn,
      0x8415abe87ecdcb2cn,
      0x2525c5b44b9118d0n,
      0x42c2793f3392bed3n,
    ]);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => seedSequence(seed, 1)).toThrow(RangeError);
  });
});

describe('Generator', () => {
  test.each(numpy)('draws what NumPy draws from seed $seed', (expected) => {
    const random = new Generator(expected.seed);
    expect([random.uint64(), random.uint64(), random.uint64()]).toEqual(expected.words);
    expect(Array.from({ length: 7 }, () => random.choice([-1, 1, 1]))).toEqual(expected.polarities);
    expect(random.choiceWithoutReplacement(20, 7)).toEqual(expected.seven);
    expect(random.choiceWithoutReplacement(12, 12)).toEqual(expected.twelve);
    expect(random.interval(1000002)).toBe(expected.large);
    // Ranges far from a power of two, where Lemire's method often draws again.
    expect(Array.from({ length: 5 }, () => random.interval(2999999999))).toEqual(expected.huge);
  });

  test.each([
    // Above 10000, a sample of more than a fiftieth shuffles the tail; one of a fiftieth or less does not.
    { size: 201, start: [1864, 720, 3343, 3971, 6788, 1542], end: [226, 8050, 6708], next: 85 },
    { size: 200, start: [6312, 4274, 7354, 9191, 9, 4432], end: [9382, 6004, 6523], next: 32 },
    { size: 10001, start: [3223, 1054, 3719, 110, 8319, 2795], end: [226, 8050, 6708], next: 7 },
  ])('takes $size out of 10001 as NumPy does', ({ size, start, end, next }) => {
    const random = new Generator(5);
    const sample = random.choiceWithoutReplacement(10001, size);
    expect(sample).toHaveLength(size);
    expect(new Set(sample).size).toBe(size);
    expect(sample.slice(0, 6)).toEqual(start);
    expect(sample.slice(-3)).toEqual(end);
    expect(random.interval(99)).toBe(next);
  });

  test('refuses to take more than there are', () => {
    expect(() => new Generator(1).choiceWithoutReplacement(3, 4)).toThrow('4 out of 3');
  });
});
