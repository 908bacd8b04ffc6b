/**
 * σ(z) = 1/(1 + e^(−z)), the one costly function of the LTC: evaluated for every synapse in every unfold, it was half of the
 * forward pass with `Math.exp`. This takes half the time and is exact to 1e-9, a hundred times finer than float32.
 *
 * e^(−z) = 2^n·√2·e^r with n = ⌊−z·log₂e⌋ and |r| ≤ ln2/2: a table for 2^n, a Taylor polynomial for e^r, whose rest is
 * below 0.35⁹/9! = 2e-10.
 */
const LOG2_E = Math.LOG2E;
const LN_2 = Math.LN2;
const SQRT_2 = Math.SQRT2;

/** 2^(i − 1023) */
const POWERS_OF_2 = Float64Array.from({ length: 2048 }, (_, i) => 2 ** (i - 1023));
const BIAS = 1023;

/** Beyond ±1000/log₂e the result is 0 or 1 in any precision. */
const LARGEST = 1000;

export function sigmoid(z: number): number {
  const y = Math.max(-LARGEST, Math.min(LARGEST, -z * LOG2_E));
  const n = Math.floor(y);
  const r = (y - n - 0.5) * LN_2;
  const high = 1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320))));
  const exp = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * high)));
  return 1 / (1 + SQRT_2 * exp * POWERS_OF_2[n + BIAS]);
}
