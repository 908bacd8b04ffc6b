/**
 * The standard normal distribution's quantiles at the middles of 2¹⁶ equal shares of probability: a draw from them takes 16 random
 * bits and one look-up, where Box and Muller's transform takes a logarithm, a root and a cosine. None is farther out than 4.3.
 */

const COUNT = 65_536;
let quantiles: Float32Array | undefined;

/** [65536], growing: entry i is the z with Φ(z) = (i + ½)/65536. */
export function normalQuantiles(): Float32Array {
  if (quantiles) return quantiles;
  const table = new Float32Array(COUNT);
  let z = 0;
  for (let i = COUNT / 2; i < COUNT; i++) {
    const share = (i + 0.5) / COUNT;
    // Newton's steps from the quantile before: all end short of the root, so the way there is a steady one.
    let step: number;
    do {
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      step = (share - cumulative(z, density)) / density;
      z += step;
    } while (step > 1e-9);
    table[i] = z;
    table[COUNT - 1 - i] = -z;
  }
  quantiles = table;
  return table;
}

/** Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …), for z ≥ 0. */
function cumulative(z: number, density: number): number {
  let term = z;
  let sum = 0;
  for (let n = 3; term > 1e-17 * sum; n += 2) {
    sum += term;
    term *= (z * z) / n;
  }
  return 0.5 + density * sum;
}
