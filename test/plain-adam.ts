/** Adam's update (docs/pipeline.md §3) as a plain loop: what the kernel must give to the bit, and is timed against. */
import type { AdamFactors } from '../src/train/optimizer/adam-kernel.ts';

/** Changes theta, m and v in place. */
export function plainAdamStep(
  theta: Float32Array,
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  { clip, beta1, beta2, epsilon, rate }: AdamFactors,
): void {
  for (let n = 0; n < theta.length; n++) {
    const g = gradient[n] * clip;
    const nextM = beta1 * m[n] + (1 - beta1) * g;
    const nextV = beta2 * v[n] + (1 - beta2) * g * g;
    m[n] = nextM;
    v[n] = nextV;
    theta[n] -= (rate * nextM) / (Math.sqrt(nextV) + epsilon);
  }
}
