/**
 * NumPy's `default_rng(seed)`, bit for bit, as far as the NCP packages' FullyConnected and Random wirings draw
 * from it: `Generator.choice` with and without replacement (test/golden/README.md). Nothing else uses it.
 *
 * PCG64 is M. O'Neill's PCG XSL-RR 128/64 ("PCG: A Family of Simple Fast Space-Efficient Statistically Good
 * Algorithms for Random Number Generation", 2014); bounded integers follow D. Lemire, "Fast Random Integer
 * Generation in an Interval", 2019. Wirings draw a few thousand numbers, so 128-bit BigInt arithmetic will do.
 */
import { seedSequence } from './seed-sequence.ts';

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const TWO_32 = 2 ** 32;

/** NumPy's `numpy.random.default_rng(seed)`. */
export class Generator {
  #state: bigint;
  readonly #increment: bigint;
  /** The upper half of the last 64-bit word, if only its lower half has been used. */
  #spare: number | undefined;

  /**
   * @param seed - integer in 0..2⁵³−1
   * @throws RangeError for any other seed
   */
  constructor(seed: number) {
    const [stateHigh, stateLow, sequenceHigh, sequenceLow] = seedSequence(seed, 4);
    const sequence = (sequenceHigh << 64n) | sequenceLow;
    this.#increment = BigInt.asUintN(128, (sequence << 1n) | 1n);
    this.#state = BigInt.asUintN(128, this.#increment + ((stateHigh << 64n) | stateLow));
    this.#step();
  }

  /** The next 64 bits. */
  uint64(): bigint {
    this.#step();
    // XSL-RR: xor the halves, rotate right by the top six bits.
    const folded = BigInt.asUintN(64, (this.#state >> 64n) ^ this.#state);
    const rotation = this.#state >> 122n;
    return BigInt.asUintN(64, (folded >> rotation) | (folded << (64n - rotation)));
  }

  /** The next 32 bits: the lower half of a 64-bit word, then its upper half. */
  uint32(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const word = this.uint64();
    this.#spare = Number(word >> 32n);
    return Number(word & 0xffffffffn);
  }

  /**
   * An integer in 0..max, both included, by Lemire's method: the upper half of (32 bits)·(max + 1), drawn again
   * where the lower half falls into the part that would favour some results. `max` 0 draws nothing.
   * @throws RangeError if `max` is not an integer in 0..2³²−2
   */
  interval(max: number): number {
    if (!Number.isInteger(max) || max < 0 || max >= TWO_32 - 1) {
      throw new RangeError(`interval needs an integer in 0..2^32-2, got ${max}`);
    }
    if (max === 0) return 0;
    const range = BigInt(max + 1);
    const threshold = BigInt((TWO_32 - (max + 1)) % (max + 1));
    let product: bigint;
    do {
      product = BigInt(this.uint32()) * range;
    } while ((product & 0xffffffffn) < threshold);
    return Number(product >> 32n);
  }

  /** `choice(values)`: one of them. */
  choice<T>(values: readonly T[]): T {
    return values[this.interval(values.length - 1)];
  }

  /**
   * `choice(population, size, replace=False)`: `size` different integers out of 0..population−1, in random order.
   * Large samples of large populations shuffle the tail of the whole population; all others use Floyd's
   * algorithm (J. Bentley and B. Floyd, "A sample of brilliance", 1987) and shuffle the result.
   * @throws RangeError if `size` is above `population`
   */
  choiceWithoutReplacement(population: number, size: number): number[] {
    if (size > population) {
      throw new RangeError(`cannot take ${size} out of ${population} without replacement`);
    }
    if (population > 10000 && size > Math.floor(population / 50)) {
      const all = Array.from({ length: population }, (_, i) => i);
      this.#shuffleDownTo(Math.max(population - size, 1), all);
      return all.slice(population - size);
    }
    const seen = new Set<number>();
    const sample: number[] = [];
    for (let j = population - size; j < population; j++) {
      const drawn = this.interval(j);
      const taken = seen.has(drawn) ? j : drawn;
      seen.add(taken);
      sample.push(taken);
    }
    this.#shuffleDownTo(1, sample);
    return sample;
  }

  /** Swaps every element from the last down to number `first` with one at or before it. */
  #shuffleDownTo(first: number, values: number[]): void {
    for (let i = values.length - 1; i >= first; i--) {
      const j = this.interval(i);
      [values[i], values[j]] = [values[j], values[i]];
    }
  }

  #step(): void {
    this.#state = BigInt.asUintN(128, this.#state * MULTIPLIER + this.#increment);
  }
}
