/** `npm run bench -- update`: Adam's loop over as many entries as `cnn`'s largest weight has, in WebAssembly and as a plain loop. */
import { stream } from '../src/random/stream.ts';
import { type AdamFactors, adamStep } from '../src/train/optimizer/adam-kernel.ts';
import { plainAdamStep } from '../test/plain-adam.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { figuresOf, timeAlternately } from './timing.ts';

const ENTRIES = 4864 * 1000;
const FACTORS: AdamFactors = { clip: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 5e-4 };

export async function benchUpdate({ repetitions }: BenchOptions): Promise<BenchRow[]> {
  const draws = stream(1, 'bench', 'update');
  const arrays = () => {
    const [theta, gradient, m] = [0, 1, 2].map(() =>
      Float32Array.from({ length: ENTRIES }, () => draws.uniform(-1, 1)),
    );
    return [theta, gradient, m, m.map(Math.abs)] as const;
  };
  const [ours, plain] = [arrays(), arrays()];
  const [kernel, loop] = await timeAlternately(
    [() => adamStep(...ours, FACTORS), () => plainAdamStep(...plain, FACTORS)],
    repetitions,
  );
  return [
    { name: 'update', model: 'WebAssembly', backend: '', ...figuresOf(kernel) },
    { name: 'update', model: 'plain loop', backend: '', ...figuresOf(loop) },
  ];
}
