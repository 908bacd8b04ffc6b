/**
 * Random numbers for everything but wirings: a stream for each purpose, named by a key such as
 * `stream(seed, 'dropout', fold, epoch, batch)`. The same seed and key give the same draws, whatever was drawn
 * elsewhere, in whatever order and on however many threads; so no generator has to be saved for a resume.
 *
 * The key of Philox is the start of the SHA-256 of seed and key parts; its counter numbers the blocks drawn.
 */
import { createHash } from 'node:crypto';
import { normalQuantiles } from './normal-quantiles.ts';
import { philox4x32 } from './philox.ts';

const TWO_32 = 2 ** 32;

/**
 * The stream of a purpose.
 *
 * The key is canonical: parts are told apart by order, number and type (`1` is not `'1'`, `['ab']` not `['a', 'b']`).
 *
 * @param seed - a safe integer
 * @param key - what the stream is for: words and finite numbers
 * @throws RangeError for a seed that is no safe integer, or a number in the key that is not finite
 */
export function stream(seed: number, ...key: (string | number)[]): Stream {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed must be a safe integer, got ${seed}`);
  for (const part of key) {
    if (typeof part === 'number' && !Number.isFinite(part)) {
      throw new RangeError(`a stream's key must be of words and finite numbers, got ${part}`);
    }
  }
  // JSON quotes words and parts them by commas, which makes the encoding unambiguous.
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...key]))
    .digest();
  return new Stream(digest.readUInt32LE(0), digest.readUInt32LE(4));
}

/** A sequence of draws; made by {@link stream}. */
export class Stream {
  readonly #key: Uint32Array;
  readonly #counter = new Uint32Array(4);
  readonly #block = new Uint32Array(4);
  #used = 4;
  /** The second normal deviate of the last pair. */
  #spareNormal: number | undefined;

  /** @param key0 - lower, @param key1 - upper 32 bits of Philox's key */
  constructor(key0: number, key1: number) {
    this.#key = Uint32Array.of(key0, key1);
  }

  /** The next 32 bits, 0..2³²−1. */
  uint32(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block);
      if (++this.#counter[0] === 0) this.#counter[1]++;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** A double in [low, high), 53 random bits from two words (`high` itself only where rounding makes it). */
  uniform(low = 0, high = 1): number {
    const a = this.uint32() >>> 5;
    const b = this.uint32() >>> 6;
    return low + (high - low) * ((a * 67108864 + b) / 9007199254740992);
  }

  /**
   * A draw of the standard normal distribution, by Box and Muller's transform (1958):
   * √(−2 ln u₁)·cos 2πu₂, and its sine for the next call; u₁ in (0, 1].
   */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const value = this.#spareNormal;
      this.#spareNormal = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** σ·z with z standard normal, drawn again until |z| < 2; its standard deviation is 0.88·σ. */
  truncatedNormal(sigma: number): number {
    let z: number;
    do {
      z = this.normal();
    } while (Math.abs(z) >= 2);
    return sigma * z;
  }

  /**
   * An integer in low..high−1, each equally likely: words above the last whole multiple of the range are drawn again.
   * @throws RangeError if the bounds are no safe integers, or the range is empty or above 2³²
   */
  integer(low: number, high: number): number {
    const range = high - low;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range < 1 || range > TWO_32) {
      throw new RangeError(`integer needs 1 to 2^32 numbers between low ${low} and high ${high} (exclusive)`);
    }
    const limit = TWO_32 - (TWO_32 % range);
    let word: number;
    do {
      word = this.uint32();
    } while (word >= limit);
    return low + (word % range);
  }

  /** A random order of 0..n−1 (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      const swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** Fills `out` with draws from [low, high), 24 random bits from one word each, which is what a float32 holds. */
  fillUniform(out: Float32Array, low: number, high: number): void {
    const scale = (high - low) / 16777216;
    for (let i = 0; i < out.length; i++) out[i] = low + scale * (this.uint32() >>> 8);
  }

  /**
   * Fills `out` with draws from a normal distribution of mean 0, two from a word, for where many are needed and 2¹⁶ different
   * ones will do, as for pixels; none is farther out than 4.3 deviations.
   */
  fillNormal(out: Float32Array, deviation: number): void {
    const quantiles = normalQuantiles();
    for (let i = 0; i < out.length; i += 2) {
      const word = this.uint32();
      out[i] = deviation * quantiles[word & 0xffff];
      if (i + 1 < out.length) out[i + 1] = deviation * quantiles[word >>> 16];
    }
  }
}
