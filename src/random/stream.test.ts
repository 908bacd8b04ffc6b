import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';
import { type Stream, stream } from './stream.ts';

const COUNT = 40_000;
const draw = <T>(count: number, next: () => T) => Array.from({ length: count }, next);
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const meanPower = (values: ArrayLike<number>, power: number) =>
  mean(Array.from(values, (value) => value ** power));
const words = (s: Stream, count = 8) => draw(count, () => s.uint32());
const keyParts = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 });

describe('fillNormal', () => {
  test('has the moments of a normal distribution of that deviation', () => {
    const out = new Float32Array(COUNT);
    stream(1, 'normal').fillNormal(out, 3);
    expect(mean(out)).toBeCloseTo(0, 1);
    expect(meanPower(out, 2) / 9).toBeCloseTo(1, 1);
    expect(meanPower(out, 3) / 27).toBeCloseTo(0, 1);
    expect(Math.abs(meanPower(out, 4) / 81 - 3)).toBeLessThan(0.2);
  });

  test('fills arrays of odd length, as one longer begins', () => {
    const [odd, even] = [new Float32Array(5), new Float32Array(6)];
    stream(2).fillNormal(odd, 1);
    stream(2).fillNormal(even, 1);
    expect(odd).toEqual(even.subarray(0, 5));
    expect(odd.every((value) => value !== 0)).toBe(true);
  });
});

describe('the key of a stream', () => {
  test('the same seed and key give the same draws', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), keyParts, (seed, key) => {
        expect(words(stream(seed, ...key))).toEqual(words(stream(seed, ...key)));
      }),
    );
  });

  test('another seed or key gives other draws', () => {
    const keys: [number, ...(string | number)[]][] = [
      [1],
      [2],
      [1, 'a', 'b'],
      [1, 'b', 'a'],
      [1, 'ab'],
      [1, 'a,b'],
      [1, '"a","b"'],
      [1, 2, 3],
      [1, 3, 2],
      [1, '2', '3'],
      [1, 23],
      [1, ''],
      [12],
      [-1],
    ];
    const first = keys.map(([seed, ...key]) => words(stream(seed, ...key), 2).join());
    expect(new Set(first).size).toBe(keys.length);
  });

  test('keys that differ only in the order of their parts are independent', () => {
    const a = stream(3, 'epoch', 1, 'batch', 2);
    const b = stream(3, 'epoch', 2, 'batch', 1);
    const products = draw(COUNT, () => a.normal() * b.normal());
    expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(COUNT));
  });

  test('is the start of the SHA-256 of seed and parts in JSON, and blocks are counted from 0', () => {
    const digest = createHash('sha256').update('[42,"dropout",3]').digest();
    const key = Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4));
    const expected = [0, 1].flatMap((block) => {
      const out = new Uint32Array(4);
      philox4x32(Uint32Array.of(block, 0, 0, 0), key, out);
      return [...out];
    });
    expect(words(stream(42, 'dropout', 3))).toEqual(expected);
  });

  test.each([0.5, Number.NaN, 2 ** 53])('the seed %s is refused', (seed) => {
    expect(() => stream(seed)).toThrow(RangeError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s in a key is refused', (part) => {
    expect(() => stream(1, 'a', part)).toThrow(RangeError);
  });
});

describe('draws', () => {
  test('uniform stays in its range and has the moments of the distribution', () => {
    const s = stream(1, 'uniform');
    const values = draw(COUNT, () => s.uniform(-2, 4));
    expect(values.every((value) => value >= -2 && value < 4)).toBe(true);
    // Mean 1 and variance 6²/12 = 3; four standard errors.
    expect(Math.abs(mean(values) - 1)).toBeLessThan((4 * Math.sqrt(3)) / Math.sqrt(COUNT));
    expect(Math.abs(meanPower(values, 2) - 1 - 3)).toBeLessThan(0.1);
  });

  test('uniform uses 53 bits', () => {
    const s = stream(1, 'bits');
    const scaled = draw(100, () => s.uniform() * 2 ** 53);
    expect(scaled.every(Number.isInteger)).toBe(true);
    expect(scaled.some((value) => value % 2 === 1)).toBe(true);
  });

  test('normal has the first four moments 0, 1, 0, 3', () => {
    const s = stream(2, 'normal');
    const values = draw(COUNT, () => s.normal());
    // Variances of z, z², z³, z⁴ are 1, 2, 15, 96; four standard errors.
    const bound = (variance: number) => 4 * Math.sqrt(variance / COUNT);
    expect(Math.abs(mean(values))).toBeLessThan(bound(1));
    expect(Math.abs(meanPower(values, 2) - 1)).toBeLessThan(bound(2));
    expect(Math.abs(meanPower(values, 3))).toBeLessThan(bound(15));
    expect(Math.abs(meanPower(values, 4) - 3)).toBeLessThan(bound(96));
  });

  test('the two normal deviates of a pair are uncorrelated', () => {
    const s = stream(3, 'pairs');
    const products = draw(COUNT, () => s.normal() * s.normal());
    expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(COUNT));
  });

  test('truncatedNormal stays within two sigma, with a deviation of 0.88 sigma', () => {
    const s = stream(4, 'truncated');
    const values = draw(COUNT, () => s.truncatedNormal(0.1));
    expect(values.every((value) => Math.abs(value) < 0.2)).toBe(true);
    expect(Math.sqrt(meanPower(values, 2))).toBeCloseTo(0.088, 3);
  });

  test('integer stays in its range', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        (seed, low, range) => {
          const value = stream(seed, 'integer').integer(low, low + range);
          return Number.isInteger(value) && value >= low && value < low + range;
        },
      ),
    );
  });

  test('integer is unbiased where the range does not divide 2³²', () => {
    // Without drawing again, numbers below 2³⁰ would come twice as often: a mean share of ½ instead of ⅓.
    const range = 3 * 2 ** 30;
    const s = stream(5, 'bias');
    const share = mean(draw(COUNT, () => (s.integer(0, range) < 2 ** 30 ? 1 : 0)));
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.01);
  });

  test('integer takes the whole 32 bits', () => {
    expect(stream(6).integer(0, 2 ** 32)).toBe(stream(6).uint32());
  });

  test.each([
    [3, 3],
    [0, 2 ** 32 + 1],
    [0.5, 2],
    [0, Number.NaN],
  ])('integer refuses the range %s..%s', (low, high) => {
    expect(() => stream(1).integer(low, high)).toThrow(RangeError);
  });

  test('permutation holds every number once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(60), (seed, n) => {
        const order = stream(seed, 'permutation').permutation(n);
        expect(order).toBeInstanceOf(Int32Array);
        expect([...order].sort((a, b) => a - b)).toEqual(draw(n, () => 0).map((_, i) => i));
      }),
    );
  });

  test('every order of three comes equally often', () => {
    const s = stream(7, 'orders');
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = s.permutation(3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1000 expected each, standard deviation 29.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('fillUniform fills with float32 values of the range, one word each', () => {
    const values = new Float32Array(COUNT);
    const s = stream(8, 'fill');
    s.fillUniform(values, 0.3, 0.8);
    expect(values.every((value) => value >= Math.fround(0.3) && value <= Math.fround(0.8))).toBe(true);
    expect(mean(values)).toBeCloseTo(0.55, 2);
    const first = stream(8, 'fill').uint32() >>> 8;
    expect(values[0]).toBe(Math.fround(0.3 + (0.5 * first) / 2 ** 24));
  });
});
