/**
 * NumPy's legacy `RandomState(seed)`, bit for bit, as far as the wirings of the paper and of the NCP packages
 * draw from it (docs/pipeline.md §3, test/golden/README.md), and their pixel noise. Not for anything else: start values,
 * batches and dropout use the streams of `stream.ts`, which need no running state.
 *
 * MT19937 after M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), with `init_genrand`
 * seeding; the draws on top of it are NumPy's: 53-bit doubles and bounded integers by masked rejection.
 */

const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX_A = 0x9908b0df;

/** NumPy's `numpy.random.RandomState(seed)`. Every method advances the generator as NumPy's does. */
export class RandomState {
  readonly #state = new Uint32Array(N);
  #position = N;
  /** The second normal deviate of the last pair. */
  #spareGauss: number | undefined;

  /**
   * @param seed - integer in 0..2³²−1
   * @throws RangeError for any other seed, as NumPy refuses it
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`the seed of RandomState must be an integer in 0..2^32-1, got ${seed}`);
    }
    this.#state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = this.#state[i - 1] ^ (this.#state[i - 1] >>> 30);
      this.#state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** The next 32 bits, 0..2³²−1. */
  uint32(): number {
    if (this.#position === N) this.#twist();
    let y = this.#state[this.#position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `random_sample()`: a double in [0, 1) with 53 random bits, (a·2²⁶ + b)/2⁵³ from 27 and 26 bits. */
  randomSample(): number {
    const a = this.uint32() >>> 5;
    const b = this.uint32() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** `uniform(low, high)`: low + (high − low)·u. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.randomSample();
  }

  /**
   * `randn()`: a draw of the standard normal distribution, by Marsaglia's polar method; of every pair the second point first.
   */
  gauss(): number {
    if (this.#spareGauss !== undefined) {
      const value = this.#spareGauss;
      this.#spareGauss = undefined;
      return value;
    }
    let x: number;
    let y: number;
    let squares: number;
    do {
      x = 2 * this.randomSample() - 1;
      y = 2 * this.randomSample() - 1;
      squares = x * x + y * y;
    } while (squares >= 1 || squares === 0);
    const factor = Math.sqrt((-2 * Math.log(squares)) / squares);
    this.#spareGauss = factor * x;
    return factor * y;
  }

  /**
   * `random_interval(max)`: an integer in 0..max, both included, by masked rejection: 32 bits cut to the bits
   * of `max`, drawn again while above it. `max` 0 draws nothing.
   * @throws RangeError if `max` is not an integer in 0..2³²−1
   */
  interval(max: number): number {
    if (!Number.isInteger(max) || max < 0 || max > 0xffffffff) {
      throw new RangeError(`interval needs an integer in 0..2^32-1, got ${max}`);
    }
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do {
      value = (this.uint32() & mask) >>> 0;
    } while (value > max);
    return value;
  }

  /** `randint(low, high)`: an integer in low..high−1. */
  randint(low: number, high: number): number {
    return low + this.interval(high - low - 1);
  }

  /** `shuffle(values)`: in place, from the last element down to the second. */
  shuffle<T>(values: T[]): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.interval(i);
      [values[i], values[j]] = [values[j], values[i]];
    }
  }

  /** `permutation(n)` of 0..n−1. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  /** `choice(values)`: one of them. */
  choice<T>(values: readonly T[]): T {
    return values[this.randint(0, values.length)];
  }

  /**
   * `choice(values, size, replace=False)`: the first `size` of a permutation of the values.
   * @throws RangeError if there are fewer values than `size`
   */
  choiceWithoutReplacement<T>(values: readonly T[], size: number): T[] {
    if (size > values.length) {
      throw new RangeError(`cannot take ${size} out of ${values.length} values without replacement`);
    }
    return this.permutation(values.length)
      .slice(0, size)
      .map((i) => values[i]);
  }

  /** Replaces the 624 words of state by the next 624. */
  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (s[i] & UPPER) | (s[(i + 1) % N] & LOWER);
      s[i] = s[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? MATRIX_A : 0);
    }
    this.#position = 0;
  }
}
