/**
 * NumPy's `SeedSequence(seed)`: spreads a small seed over the state of a generator. Only what `default_rng(seed)`
 * needs: one integer seed, no spawn keys. The hash is M. O'Neill's `seed_seq_fe`
 * ("Developing a seed_seq Alternative", pcg-random.org, 2015).
 */

const POOL_SIZE = 4;
const INIT_A = 0x43b0d7e5;
const MULT_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULT_B = 0x58f38ded;
const MIX_L = 0xca01f9dd;
const MIX_R = 0x4973f715;

/** A 32-bit hash whose constant changes with every call, so that equal words hash differently. */
function hasher(start: number, multiplier: number): (word: number) => number {
  let constant = start;
  return (word) => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, multiplier);
    const product = Math.imul(mixed, constant);
    return (product ^ (product >>> 16)) >>> 0;
  };
}

function mix(x: number, y: number): number {
  const difference = (Math.imul(MIX_L, x) - Math.imul(MIX_R, y)) | 0;
  return (difference ^ (difference >>> 16)) >>> 0;
}

/**
 * `SeedSequence(seed).generate_state(words, uint64)`.
 *
 * @param seed - integer in 0..2⁵³−1
 * @param words - how many 64-bit words
 * @throws RangeError for any other seed
 */
export function seedSequence(seed: number, words: number): bigint[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`the seed must be an integer in 0..2^53-1, got ${seed}`);
  }
  const entropy = [seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0];

  const hashIn = hasher(INIT_A, MULT_A);
  const pool = entropy.map(hashIn);
  for (let source = 0; source < POOL_SIZE; source++) {
    for (let destination = 0; destination < POOL_SIZE; destination++) {
      if (source !== destination) pool[destination] = mix(pool[destination], hashIn(pool[source]));
    }
  }

  const hashOut = hasher(INIT_B, MULT_B);
  const halves = Array.from({ length: 2 * words }, (_, i) => BigInt(hashOut(pool[i % POOL_SIZE])));
  return Array.from({ length: words }, (_, i) => halves[2 * i] | (halves[2 * i + 1] << 32n));
}
